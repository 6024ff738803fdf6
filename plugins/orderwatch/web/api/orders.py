"""One order: where it stands, and every decision ever taken on it, also why nobody was alerted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path

from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By
from orderwatch.pipeline.people.undo import report
from orderwatch.store import board
from orderwatch.store.findings import read_decisions, read_standing
from orderwatch.web.api import bodies
from orderwatch.web.desk import acting, policy_now, reading
from orderwatch.web.security import Login

router = APIRouter(prefix="/orders", tags=["orders"])
OrderId = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
MOST = 2000  # decisions of one order


@router.get("/{order_id}")
def read_order(order_id: OrderId) -> dict[str, Any]:
    """The same as ``orderwatch why``, and what was done about it."""
    with reading() as conn:
        standing = read_standing(conn, order_id)
        if standing is None:
            raise Refusal("no_order", order=order_id)
        decisions = [
            {
                "at": one.at,
                "node": one.node,
                "event": one.event,
                "why": {"zh-CN": one.why, "en": one.why_en},
            }
            for one in read_decisions(conn, order_id)[-MOST:]
        ]
        return {
            "order_id": order_id,
            "standing": asdict(standing),
            "decisions": decisions,
            "incidents": [dict(one._mapping) for one in board.read_order_incidents(conn, order_id)],
            "effects": [dict(one._mapping) for one in board.read_order_acts(conn, order_id)],
        }


@router.post("/{order_id}/report")
def post_report(order_id: OrderId, body: bodies.Report, login: Login) -> dict[str, Any]:
    """Say that the order is wrong, late or not: an incident of its own."""
    with acting() as conn:
        return {"incident_id": report(conn, policy_now(), By(login, body.role), order_id, body.what, body.note)}
