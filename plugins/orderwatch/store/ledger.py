"""The effect ledger: plan with the decision, claim one at a time, say how it ended; nothing is sent twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from orderwatch.core.effect import Effect, Outcome
from orderwatch.store.database import as_json, run


@dataclass(frozen=True, slots=True)
class StepAct:
    """What an effect of a playbook step is bound to; ``held`` effects wait for a decision, for the reason given."""

    incident_id: int | None = None
    step: str | None = None
    attempt_group: int = 1
    order_id: str | None = None
    customer_id: str | None = None
    side_effect: str = "internal"
    amount_minor: int = 0
    currency: str | None = None
    business_key: str | None = None
    state: str = "planned"
    hold_reason: str | None = None


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
    scan_id: int | None = None,
    not_before: datetime | None = None,
    about: StepAct | None = None,
) -> int | None:
    """Write an intent in the caller's transaction; its number, or ``None`` when this very effect is planned already.

    ``about`` binds it to a step of a playbook. Raises ``DBAPIError`` with the code of a guard when money is asked for
    that nobody has decided on or that no budget has room for.
    """
    act = about or StepAct()
    effect_id: int | None = run(
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
        scan_id=scan_id,
        not_before=not_before,
        **asdict(act),
    ).scalar()
    if effect_id is not None and incident_ids:
        run(conn, "effects/link_effect", effect_id=effect_id, incident_ids=list(incident_ids))
    return effect_id


def claim(conn: Connection, now: datetime, only: Collection[str] | None = None) -> Effect | None:
    """Take the gravest waiting effect, or of those with the keys in ``only``.

    The claim must be committed before anything is sent.
    """
    row = run(conn, "effects/claim_effect", now=now, keys=None if only is None else list(only)).one_or_none()
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
        ref=outcome.ref,
        failed=outcome.result in {"not_sent", "unknown"},
    )
    return done.one_or_none() is not None


def tidy(conn: Connection, now: datetime) -> None:
    """Dead leases become unknown, unknown ones that cannot be repeated go to a person, old plans expire."""
    run(conn, "effects/reap_leases")
    run(conn, "effects/hand_over_unknown")
    run(conn, "effects/cancel_overtaken")
    run(conn, "effects/expire_planned", now=now)
