"""A person takes back what a playbook has done: one more act in the ledger, sent by the next scan."""

from __future__ import annotations

from sqlalchemy import Connection

from orderwatch.core.playbook.undo import undo
from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.core.titles import CODES
from orderwatch.pipeline.intend import WORTH_DOING
from orderwatch.store import ledger
from orderwatch.store.database import business_now, run
from orderwatch.store.detection import write_line
from orderwatch.store.ledger import StepAct


def take_back(
    conn: Connection, policy: Policy, effect_id: int, *, by: str, because: str, action_id: int | None = None
) -> int:
    """Plan the act that undoes a delivered one; its number in the ledger.

    A pause does not hold it: whoever has taken over takes back. When the sink has confirmed, the first act counts as
    undone and its money is free again, but the order is not paid a second time by itself. Raises ``Refusal`` when there
    is nothing to take back.
    """
    if not because.strip():
        raise Refusal("no_reason")
    row = run(conn, "effects/read_act", effect_id=effect_id).one_or_none()
    if row is None:
        raise Refusal("no_effect", effect=effect_id)
    if row.undone_by:
        raise Refusal("undone_already", effect=effect_id, by=row.undone_by)
    if row.state != "delivered":
        raise Refusal("not_arrived", effect=effect_id, state=CODES[row.state])
    payload = undo(row.sink, row.ref, row.payload)
    if payload is None:
        raise Refusal("no_way_back", effect=effect_id, about=f"{row.step}, {row.sink}")
    now = business_now(conn)
    planned = ledger.plan(
        conn,
        key=f"{row.effect_key}-undo-{row.tried + 1}",
        family="response",
        sink=row.sink,
        recipient=row.ref,
        payload=payload,
        level=row.level,
        now=now,
        valid_for=WORTH_DOING,
        incident_ids=[row.incident_id],
        about=StepAct(
            incident_id=row.incident_id,
            step=f"undo {row.step}",
            attempt_group=row.tried + 1,
            slot=row.slot,
            order_id=row.order_id,
            undoes=effect_id,
        ),
    )
    if planned is None:
        again = run(conn, "effects/read_act", effect_id=effect_id).one()  # somebody else was faster
        raise Refusal("undone_already", effect=effect_id, by=again.undone_by)
    write_line(
        conn,
        now=now,
        event="taken_back",
        actor=by,
        incident_id=row.incident_id,
        scan_id=None,
        policy_version=policy.version,
        detail={"step": row.step, "ref": row.ref, "note": because},
        action_id=action_id,
    )
    return planned
