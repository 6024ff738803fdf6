"""People stop the automation, and hand back: for everything, a playbook, an order or an incident."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Row

from orderwatch.store.database import run
from orderwatch.store.detection import write_line

Scope = Literal["everything", "playbook", "order", "incident"]
Control = Literal["paused", "manual"]
"""Stopped, or taken over: somebody does the work by hand meanwhile."""
LONGEST = timedelta(days=7)


def take(
    conn: Connection,
    *,
    scope: Scope,
    subject: str,
    by: str,
    reason: str,
    lasting: timedelta,
    now: datetime,
    control: Control = "paused",
    action_id: int | None = None,
) -> int:
    """Stop every act that has not begun; returns the pause's number.

    When its time is up whoever took it and the incident's owner are reminded; nothing starts again by itself.

    Raises:
        ValueError: nothing that can be paused, no reason, or longer than seven days.
    """
    if scope not in get_args(Scope) or (scope == "everything") != (not subject):
        raise ValueError("say what to pause: everything, or a playbook, an order or an incident and which")
    if not reason.strip():
        raise ValueError("say why; whoever comes next has to know")
    if not timedelta(0) < lasting <= LONGEST:
        raise ValueError("a pause lasts more than nothing and at most 7 days")
    pause_id: int = run(
        conn,
        "pauses/take",
        scope=scope,
        subject=subject,
        taken_by=by,
        reason=reason.strip(),
        now=now,
        until=now + lasting,
        control=control,
    ).scalar_one()
    event = "paused" if control == "paused" else "taken_over"
    detail = {"reason": reason.strip(), "pause": pause_id, "until": now + lasting}
    _note(conn, event, scope, subject, by, detail, now, action_id)
    return pause_id


def is_known(conn: Connection, scope: str, subject: str) -> bool:
    """Whether there is such an incident that is not over, such an order, or such a playbook."""
    return bool(run(conn, "pauses/is_known", scope=scope, subject=subject).scalar_one())


def end(conn: Connection, pause_id: int, by: str, now: datetime, action_id: int | None = None) -> bool:
    """Hand back to the automation; ``False`` when the pause is over already."""
    row = run(conn, "pauses/end_pause", pause_id=pause_id, ended_by=by, now=now).one_or_none()
    if row is None:
        return False
    _note(conn, "handed_back", row.scope, row.subject, by, {"pause": row.pause_id}, now, action_id)
    return True


def read_live(conn: Connection) -> Sequence[Row[Any]]:
    """Every pause that nobody has ended, also those whose time is up."""
    return run(conn, "pauses/list_live").all()


def list_shown(conn: Connection, since: datetime) -> Sequence[Row[Any]]:
    """Live ones with what they hold back, by their ends, then those that have ended since; at most 500."""
    return run(conn, "pauses/list_shown", since=since).all()


def list_held(conn: Connection, pause_id: int) -> Sequence[Row[Any]]:
    """The acts that have not begun and are in the scope of this pause; at most 200."""
    return run(conn, "pauses/list_held", pause_id=pause_id).all()


def list_playbooks(conn: Connection) -> list[str]:
    """The playbooks that can be paused."""
    return list(run(conn, "pauses/list_playbooks").scalars())


def _note(
    conn: Connection,
    event: str,
    scope: str,
    subject: str,
    by: str,
    detail: dict[str, Any],
    now: datetime,
    action_id: int | None,
) -> None:
    about = int(subject) if scope == "incident" and subject.isdecimal() else None
    write_line(
        conn,
        now=now,
        event=event,
        actor=by,
        incident_id=about,
        order_id=subject if scope == "order" else None,
        scan_id=None,
        policy_version=None,
        detail={"scope": scope, "subject": subject, **detail},
        action_id=action_id,
    )
