"""A learned rule as the judge asks it: a validity check that doubts, or an exemption that waits a known time longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, match, no_match, waits_until
from orderwatch.core.learned.predicate import Predicate, holds_for, say_predicate
from orderwatch.core.policy.base import Text
from orderwatch.core.words import Candidate, Node, Order

Kind = Literal["check", "exemption"]
PREFIX: Final = "learned:"


@dataclass(frozen=True, slots=True)
class LearnedRule:
    """``check``: the order is suspect, never invalid. ``exemption``: in ``node``, waiting ``expected`` is normal.

    ``expected`` is measured in the node's own clock: working time where it has one.
    """

    number: int
    kind: Kind
    state: Literal["shadow", "active"]
    asked: Predicate
    node: Node | None = None
    expected: timedelta | None = None

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.number}"

    @property
    def title(self) -> Text:
        zh, en = (say_predicate(self.asked, "zh-CN"), say_predicate(self.asked, "en"))
        return Text.model_validate({"zh-CN": f"规则 {self.number}（{zh}）", "en": f"rule {self.number} ({en})"})

    def check(self, order: Order) -> Finding:
        """Is this order of the kind that turned out to be none?"""
        return match(rule=self.number) if holds_for(self.asked, order) else no_match("another_kind")

    def decide(self, candidate: Candidate, context: Context) -> Finding:
        """Is waiting normal for an order of this kind, and until when? Nobody was promised that time."""
        if self.node is not candidate.node or self.expected is None:
            return no_match("node", node=candidate.node.code)
        if not holds_for(self.asked, candidate.order):
            return no_match("another_kind")
        until = self._until(candidate, context)
        if until is None:
            return no_match("beyond_calendar")
        return waits_until(until, now=context.now, grace=context.grace(candidate.node), promise=False, rule=self.number)

    def _until(self, candidate: Candidate, context: Context) -> datetime | None:
        calendar, seconds = context.calendar_for(candidate), int((self.expected or timedelta()).total_seconds())
        if calendar is None:
            return candidate.entered_at + timedelta(seconds=seconds)
        return calendar.add_work(candidate.entered_at, seconds)
