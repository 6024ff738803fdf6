"""What every rule may know besides the order: the time, the policy and the calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orderwatch.core.calendar import WorkCalendar
from orderwatch.core.policy import Policy
from orderwatch.core.rest import Rest
from orderwatch.core.words import Candidate, Node

if TYPE_CHECKING:
    from orderwatch.core.learned.rule import LearnedRule


@dataclass(frozen=True, slots=True)
class Context:
    """``now`` is an argument of every decision, so that a replay decides as the day itself did.

    ``version``: the threshold version in force; ``rest``: the days of rest that its promise clock knows, if it has one.
    ``learned``: the rules in the shadow or active that people have taken over from experience.
    """

    now: datetime
    policy: Policy
    calendars: Mapping[str, WorkCalendar]
    version: int | None = None
    rest: Rest | None = None
    learned: Sequence[LearnedRule] = ()

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now must be aware; give it a time zone")

    def calendar(self, actor: str, name: str | None = None) -> WorkCalendar | None:
        """The calendar of an actor: its own, else that of its kind."""
        code = self.policy.calendars.code(actor, name)
        return self.calendars.get(code) if code else None

    def calendar_for(self, candidate: Candidate) -> WorkCalendar | None:
        """The calendar that measures the candidate's node; none where the clock is wall time."""
        code = self.policy.calendar_code(candidate.node, candidate.order.warehouse)
        return self.calendars.get(code) if code else None

    def grace(self, node: Node) -> timedelta:
        """How long after an expected time nobody is alarmed yet."""
        return self.policy.node(node).grace
