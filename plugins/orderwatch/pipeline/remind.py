"""What goes on is told again, and so is a pause whose time is up: nothing is forgotten, and nothing nags."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.duty import Duty
from orderwatch.core.learned.predicate import predicate, say_predicate
from orderwatch.core.notices import Announced, plan_reminders, plan_to_person, plan_to_role
from orderwatch.core.policy import Person, Policy
from orderwatch.core.titles import say_code
from orderwatch.pipeline.announce import (
    Announcement,
    audience,
    duty_of,
    local,
    plan_message,
    plan_text,
    read_incidents,
)
from orderwatch.store.database import run

PAUSES_AGAIN: Final = timedelta(hours=4)
AUTOMATION: Final = 2  # whoever owns this level is told of pauses that are about no incident in particular


def remind(conn: Connection, announcement: Announcement) -> int:
    """Plan what is due again; returns how many incidents, pauses and rules somebody is reminded of."""
    return (
        _remind_of_incidents(conn, announcement)
        + _remind_of_pauses(conn, announcement)
        + _remind_of_rules(conn, announcement)
    )


def _remind_of_incidents(conn: Connection, announcement: Announcement) -> int:
    """Incidents that go on, one digest for each owning role; one that was escalated is also with the last one asked."""
    policy, now = announcement.policy, announcement.now
    waits = [int(wait.total_seconds()) for wait in policy.response.repeat]
    due = run(conn, "incidents/read_unfinished", now=now, waits_s=waits, longest_s=waits[-1]).all()
    if not due:
        return 0
    incidents = read_incidents(conn, [row.incident_id for row in due])
    also = [Announced(row.incident_id, row.level, row.with_role) for row in due if row.with_role in policy.roles.root]
    duty = duty_of(conn, policy, now)
    for notice in plan_reminders([*audience(incidents.values(), policy), *also], duty):
        plan_message(conn, notice, incidents, announcement)
    run(conn, "incidents/mark_reminded", incident_ids=list(incidents), now=now)
    return len(due)


def _remind_of_pauses(conn: Connection, announcement: Announcement) -> int:
    """Whoever has paused the automation and the incident's owner hear that its time is up; nothing restarts."""
    now = announcement.now
    over = run(conn, "pauses/read_over", now=now, reminded_before=now - PAUSES_AGAIN).all()
    if not over:
        return 0
    duty = duty_of(conn, announcement.policy, now)
    for pause in over:
        _remind_of_pause(conn, pause, duty, announcement)
    run(conn, "pauses/mark_reminded", pause_ids=[pause.pause_id for pause in over], now=now)
    return len(over)


def _remind_of_pause(conn: Connection, pause: Row[Any], duty: Duty, announcement: Announcement) -> None:
    policy = announcement.policy
    owners = [code for code in pause.owners if code in policy.roles.root] or [_of_automation(duty)]
    again = pause.reminded_at or pause.until
    for person in {one.wecom: one for one in _concerned(pause, owners, duty)}.values():
        for notice in plan_to_person("pause_over", person, owners[0], pause.level, tuple(pause.incident_ids)):
            key = f"pause_over:{pause.pause_id}:{notice.sink}:{notice.recipient}:{again:%Y%m%dT%H%M%S}"
            plan_text(conn, notice, key, lambda language: [_about(pause, language, announcement)], announcement)


def _concerned(pause: Row[Any], owners: list[str], duty: Duty) -> Iterator[Person]:
    taken_by = duty.policy.roles.person(pause.taken_by)
    if taken_by:
        yield duty.stands_for(taken_by)
    for code in owners:
        yield from duty.told(code)


def _remind_of_rules(conn: Connection, announcement: Announcement) -> int:
    """The role that has activated a rule hears once that its end is near; nothing renews itself."""
    policy, now = announcement.policy, announcement.now
    ending = run(conn, "rules/read_ending", now=now, ends_before=now + policy.learning.remind_before).all()
    if not ending:
        return 0
    duty = duty_of(conn, policy, now)
    for row in ending:
        role = row.role if row.role in policy.roles.root else policy.learning.owner
        for notice in plan_to_role("rule_ends", role, AUTOMATION, (), duty):
            key = f"rule_ends:{row.rule_id}:{row.expires_at:%Y%m%dT%H%M}:{notice.sink}:{notice.recipient}"
            plan_text(conn, notice, key, partial(_rule_items, row, policy), announcement)
    run(conn, "rules/mark_reminded", rule_ids=[row.rule_id for row in ending], now=now)
    return len(ending)


def _rule_items(row: Row[Any], policy: Policy, language: Language) -> list[dict[str, Any]]:
    asked = say_predicate(predicate(row.asked), language)
    return [{"rule": str(row.rule_id), "asked": asked, "by": row.login, "until": local(row.expires_at, policy)}]


def _of_automation(duty: Duty) -> str:
    return duty.policy.grading.levels[AUTOMATION].owner or next(iter(duty.policy.roles.root))


def _about(pause: Row[Any], language: Language, announcement: Announcement) -> dict[str, Any]:
    number = f"#{pause.subject}" if pause.scope == "incident" else pause.subject
    return {
        "subject": f"{say_code(pause.scope, language)} {number}".strip(),
        "taken_by": pause.taken_by,
        "reason": pause.reason,
        "since": local(pause.since, announcement.policy),
        "until": local(pause.until, announcement.policy),
    }
