"""One learned rule: what it would have hidden, what speaks for it, what it did in the shadow, and who may decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.learned.attributes import ATTRIBUTES, say_fact
from orderwatch.core.learned.predicate import predicate, say_predicate
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import NO_INCIDENT
from orderwatch.core.titles import say_code
from orderwatch.core.words import Node
from orderwatch.store import learned_rules
from orderwatch.store.database import business_now
from orderwatch.web.health.board import roles_of
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.rows import state_said
from orderwatch.web.health.rules import then_said
from orderwatch.web.pictures.words import percent, say

SHOWN: Final = 100  # orders of a table; the file has all
WORDS: Final = 8  # of the staff
LIFE: Final = ("proposed", "shadow", "active", "retired")
ACTS: Final[Mapping[str, Sequence[str]]] = {
    "proposed": ("shadow", "revise", "reject"),
    "shadow": ("activate", "revise", "reject"),
    "active": ("renew", "revise", "retire"),
    "retired": ("revise",),
    "rejected": ("revise",),
}
_SAID: Final = {
    "false": ("误报", "false alarm"),
    "real": ("真延误", "real delay"),
    "aside": ("其他", "something else"),
    "unanswered": ("还没有人说", "not answered yet"),
}
_INSTEAD: Final = {
    "triage": ("先由人核实", "a person first"),
    "never": ("不告警", "no alarm"),
    "later": ("晚些告警", "a later alarm"),
}


@dataclass(frozen=True, slots=True)
class Behind:
    """One alarm behind the rule, and what would have come instead of it."""

    order_id: str
    step: str
    incident_id: int
    at: str
    said: str
    instead: str
    real: bool


@dataclass(frozen=True, slots=True)
class Held:
    """One order that the rule has held for since it is asked."""

    order_id: str
    step: str
    at: str
    state: str
    verdict: str
    incident_id: int | None
    became: str


@dataclass(frozen=True, slots=True)
class RulePage:
    """All of it, in one language."""

    clock: Clock
    row: Row[Any]
    asks: str
    facts: Sequence[str]
    then: str
    state_said: str
    life: Sequence[tuple[str, str, bool]]
    precision: str
    bound: str
    explains: str
    days: int
    wait: str
    paid: str  # about its false alarms
    hidden: Sequence[Behind]
    others: Sequence[Behind]
    held: Sequence[Held]
    words: Sequence[tuple[str, str, str, int]]
    story: Sequence[tuple[str, str, str, str]]
    acts: Sequence[str]
    second: str  # why this person cannot activate it
    waits_for: str  # why nobody can yet
    until: str  # proposed as its end
    ends_soon: bool
    most_days: int
    shadow_days: int
    shadow_judged: int
    triage: str
    attributes: Sequence[tuple[str, str]]


def read_rule_page(
    conn: Connection, policy: Policy, login: str, number: int, language: Language, most: int = SHOWN
) -> RulePage | None:
    row = learned_rules.read_rule(conn, number)
    if row is None:
        return None
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    behind = [_behind(one, policy, clock) for one in row.orders]
    asked, rules = predicate(row.asked), policy.learning
    answered = (row.false_alarms or 0) + (row.real_alarms or 0)
    wait = row.wait_p95_s
    ids = [one["incident_id"] for one in row.orders]
    return RulePage(
        clock=clock,
        row=row,
        asks=say_predicate(asked, language),
        facts=[say_fact(attribute, value, language) for attribute, value in asked],
        then=then_said(row, policy, language),
        state_said=say_code(row.state, language),
        life=[(code, say_code(code, language), code == row.state) for code in LIFE],
        precision=percent(row.false_alarms / answered if answered else None, 1),
        bound=percent(row.bound),
        explains=percent(row.false_alarms / row.feedback if row.feedback else None),
        days=(row.evidence_at - row.window_from).days if row.evidence_at else rules.window.days,
        wait=say_duration(timedelta(seconds=wait), language, largest="h") if wait else "",
        paid=" + ".join(money(minor, currency) for currency, minor in row.paid_minor.items()),
        hidden=[one for one in behind if one.real][:most],
        others=[one for one in behind if not one.real][:most],
        held=[_held(one, policy, clock) for one in learned_rules.read_asked(conn, number, most)],
        words=[
            (clock.at(one.at), one.words, one.actor, one.incident_id)
            for one in learned_rules.read_said(conn, ids, WORDS)
            if one.words
        ],
        story=list(_story(row, clock)),
        acts=_offered(row, policy, login),
        second=row.shadow_by if row.state == "shadow" and row.shadow_by == login else "",
        waits_for=_waits_for(row, policy, clock),
        until=f"{(clock.now + rules.longest_life - timedelta(hours=1)).astimezone(clock.zone):%Y-%m-%dT%H:%M}",
        ends_soon=row.state == "active" and row.expires_at - clock.now <= rules.remind_before,
        most_days=rules.longest_life.days,
        shadow_days=rules.shadow_least.days,
        shadow_judged=rules.shadow_judged,
        triage=say_duration(policy.validity.triage_max_age, language),
        attributes=[(name, one.title[language]) for name, one in ATTRIBUTES.items()],
    )


def _offered(row: Row[Any], policy: Policy, login: str) -> Sequence[str]:
    """What this person may do about it now; the second person is another one."""
    may = policy.rights.who_may("rules", NO_INCIDENT)
    if not set(may) & set(roles_of(policy, login)):
        return ()
    acts = ACTS.get(row.state, ())
    return [one for one in acts if one != "activate" or row.shadow_by != login]


def _waits_for(row: Row[Any], policy: Policy, clock: Clock) -> str:
    if row.state != "shadow":
        return ""
    rules = policy.learning
    ready = row.shadow_at + rules.shadow_least
    if clock.now >= ready or row.shadow_asked >= rules.shadow_judged:
        return ""
    return say(
        clock.language,
        f"{clock.full(ready)} 起，或问过 {rules.shadow_judged} 单后（现在 {row.shadow_asked} 单）可以启用",
        f"can be activated from {clock.full(ready)} on, or after {rules.shadow_judged} orders"
        f" ({row.shadow_asked} so far)",
    )


def _behind(one: Mapping[str, Any], policy: Policy, clock: Clock) -> Behind:
    return Behind(
        order_id=one["order_id"],
        step=policy.node(Node(one["node"])).title.say(clock.language),
        incident_id=one["incident_id"],
        at=clock.full(datetime.fromisoformat(one["at"])),
        said=say(clock.language, *_SAID[one["said"]]),
        instead=say(clock.language, *_INSTEAD[one["instead"]]),
        real=one["said"] == "real" and one["instead"] != "later",
    )


def _held(row: Row[Any], policy: Policy, clock: Clock) -> Held:
    verdicts = {
        "anomaly": ("告警", "alarmed"), "suspect": ("先由人核实", "a person first"), "exempt": ("豁免", "exempt"),
        "invalid": ("不是有效订单", "no valid order"),
    }  # fmt: skip
    state = state_said(row.incident_state, clock) if row.incident_state else ""
    became = say_code(row.dismissed_as, clock.language) if row.dismissed_as else state
    return Held(
        order_id=row.order_id,
        step=policy.node(Node(row.node)).title.say(clock.language),
        at=clock.full(row.asked_at),
        state=say_code(row.state, clock.language),
        verdict=say(clock.language, *verdicts[row.verdict]),
        incident_id=row.incident_id,
        became=became,
    )


def _story(row: Row[Any], clock: Clock) -> Sequence[tuple[str, str, str, str]]:
    """(when, what, who, why) of every decision, the latest first."""
    steps = [
        (row.ended_at, row.state, row.ended_by or "orderwatch", row.ended_reason or ""),
        (row.active_at, "active", row.active_by, row.active_reason),
        (row.shadow_at, "shadow", row.shadow_by, row.shadow_reason),
        (row.proposed_at, "proposed", row.proposed_by, ""),
    ]
    return [(clock.full(at), say_code(what, clock.language), who, why) for at, what, who, why in steps if at]
