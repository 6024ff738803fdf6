"""The list of rules: suggested ones first, then what is tried, what decides, what is over, and what the policy says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.exemptions import EXEMPTIONS
from orderwatch.core.learned.predicate import predicate, say_predicate
from orderwatch.core.policy import Policy
from orderwatch.core.titles import say_code
from orderwatch.core.validity import CHECKS
from orderwatch.core.words import Node
from orderwatch.store import learned_rules
from orderwatch.store.database import business_now
from orderwatch.web.health.clock import Clock
from orderwatch.web.pictures.words import percent, say

SIGNS: Final[Mapping[str, str]] = {
    "proposed": "plan", "shadow": "acknowledged", "active": "check", "retired": "closed", "rejected": "dismissed",
    "draft": "plan",
}  # fmt: skip
GROUPS: Final = (
    (("proposed",), ("建议", "Suggested")),
    (("shadow",), ("影子运行", "In the shadow")),
    (("active",), ("生效", "Active")),
    (("retired", "rejected"), ("已结束", "Over")),
)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One learned rule as a line; ``then``: what it does to an order that it holds for."""

    number: int
    state: str
    state_said: str
    asks: str
    then: str
    precision: str
    bound: str
    false_alarms: int
    answered: int
    incidents: int
    hidden: int
    asked: int
    held: int
    until: str
    soon: bool
    by: str


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A rule of the policy files; ``does``: invalid, suspect, or an exemption."""

    code: str
    title: str
    does: str
    state: str
    state_said: str
    file: str


@dataclass(frozen=True, slots=True)
class RulesPage:
    """All of it, in one language."""

    clock: Clock
    groups: Sequence[tuple[str, str, Sequence[RuleRow]]]
    built_in: Sequence[BuiltIn]
    zone: str
    days: int  # how far back feedback counts
    least: int


def read_rules(conn: Connection, policy: Policy, language: Language) -> RulesPage:
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    rows = [_row(row, policy, clock) for row in learned_rules.list_rules(conn)]
    return RulesPage(
        clock=clock,
        groups=[
            (states[0], say(language, *title), [row for row in rows if row.state in states]) for states, title in GROUPS
        ],
        built_in=list(_built_in(policy, language)),
        zone=policy.calendars.business_zone,
        days=policy.learning.window.days,
        least=policy.learning.least_support,
    )


def then_said(row: Row[Any], policy: Policy, language: Language) -> str:
    """What happens to an order that the rule holds for."""
    if row.kind == "check":
        return say(language, "先由人核实", "a person looks first")
    node = policy.node(Node(row.node)).title.say(language)
    wait = say_duration(timedelta(seconds=row.expected_s), language, largest="h")
    worked = policy.node(Node(row.node)).working_time
    unit = say(language, "（工作时间）", " of working time") if worked else ""
    return say(language, f"在{node}等待 {wait}{unit}以内属正常", f"waiting in {node} is normal for {wait}{unit}")


def _row(row: Row[Any], policy: Policy, clock: Clock) -> RuleRow:
    language = clock.language
    answered = (row.false_alarms or 0) + (row.real_alarms or 0)
    ends = row.expires_at if row.state == "active" else row.ended_at
    return RuleRow(
        number=row.rule_id,
        state=row.state,
        state_said=say_code(row.state, language),
        asks=say_predicate(predicate(row.asked), language),
        then=then_said(row, policy, language),
        precision=percent(row.false_alarms / answered if answered else None),
        bound=percent(row.bound),
        false_alarms=row.false_alarms or 0,
        answered=answered,
        incidents=row.incidents or 0,
        hidden=row.real_delays or 0,
        asked=row.active_asked if row.state == "active" else row.shadow_asked,
        held=row.active_matched if row.state == "active" else row.shadow_matched,
        until=clock.full(ends) if ends else "",
        soon=row.state == "active" and row.expires_at - clock.now <= policy.learning.remind_before,
        by=row.ended_by or row.active_by or row.shadow_by or row.proposed_by,
    )


def _built_in(policy: Policy, language: Language) -> Iterator[BuiltIn]:
    for name in CHECKS:
        check = policy.validity.checks.of(name)
        does = say(language, "不是有效订单", "no valid order") if check.verdict == "invalid" else say(
            language, "先由人核实", "a person looks first"
        )  # fmt: skip
        yield BuiltIn(
            name, check.title.say(language), does, check.state, say_code(check.state, language), "validity.yaml"
        )
    for name in EXEMPTIONS:
        rule = getattr(policy.exemptions, name)
        does = say(language, "等待属正常，有期限", "waiting is normal for a time")
        yield BuiltIn(
            name, rule.title.say(language), does, rule.state, say_code(rule.state, language), "exemptions.yaml"
        )
