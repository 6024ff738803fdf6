"""One live incident as a line of the board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from orderwatch.core.durations import Language
from orderwatch.core.plain_text import visible
from orderwatch.core.policy import Policy
from orderwatch.core.titles import EVERY_NODE, KINDS, REPORTS, say_code
from orderwatch.core.words import Node
from orderwatch.store.findings import group_of
from orderwatch.web.health.clock import Clock, Due
from orderwatch.web.health.doing import Doing, doing
from orderwatch.web.pictures.words import say

SHOWN = 60  # characters of a cause or an order number

_DUE = {
    "acknowledge": ("须确认", "acknowledge"),
    "check": ("须核实", "check"),
    "decide": ("须决定", "decide"),
    "pause": ("暂停到期", "pause ends"),
    "snooze": ("延后到期", "snooze ends"),
    "close": ("自动关闭", "closes"),
}


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """``act``: until when a person has to do what ``due_for`` says; ``then``: what happens by itself, and when."""

    incident_id: int
    level: int
    title: str
    about: str  # the cause that its orders share, or its one order
    state: str
    state_said: str
    nodes: str
    orders: int
    act: Due | None
    then: Due | None
    due_for: str
    due_said: str
    doing: Doing
    control: str
    control_said: str
    control_more: str
    owner: str
    person: str
    opened: str
    explains: int
    version: int
    settles: int
    can_acknowledge: bool


def incidents_of(rows: Sequence[Row[Any]], policy: Policy, clock: Clock) -> list[IncidentRow]:
    return [_incident(row, policy, clock) for row in rows]


def _incident(row: Row[Any], policy: Policy, clock: Clock) -> IncidentRow:
    language = clock.language
    due = _DUE.get(row.due_for or "")
    return IncidentRow(
        incident_id=row.incident_id,
        level=row.level,
        title=title_of_kind(row, language),
        about=about_of(row.dedup_key),
        state=row.state,
        state_said=state_said(row.state, clock),
        nodes=nodes_said(row.nodes, policy, clock),
        orders=row.orders,
        act=clock.due(row.act_by),
        then=clock.due(row.then_at),
        due_for=row.due_for or "",
        due_said=say(language, *due) if due else "",
        doing=doing(row, clock, policy.roles.name_of),
        control=row.control or "auto",
        control_said=control_said(row.control or "auto", clock),
        control_more=_control_more(row, policy, clock),
        owner=title_of(row.owner_role, policy, clock),
        person=policy.roles.name_of(row.acknowledged_by) if row.acknowledged_by else "",
        opened=clock.ago(row.opened_at),
        explains=row.explains or 0,
        version=row.edit_version,
        settles=row.needs_human or 0,
        can_acknowledge=row.state in {"open", "mitigated"} and not row.acknowledged_by,
    )


def title_of_kind(row: Row[Any], language: Language) -> str:
    """What kind of incident it is, or what a person has reported."""
    return (REPORTS[row.reported] if row.reported else KINDS[row.kind])[language]


def about_of(dedup_key: str) -> str:
    """The wave, article, fault or source that the orders share; of a single order its number."""
    kind, _, rest = dedup_key.partition(":")
    about = group_of(dedup_key) or (rest.rpartition(":")[0] if kind == "order" else "")
    shown = visible(about)
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"


def state_said(state: str, clock: Clock) -> str:
    if state == "open":  # in the words of feeds the code says something else
        return say(clock.language, "未确认", "open")
    return say_code(state, clock.language)


def control_said(control: str, clock: Clock) -> str:
    words = {"auto": ("自动", "auto"), "paused": ("暂停", "paused"), "manual": ("人工", "manual")}
    return say(clock.language, *words[control])


def _control_more(row: Row[Any], policy: Policy, clock: Clock) -> str:
    if row.control is None:
        return ""
    until = clock.at(row.paused_until)
    over = row.paused_until <= clock.now
    return f"{policy.roles.name_of(row.taken_by)} · " + (
        say(clock.language, f"{until} 已到期", f"since {until} over")
        if over
        else say(clock.language, f"到 {until}", f"to {until}")
    )


def nodes_said(numbers: Sequence[int], policy: Policy, clock: Clock) -> str:
    if len(numbers) > 2:
        return EVERY_NODE[clock.language]
    return "、".join(policy.node(Node(number)).title.say(clock.language) for number in numbers)


def title_of(role: str, policy: Policy, clock: Clock) -> str:
    """The role's title; of a role that has been given up since, its code."""
    known = policy.roles.root.get(role)
    return known.title.say(clock.language) if known else role
