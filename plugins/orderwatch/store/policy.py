"""What the policy files say, where SQL can join it: the nodes' clocks and everybody's opening hours."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from orderwatch.core.calendar import WorkCalendar
from orderwatch.core.calendar_days import CalendarDay, days_of, spans_of
from orderwatch.core.policy import Policy
from orderwatch.core.policy.roles import RolesFile
from orderwatch.core.words import Node
from orderwatch.store.database import Lock, as_json, hold, run
from orderwatch.store.money import publish_money


def publish_policy(conn: Connection, policy: Policy, now: datetime) -> bool:
    """Bring nodes and calendars in the database up to the files.

    A policy that differs from the one in force also asks every open order anew, so that a corrected rule frees the
    orders that the old one silenced. Returns whether anything changed, so that open alert times have to follow;
    nothing is written when nothing has.
    """
    hold(conn, Lock.ALERTS)
    run(conn, "policy/keep_roles", roles=as_json(policy.roles.model_dump(mode="json", by_alias=True)))
    publish_money(conn, policy)
    _publish_rights(conn, policy)
    changed = _publish_nodes(conn, policy)
    for code in policy.calendars.calendars:
        changed |= _publish_calendar(conn, policy, code, now)
    if run(conn, "policy/put_in_force", version=policy.version, now=now).all():
        run(conn, "alerts/forget_verdicts", now=now)
        changed = True
    return changed


def last_roles(conn: Connection) -> RolesFile | None:
    """The roles as they were last published; none before the first time."""
    kept = run(conn, "policy/read_roles").scalar()
    return None if kept is None else RolesFile.model_validate_json(as_json(kept))


def _publish_rights(conn: Connection, policy: Policy) -> None:
    """What people may do by hand, where the guard of the action log can see it."""
    rights = [
        {"role": role, "action": action, "max_level": level}
        for role, of_role in policy.rights.root.items()
        for action, level in of_role.may.items()
    ]
    money = [
        {"role": role, "currency": currency, "up_to": up_to}
        for role, of_role in policy.rights.root.items()
        for currency, up_to in of_role.money.items()
    ]
    run(conn, "policy/publish_action_rights", rights=as_json(rights))
    run(conn, "policy/publish_action_money", money=as_json(money))


def _publish_nodes(conn: Connection, policy: Policy) -> bool:
    changed = 0
    for node in Node:
        rules = policy.node(node)
        changed += run(
            conn,
            "policy/upsert_node",
            node=int(node),
            working_time=rules.working_time,
            actor=rules.actor,
            batch=rules.batch,
            ceiling_s=_seconds(rules.ceiling),
            grace_s=_seconds(rules.grace),
            platform_lead_s=_seconds(rules.platform_lead),
        ).rowcount
    return changed > 0


def _publish_calendar(conn: Connection, policy: Policy, code: str, now: datetime) -> bool:
    """Days are laid out month by month, so that the horizon moves without a write at every scan."""
    month = now.date().replace(day=1)
    horizon = policy.calendars.horizon
    rules = policy.calendars.calendars[code]
    days = days_of(rules, month - horizon.back, month + horizon.ahead)
    fingerprint = hashlib.sha256(repr(days).encode() + rules.zone.encode()).hexdigest()[:16]
    row = run(conn, "policy/upsert_calendar", code=code, zone=rules.zone, fingerprint=fingerprint).one_or_none()
    if row is None:
        return False
    _write_days(conn, row.calendar_id, days)
    hours = WorkCalendar.of(spans_of(days, rules.zone))
    run(
        conn,
        "policy/upsert_hours",
        calendar_id=row.calendar_id,
        opens=hours.opens.tolist(),
        work_before=hours.done_before.tolist(),
        work_after=hours.done_after.tolist(),
    )
    return True


def _write_days(conn: Connection, calendar_id: int, days: Sequence[CalendarDay]) -> None:
    conn.execute(text("delete from calendar_day where calendar_id = :id"), {"id": calendar_id})
    rows = [
        {
            "day": day.day.isoformat(),
            "status": day.status,
            "reason": day.reason,
            "windows": [[f"{w.opens:%H:%M}", f"{w.closes:%H:%M}"] for w in day.windows],
        }
        for day in days
    ]
    run(conn, "policy/insert_calendar_days", calendar_id=calendar_id, days=as_json(rows))


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
