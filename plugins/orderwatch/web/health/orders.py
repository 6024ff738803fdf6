"""The orders behind the board's numbers: in progress, late, exempt or unknown, of one step or of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.core.words import Node
from orderwatch.store import live
from orderwatch.store.database import business_now
from orderwatch.store.node_load import read_nodes
from orderwatch.web.health.clock import Clock
from orderwatch.web.pictures.words import say

SIZE: Final = 100
MOST: Final = 10_000
"""Rows of one file; a spreadsheet of more helps nobody."""
_TITLES: Final = {
    "all": ("在途订单", "Orders in progress"),
    "late": ("超时订单", "Late orders"),
    "exempt": ("豁免的订单", "Orders that may wait longer"),
    "unknown": ("未知的订单", "Orders that nobody can judge now"),
}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in the step where it waits; ``why`` is why it is late, or why it is not."""

    order_id: str
    about: str
    step: str
    age: str
    alert_at: str
    over: bool
    incident_id: int | None
    level: int
    why: str


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """``more``: whether there is another page."""

    title: str
    state: live.State
    node: str
    steps: Sequence[tuple[str, str]]
    rows: Sequence[OrderRow]
    page: int
    more: bool
    zone: str
    most: int = MOST


def read_orders(
    conn: Connection, policy: Policy, node: Node | None, state: live.State, page: int, language: Language,
    size: int = SIZE,
) -> OrdersPage:  # fmt: skip
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    unjudged = [Node(row.node) for row in read_nodes(conn) if not row.judged]
    rows = live.list_orders(conn, node, state, unjudged, clock.now, page, size)
    step = f" · {policy.node(node).title.say(language)}" if node else ""
    return OrdersPage(
        title=say(language, *_TITLES[state]) + step,
        state=state,
        node=node.code if node else "",
        steps=[(one.code, policy.node(one).title.say(language)) for one in Node],
        rows=[_order(row, policy, clock) for row in rows[:size]],
        page=page,
        more=len(rows) > size,
        zone=policy.calendars.business_zone,
    )


def _order(row: Row[Any], policy: Policy, clock: Clock) -> OrderRow:
    return OrderRow(
        order_id=row.order_id,
        about=" · ".join(filter(None, (row.category, row.region, row.channel, row.warehouse))),
        step=policy.node(Node(row.node)).title.say(clock.language),
        age=clock.ago(row.entered_at),
        alert_at=clock.at(row.alert_at),
        over=row.alert_at <= clock.now,
        incident_id=row.incident_id,
        level=row.level or 0,
        why=(row.explanation or row.exempted or {}).get(clock.language, ""),
    )
