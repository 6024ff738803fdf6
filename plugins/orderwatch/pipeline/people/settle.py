"""Say whether an act arrived of which only a person can know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, Done, Seen, act, both
from orderwatch.store import ledger
from orderwatch.store.database import run


def settle(
    conn: Connection, policy: Policy, by: By, effect_id: int, version: int, *, arrived: bool, reason: str
) -> Done:
    """It went out, or it did not: then its money is free again and its step may try anew.

    ``version`` is the edit version of its incident as the person has seen it; a message about no incident has none.
    """
    row = read_effect(conn, effect_id)
    done = act(
        conn, policy, by, "settle", reason=reason, amount_minor=row.amount_minor, currency=row.currency,
        **about(row, version),
    )  # fmt: skip
    if not ledger.settle(conn, effect_id, arrived=arrived, who=by.login, because=done.reason, now=done.now):
        raise Refusal("not_asked", effect=effect_id, state=both(row.state))
    said = "arrived" if arrived else "did_not_arrive"
    done.say(conn, "settled", {"effect": effect_id, "arrived": said, "reason": done.reason}, order_id=row.order_id)
    return done


def read_effect(conn: Connection, effect_id: int) -> Row[Any]:
    """The effect as it is now; raises ``Refusal`` when there is none."""
    row = run(conn, "people/read_effect", effect_id=effect_id).one_or_none()
    if row is None:
        raise Refusal("no_effect", effect=effect_id)
    return row


def about(row: Row[Any], version: int) -> dict[str, Any]:
    """What an action on an effect is about: its incident as it was seen, or the effect alone."""
    if row.incident_id is None:
        return {"subject": f"effect {row.effect_id}", "level": row.level}
    return {"seen": Seen(row.incident_id, version)}
