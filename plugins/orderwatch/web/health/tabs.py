"""What stands beside the tabs: how much waits for people on the other pages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.store import questions


@dataclass(frozen=True, slots=True)
class Tabs:
    """Counts by tab; ``mine``: whether one of the questions is asked of the reader; ``late``: whether a review is. A
    tab without work has no count.
    """

    approvals: int
    pauses: int
    quarantine: int
    reviews: int
    mine: bool
    late: bool

    def count(self, tab: str) -> int:
        counts = {
            "approvals": self.approvals, "pauses": self.pauses, "quarantine": self.quarantine, "reviews": self.reviews
        }  # fmt: skip
        return counts.get(tab, 0)

    def urgent(self, tab: str) -> bool:
        """Whether the work is the reader's, or overdue."""
        urgent = {"approvals": self.mine, "pauses": bool(self.pauses), "reviews": self.late}
        return urgent.get(tab, False)


def read_tabs(conn: Connection, policy: Policy, login: str) -> Tabs:
    """One statement."""
    row = questions.count_waiting(conn, login, policy.roles.held_by(login))
    return Tabs(row.questions, row.pauses, row.records, row.reviews, bool(row.mine), bool(row.late))
