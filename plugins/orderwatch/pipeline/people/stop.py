"""Stop the automation, take it over, hand it back: for everything, a playbook, an order or an incident."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import PersonAction
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, Done, Seen, act, not_now
from orderwatch.store import pauses
from orderwatch.store.database import business_now, run
from orderwatch.store.pauses import Control, Scope


def pause(conn: Connection, policy: Policy, by: By, seen: Seen, reason: str, until: datetime) -> Done:
    """Nothing new is begun about this incident until somebody hands back; what is being sent is finished."""
    return _stop_incident(conn, policy, by, seen, reason, until, "paused")


def take_over(conn: Connection, policy: Policy, by: By, seen: Seen, reason: str, until: datetime) -> Done:
    """The person does the work by hand: as a pause, and whoever takes over has taken it on."""
    done = _stop_incident(conn, policy, by, seen, reason, until, "manual")
    run(conn, "incidents/take_on", incident_id=seen.incident_id, who=by.login, now=done.now)
    return done


def stop(
    conn: Connection,
    policy: Policy,
    by: By,
    scope: Scope,
    subject: str,
    reason: str,
    until: datetime,
    control: Control = "paused",
) -> Done:
    """Pause or take over an order, a playbook or everything; an incident has a version to be seen, and its own way."""
    if scope == "incident":
        raise ValueError("an incident is paused by those who have seen it: pause or take_over")
    if not pauses.is_known(conn, scope, subject):
        raise Refusal("nothing_of_that_name", scope=scope, subject=subject)
    done = act(
        conn, policy, by, _word(control), order_id=subject if scope == "order" else None,
        subject=None if scope == "order" else f"{scope} {subject}".strip(), reason=reason, until=until,
    )  # fmt: skip
    _take(conn, done, scope, subject, until, control)
    return done


def hand_back(conn: Connection, policy: Policy, by: By, seen: Seen, reason: str | None = None) -> Done:
    """End the pause or take-over of this incident; steps that wait go on when they look again."""
    done = act(conn, policy, by, "hand_back", seen=seen, reason=reason, must_say_why=False)
    found = run(conn, "pauses/find_live", scope="incident", subject=str(seen.incident_id)).one_or_none()
    if found is None or not pauses.end(conn, found.pause_id, by.login, done.now, done.action_id):
        raise Refusal("not_paused", incident=seen.incident_id)
    return done


def end_stop(
    conn: Connection, policy: Policy, by: By, pause_id: int, version: int | None = None
) -> tuple[Done, Row[Any]]:
    """End any pause by its number; of an incident's, ``version`` is what the person has seen of it. With the pause."""
    row = _live(conn, pause_id)
    if row.scope == "incident":
        return hand_back(conn, policy, by, Seen(int(row.subject), -1 if version is None else version)), row
    done = act(
        conn, policy, by, "hand_back", order_id=row.subject if row.scope == "order" else None,
        subject=None if row.scope == "order" else f"{row.scope} {row.subject}".strip(), must_say_why=False,
    )  # fmt: skip
    if not pauses.end(conn, pause_id, by.login, business_now(conn), done.action_id):
        raise Refusal("no_pause", number=pause_id)
    return done, row


def _stop_incident(
    conn: Connection, policy: Policy, by: By, seen: Seen, reason: str, until: datetime, control: Control
) -> Done:
    done = act(conn, policy, by, _word(control), seen=seen, reason=reason, until=until)
    if not pauses.is_known(conn, "incident", str(seen.incident_id)):
        raise not_now(conn, seen.incident_id)
    _take(conn, done, "incident", str(seen.incident_id), until, control)
    return done


def _take(conn: Connection, done: Done, scope: Scope, subject: str, until: datetime, control: Control) -> None:
    pauses.take(
        conn,
        scope=scope,
        subject=subject,
        by=done.by.login,
        reason=done.reason,
        lasting=until - done.now,
        now=done.now,
        control=control,
        action_id=done.action_id,
    )


def _word(control: Control) -> PersonAction:
    return "pause" if control == "paused" else "take_over"


def _live(conn: Connection, pause_id: int) -> Row[Any]:
    row = next((one for one in pauses.read_live(conn) if one.pause_id == pause_id), None)
    if row is None:
        raise Refusal("no_pause", number=pause_id)
    return row
