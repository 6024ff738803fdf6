"""Everything that was done about one incident, act by act, and which of it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from orderwatch.core.playbook.texts import money
from orderwatch.core.playbook.undo import undo
from orderwatch.core.policy import Policy
from orderwatch.core.titles import say_code
from orderwatch.web.health.acts import may
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.steps import LOOK


@dataclass(frozen=True, slots=True)
class DoneRow:
    """One act; ``can_undo``: this reader may have it taken back, and its sink can do that."""

    effect_id: int
    at: str
    what: str
    sink: str
    order_id: str
    amount: str
    state: str
    colour: str
    sign: str
    ref: str
    error: str
    undone_by: int | None
    can_undo: bool


def done_of(
    rows: Sequence[Row[Any]],
    incident: Row[Any],
    titles: Mapping[str, str],
    policy: Policy,
    roles: Sequence[str],
    clock: Clock,
) -> list[DoneRow]:
    """``titles``: the steps of the playbook in words."""
    return [_row(row, _can_undo(row, incident, policy, roles), titles, clock) for row in rows]


def _can_undo(row: Row[Any], incident: Row[Any], policy: Policy, roles: Sequence[str]) -> bool:
    return (
        row.state == "delivered"
        and row.undone_by is None
        and undo(row.sink, row.ref, row.payload) is not None
        and may(policy, roles, "undo", incident, row.amount_minor, row.currency)
    )


def _row(row: Row[Any], can_undo: bool, titles: Mapping[str, str], clock: Clock) -> DoneRow:
    colour, sign = LOOK.get(row.state, ("", "open"))
    step = (row.step or "").removeprefix("undo ")
    return DoneRow(
        effect_id=row.effect_id,
        at=clock.at(row.delivered_at or row.planned_at),
        what=say_undo(titles.get(step, step), clock) if row.undoes else titles.get(step, step),
        sink=say_code(row.sink, clock.language),
        order_id=row.order_id or "",
        amount=money(row.amount_minor, row.currency) if row.amount_minor else "",
        state=say_code(row.state, clock.language),
        colour=colour,
        sign=sign,
        ref=row.ref or "",
        error="" if row.state == "delivered" else row.last_error or "",
        undone_by=row.undone_by,
        can_undo=can_undo,
    )


def say_undo(step: str, clock: Clock) -> str:
    return f"撤回：{step}" if clock.language == "zh-CN" else f"taken back: {step}"
