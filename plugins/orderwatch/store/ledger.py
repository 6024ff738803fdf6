"""The effect ledger: plan with the decision, claim one at a time, say how it ended; nothing is sent twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from orderwatch.core.effect import Effect, Outcome
from orderwatch.store.database import as_json, run

STATE_AFTER = {"delivered": "delivered", "refused": "failed", "not_sent": "planned", "unknown": "unknown"}


def plan(
    conn: Connection,
    *,
    key: str,
    family: str,
    sink: str,
    recipient: str,
    payload: Mapping[str, Any],
    level: int,
    now: datetime,
    valid_for: timedelta,
    incident_ids: Sequence[int] = (),
) -> bool:
    """Write an intent in the caller's transaction; ``False`` when this very effect is already planned."""
    effect_id = run(
        conn,
        "effects/plan_effect",
        effect_key=key,
        family=family,
        sink=sink,
        recipient=recipient,
        payload=as_json(payload),
        level=level,
        now=now,
        valid_until=now + valid_for,
    ).scalar()
    if effect_id is not None and incident_ids:
        run(conn, "effects/link_effect", effect_id=effect_id, incident_ids=list(incident_ids))
    return effect_id is not None


def claim(conn: Connection, now: datetime) -> Effect | None:
    """Take the gravest waiting effect; the claim must be committed before anything is sent."""
    row = run(conn, "effects/claim_effect", now=now).one_or_none()
    return None if row is None else Effect(**row._mapping)


def finish(conn: Connection, effect: Effect, outcome: Outcome, now: datetime) -> bool:
    """Record how it ended; ``False`` when the lease was lost to another worker meanwhile."""
    again = now + outcome.wait if outcome.result in {"not_sent", "unknown"} else None
    done = run(
        conn,
        "effects/finish_effect",
        effect_id=effect.effect_id,
        fence=effect.fence,
        state=STATE_AFTER[outcome.result],
        now=now,
        next_attempt_at=again,
        error=outcome.detail,
    )
    return done.rowcount == 1


def tidy(conn: Connection, now: datetime) -> None:
    """Dead leases become unknown, unknown ones that cannot be repeated go to a person, old plans expire."""
    run(conn, "effects/reap_leases")
    run(conn, "effects/hand_over_unknown")
    run(conn, "effects/expire_planned", now=now)
