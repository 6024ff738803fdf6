"""Nobody has acknowledged in time: the next person hears, one step after the other."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from orderwatch.core.duty import Duty
from orderwatch.core.notices import Step, Unanswered, due_steps, plan_escalated
from orderwatch.core.policy import Policy
from orderwatch.pipeline.announce import Announcement, duty_of, plan_message, read_incidents
from orderwatch.store.database import run
from orderwatch.store.detection import write_line


def escalate(conn: Connection, announcement: Announcement) -> int:
    """Plan the messages of every step whose time has come; returns how many steps were taken.

    What has been taken is a line of the timeline, so a rerun takes nothing twice, and scans that were missed are
    made up for by the next.
    """
    policy, now = announcement.policy, announcement.now
    unanswered = run(conn, "incidents/read_unanswered", now=now).all()
    if not unanswered:
        return 0
    duty = duty_of(conn, policy, now)
    steps = [
        step
        for row in unanswered
        for step in due_steps(
            Unanswered(
                row.incident_id, row.level, row.owner_role, row.acknowledge_by, tuple(row.roles), frozenset(row.heard)
            ),
            _within(row.level, policy),
            duty,
        )
    ]
    incidents = read_incidents(conn, [step.incident_id for step in steps])
    for notice in plan_escalated(steps, duty):
        plan_message(conn, notice, incidents, announcement)
    for step in steps:
        _write_down(conn, step, duty, announcement)
    return len(steps)


def _write_down(conn: Connection, step: Step, duty: Duty, announcement: Announcement) -> None:
    write_line(
        conn,
        now=announcement.now,
        event="escalated",
        incident_id=step.incident_id,
        scan_id=announcement.scan_id,
        policy_version=announcement.policy.version,
        detail={"step": step.number, "role": step.role, "to": [person.wecom for person in duty.told(step.role)]},
    )


def _within(level: int, policy: Policy) -> timedelta:
    within = policy.grading.levels[level].acknowledge_within
    if not within:
        raise ValueError(f"level {level} has no acknowledge_within in grading.yaml")
    return within
