"""Threshold versions: what each is, what became of it, and what the change from one to another would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import NO_INCIDENT
from orderwatch.core.words import Node
from orderwatch.store import versions
from orderwatch.store.database import business_now
from orderwatch.web.health.clock import Clock
from orderwatch.web.pictures.words import clock as clock_said
from orderwatch.web.pictures.words import say

CELLS: Final = 50
SIZE: Final = 100
Became = Literal["all", "in_force", "was_in_force", "held", "rejected", "free"]
MODES: Final = {
    "balanced": ("均衡", "balanced"), "early": ("尽早", "early"), "precise": ("少误报", "precise"),
    "nothing_missed": ("不漏报", "nothing missed"), "formula": ("公式", "formula"),
}  # fmt: skip
STATES: Final = {
    "in_force": ("在用", "in force"), "was_in_force": ("曾在用", "was in force"),
    "held": ("等待批准", "waits for a yes"), "approved": ("已批准", "approved"),
    "rejected": ("已拒绝", "rejected"), "free": ("未启用", "never in force"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """One version. ``can``: it may be put in force, as far as it is concerned."""

    number: int
    clock: str
    mode: str
    learned: str
    window: str
    passages: int
    state: str
    state_said: str
    who: str
    why: str
    at: str
    can: bool


@dataclass(frozen=True, slots=True)
class VersionsPage:
    clock: Clock
    versions: Sequence[Version]
    became: Became
    active: int | None
    may: bool
    roles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit in both versions; ``less`` and ``more``: open orders that get less or more time."""

    code: str
    title: str
    old: str
    new: str
    change: str
    orders: int
    less: int = 0
    more: int = 0
    promised: int = 0
    cells: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    order_id: str
    step: str
    here: str
    alert_at: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """From ``old`` to ``new``. ``promises``: one of them goes by promises; orders with one are not counted."""

    clock: Clock
    old: Version
    new: Version
    promises: bool
    nodes: Sequence[Limit]
    cells: Sequence[Limit]
    cells_total: int
    change: versions.Change | None
    node: str
    orders: Sequence[Changed]
    page: int
    more: bool
    may: bool

    @property
    def less(self) -> int:
        return sum(one.less for one in self.nodes)

    @property
    def longer(self) -> int:
        return sum(one.more for one in self.nodes)


