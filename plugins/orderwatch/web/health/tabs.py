"""What stands beside the tabs: how much waits for people on the other pages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.store import questions


@dataclass(frozen=True, slots=True)
class Tabs:
    """Counts by tab; ``mine``: whether one of the questions is asked of the reader. A tab without work has no count."""

    approvals: int
    pauses: int
    quarantine: int
    mine: bool

    def count(self, tab: str) -> int:
        counts = {"approvals": self.approvals, "pauses": self.pauses, "quarantine": self.quarantine}
        return counts.get(tab, 0)

    def urgent(self, tab: str) -> bool:
        """Whether the work is the reader's, or overdue."""
        return (tab == "approvals" and self.mine) or (tab == "pauses" and bool(self.pauses))


def read_tabs(conn: Connection, policy: Policy, login: str) -> Tabs:
    """One statement."""
    row = questions.count_waiting(conn, login, policy.roles.held_by(login))
    return Tabs(row.questions, row.pauses, row.records, bool(row.mine))
