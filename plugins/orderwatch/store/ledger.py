"""The effect ledger: plan with the decision, claim one at a time, say how it ended; nothing is sent twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from orderwatch.core.effect import Effect, Outcome
from orderwatch.store.database import as_json, run


@dataclass(frozen=True, slots=True)
class StepAct:
    """What an effect of a playbook step is bound to; ``held`` effects wait for a decision, for the reason given."""

    incident_id: int | None = None
    step: str | None = None
    attempt_group: int = 1
    slot: str | None = None
    order_id: str | None = None
    customer_id: str | None = None
    side_effect: str = "internal"
    amount_minor: int = 0
    currency: str | None = None
    incident_cap_minor: int | None = None  # of money: what the playbook allows for the whole incident
    business_key: str | None = None
    state: str = "planned"
    hold_reason: str | None = None
    undoes: int | None = None  # the effect that this one takes back


STATE_AFTER = {
    "delivered": "delivered",
    "refused": "failed",
    "not_sent": "planned",
    "unknown": "unknown",
    "called_off": "cancelled",
    "put_off": "planned",
}
NEVER_REACHED_FOR = frozenset({"called_off", "put_off"})  # such an attempt says nothing about the sink


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
    run(conn, "effects/begin_firmly")
    row = run(conn, "effects/claim_effect", now=now, keys=None if only is None else list(only)).one_or_none()
    return None if row is None else Effect(**row._mapping)


def finish(conn: Connection, effect: Effect, outcome: Outcome, now: datetime) -> bool:
    """Record how it ended; ``False`` when the lease was lost to another worker meanwhile.

    An effect that an earlier attempt may have delivered stays unknown when not sent, and goes to a person when refused
    or called off.
    """
    run(conn, "effects/begin_firmly")
    again = now + outcome.wait if outcome.result in {"not_sent", "unknown", "put_off"} else None
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
        failed=None if outcome.result in NEVER_REACHED_FOR else outcome.result in {"not_sent", "unknown"},
    )
    return done.one_or_none() is not None


def reap(conn: Connection) -> None:
    """Dead leases become unknown."""
    run(conn, "effects/begin_firmly")
    run(conn, "effects/reap_leases")


def read_unknown(conn: Connection, sinks: Collection[str], now: datetime, only: Collection[str] | None) -> list[Effect]:
    """The unknown effects of these sinks that can be asked about now, or of those with the keys in ``only``."""
    keys = None if only is None else list(only)
    rows = run(conn, "effects/read_unknown", sinks=list(sinks), now=now, keys=keys)
    return [Effect(**row._mapping) for row in rows]


def reconcile(conn: Connection, effect: Effect, found: Outcome, now: datetime) -> bool:
    """Record what a sink answers about an unknown effect; whether it has arrived.

    What is not found stays unknown while it may still be on its way, and then a person looks.
    """
    about = {"effect_id": effect.effect_id, "fence": effect.fence}
    if found.result == "delivered":
        return run(conn, "effects/settle_found", **about, ref=found.ref, now=now).one_or_none() is not None
    run(conn, "effects/settle_missing", **about, again=now + found.wait, error=found.detail)
    return False


def read_unsettled(conn: Connection) -> Sequence[Row[Any]]:
    """Every effect of which only a person can find out whether it arrived."""
    return run(conn, "effects/read_unsettled").all()


def settle(conn: Connection, effect_id: int, *, arrived: bool, who: str, because: str, now: datetime) -> bool:
    """A person says whether it arrived; ``False`` when nobody was asked about this effect.

    What did not arrive has failed: it gives its money back, and its step may make a further attempt.
    """
    said = f"{'arrived' if arrived else 'did not arrive'}, says {who}: {because}"
    state = "delivered" if arrived else "failed"
    done = run(conn, "effects/settle", effect_id=effect_id, state=state, said=said, now=now)
    return done.one_or_none() is not None


def tidy(conn: Connection, now: datetime, only: Collection[str] | None = None) -> None:
    """Dead leases become unknown, unknown ones that cannot be repeated go to a person, old plans expire.

    With ``only``, of the effects with these keys: the whole ledger is the scan's to keep tidy.
    """
    keys = None if only is None else list(only)
    reap(conn)
    run(conn, "effects/hand_over_unknown", keys=keys)
    run(conn, "effects/cancel_overtaken", keys=keys)
    run(conn, "effects/expire_planned", now=now, keys=keys)