def read_versions(conn: Connection, policy: Policy, login: str, became: Became, language: Language) -> VersionsPage:
    clock = _clock(conn, policy, language)
    rows = [_version(row, policy, clock) for row in versions.list_versions(conn)]
    return VersionsPage(
        clock=clock,
        versions=[one for one in rows if became in {"all", one.state}],
        became=became,
        active=next((one.number for one in rows if one.state == "in_force"), None),
        may=_may(policy, login),
        roles=[policy.role(code).title.say(language) for code in policy.roles.held_by(login)],
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Which two, and which of the orders that the change concerns."""

    login: str
    old: int
    new: int
    change: versions.Change | None = None
    node: Node | None = None
    page: int = 1


def read_comparison(
    conn: Connection, policy: Policy, asked: Asked, language: Language, size: int = SIZE
) -> Comparison | None:
    """None where one of them is no version."""
    rows = [versions.read_version(conn, one) for one in (asked.old, asked.new)]
    if rows[0] is None or rows[1] is None:
        return None
    clock = _clock(conn, policy, language)
    promises = versions.goes_by_promises(conn, (asked.old, asked.new))
    counts = {row.node: row for row in versions.count_changed(conn, asked.old, asked.new, promises)}
    cells = versions.compare_cells(conn, asked.old, asked.new, CELLS)
    listed = (
        versions.list_changed(conn, asked.old, asked.new, promises, asked.node, asked.change, asked.page, size)
        if asked.change
        else ()
    )
    return Comparison(
        clock=clock,
        old=_version(rows[0], policy, clock),
        new=_version(rows[1], policy, clock),
        promises=promises,
        nodes=[
            _node(row, counts.get(row.node), policy, clock)
            for row in versions.compare_nodes(conn, asked.old, asked.new)
        ],
        cells=[_cell(row, policy, clock) for row in cells],
        cells_total=cells[0].total if cells else 0,
        change=asked.change,
        node=asked.node.code if asked.node else "",
        orders=[_changed(row, policy, clock) for row in listed[:size]],
        page=asked.page,
        more=len(listed) > size,
        may=_may(policy, asked.login),
    )


def _clock(conn: Connection, policy: Policy, language: Language) -> Clock:
    return Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)


def _may(policy: Policy, login: str) -> bool:
    return bool(set(policy.roles.held_by(login)) & set(policy.rights.who_may("activate_thresholds", NO_INCIDENT)))


def _version(row: Row[Any], policy: Policy, clock: Clock) -> Version:
    chosen, gate = row.report.get("chosen") or {}, row.report.get("gate") or {}
    past = "was_in_force" if row.decision == "in_force" else row.decision or "free"
    state = "in_force" if row.active else past
    mode = MODES.get(str(gate.get("mode", "")))
    return Version(
        number=row.version,
        clock=clock_said(row.model, str(chosen.get("window", "all")), clock.language),
        mode=say(clock.language, *mode) if mode else "",
        learned=clock.full(row.learned_at),
        window=f"{row.window_from.astimezone(clock.zone):%Y-%m-%d} – {row.window_to.astimezone(clock.zone):%Y-%m-%d}",
        passages=row.stages,
        state=state,
        state_said=say(clock.language, *STATES[state]),
        who=policy.roles.name_of(row.decided_by) if row.decided_by else "",
        why=row.reason or "",
        at=clock.full(row.decided_at) if row.decided_at else "",
        can=state in {"was_in_force", "approved", "free"},
    )


def _node(row: Row[Any], counted: Row[Any] | None, policy: Policy, clock: Clock) -> Limit:
    node = Node(row.node)
    old, new = row.before_whole_s, row.after_whole_s
    return Limit(
        code=node.code,
        title=policy.node(node).title.say(clock.language),
        old=_span(old, node, policy, clock),
        new=_span(new, node, policy, clock),
        change=_change(old, new, clock),
        orders=counted.orders if counted else 0,
        less=counted.less if counted else 0,
        more=counted.more if counted else 0,
        promised=counted.promised if counted else 0,
        cells=row.after_cells,
    )


def _cell(row: Row[Any], policy: Policy, clock: Clock) -> Limit:
    node = Node(row.node)
    return Limit(
        code=node.code,
        title=f"{policy.node(node).title.say(clock.language)} · {row.category} · {row.region} · {row.channel}",
        old=_span(row.old_s, node, policy, clock),
        new=_span(row.new_s, node, policy, clock),
        change=_change(row.old_s, row.new_s, clock),
        orders=row.orders,
    )


def _changed(row: Row[Any], policy: Policy, clock: Clock) -> Changed:
    node = Node(row.node)
    return Changed(
        order_id=row.order_id,
        step=policy.node(node).title.say(clock.language),
        here=clock.ago(row.entered_at),
        alert_at=clock.at(row.alert_at),
        old=_span(row.old_s, node, policy, clock),
        new=_span(row.new_s, node, policy, clock),
    )


def _span(seconds: int | None, node: Node, policy: Policy, clock: Clock) -> str:
    if seconds is None:
        return "–"
    largest: Literal["h", "d"] = "h" if policy.node(node).working_time else "d"
    return say_duration(timedelta(seconds=int(seconds)), clock.language, largest=largest)


def _change(old: int | None, new: int | None, clock: Clock) -> str:
    if old is None:
        return say(clock.language, "新增", "new")
    if new is None:
        return say(clock.language, "用整个环节的", "the step's")
    if old == new:
        return "="
    return f"{'↑' if new > old else '↓'} {abs(new / max(old, 1) - 1):.0%}"
