"""Is the waiting normal? Six reasons, asked for every line; the order is exempt only if every line is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from orderwatch.core.context import Context
from orderwatch.core.exemptions import (
    bulky_split,
    customer_delay,
    customs,
    holiday_stocking,
    presale,
    supplier_direct,
)
from orderwatch.core.finding import Finding
from orderwatch.core.policy.base import NodeRule, RuleState, Text
from orderwatch.core.words import Candidate, Line, Node, lines_waiting

Decide = Callable[[Line, Candidate, Context], Finding]

EXEMPTIONS: Final[Mapping[str, Decide]] = MappingProxyType({
    "holiday_stocking": holiday_stocking.decide,
    "presale": presale.decide,
    "customer_delay": customer_delay.decide,
    "customs": customs.decide,
    "bulky_split": bulky_split.decide,
    "supplier_direct": supplier_direct.decide,
})


@dataclass(frozen=True, slots=True)
class LineFinding:
    """What one rule said about one line, and whether the rule was allowed to decide."""

    rule: str
    state: RuleState
    line_no: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Exemption:
    """The answer for the whole order.

    ``expected_until`` and ``rules`` are set exactly when the order is exempt; ``reason`` says why it is not:
    ``not_exempt``, ``promise_broken`` or ``platform_deadline``. ``promise``: somebody was told the expected time.
    ``shadow_until`` is the expected time if the
    rules in shadow were active, too. ``findings`` holds every answer for the timeline.
    """

    reason: str | None
    expected_until: datetime | None
    rules: tuple[str, ...]
    promise: bool
    broken_promise: bool
    shadow_until: datetime | None
    findings: tuple[LineFinding, ...]

    @property
    def exempt(self) -> bool:
        return self.reason is None


def exempt(candidate: Candidate, context: Context) -> Exemption:
    """Ask every rule, also the learned ones, about every line that still waits in the node.

    A line counts until the latest of its matches, the order until the earliest of its lines, and never beyond
    the platform's deadline while the order can still miss it: from its lead on nothing is exempt any more.
    """
    lines = lines_waiting(candidate)
    learned = [(rule, rule.decide(candidate, context)) for rule in context.learned if rule.kind == "exemption"]
    built_in = {name: state for name in EXEMPTIONS if (state := _rule(name, context).state) in ("active", "shadow")}
    findings = tuple(
        found
        for line in lines
        for found in (
            *(
                LineFinding(name, state, line.line_no, EXEMPTIONS[name](line, candidate, context))
                for name, state in built_in.items()
            ),
            *(LineFinding(one.name, one.state, line.line_no, finding) for one, finding in learned),
        )
    )
    active = tuple(found for found in findings if found.state == "active")
    until, promise, reason = _combine(lines, active, candidate, context)
    broken_before = candidate.promise_broken_at is not None and candidate.promise_broken_at <= context.now
    return Exemption(
        reason=reason,
        expected_until=until,
        rules=() if reason else _matched(active),
        promise=promise,
        broken_promise=reason == "promise_broken" or (reason is not None and broken_before),
        shadow_until=_combine(lines, findings, candidate, context)[0],
        findings=findings,
    )


def _combine(
    lines: tuple[Line, ...], findings: tuple[LineFinding, ...], candidate: Candidate, context: Context
) -> tuple[datetime | None, bool, str | None]:
    """The order's expected time and whether somebody was told it, or the reason why there is none."""
    untils: list[tuple[datetime, bool]] = []
    for line in lines:
        answers = [found.finding for found in findings if found.line_no == line.line_no]
        matches = [(answer.expected_until, answer.promise) for answer in answers if answer.expected_until is not None]
        if not matches:
            broken = any(answer.broken_promise for answer in answers)
            return None, False, "promise_broken" if broken else "not_exempt"
        untils.append(max(matches))
    if not untils:
        return None, False, "not_exempt"
    until, promise = min(untils)
    deadline = candidate.order.platform_deadline_at
    if deadline is None or candidate.node is Node.TRANSPORT:
        return until, promise, None
    if deadline - context.policy.node(candidate.node).platform_lead <= context.now:
        return None, False, "platform_deadline"
    return min(until, deadline), promise, None


def _matched(findings: tuple[LineFinding, ...]) -> tuple[str, ...]:
    """The rules that matched, in the order of the table."""
    matched = {found.rule for found in findings if found.finding.outcome == "match"}
    return (*(name for name in EXEMPTIONS if name in matched), *sorted(matched - EXEMPTIONS.keys()))


def title_of(name: str, context: Context) -> Text:
    """What people call the exemption, built in or learned."""
    learned = {rule.name: rule for rule in context.learned}
    return learned[name].title if name in learned else _rule(name, context).title


def _rule(name: str, context: Context) -> NodeRule:
    rule: NodeRule = getattr(context.policy.exemptions, name)
    return rule
