"""Owners of improvements are reminded before their day and when it is over; long after it, those above hear as well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.duty import Duty
from orderwatch.core.notices import Notice, plan_to_person, plan_to_role
from orderwatch.core.policy import Policy
from orderwatch.core.programme.owner import owner_of
from orderwatch.pipeline.announce import Announcement, duty_of, plan_text
from orderwatch.store.database import run

ABOVE: Final = 3  # the reminder from which on whoever owns the level of the incident hears as well
NO_INCIDENT: Final = 2  # whoever owns this level owns what is about no incident in particular


def may_tell(announcement: Announcement) -> bool:
    """Whether it is late enough in the day of the business to tell people what can wait for the morning."""
    local = announcement.now.astimezone(ZoneInfo(announcement.policy.calendars.business_zone))
    return local.time() >= announcement.policy.programme.tell_from


def remind_of_improvements(conn: Connection, announcement: Announcement) -> int:
    """Plan what is due, each reminder once; returns of how many improvements somebody is reminded."""
    if not may_tell(announcement):
        return 0
    policy, now = announcement.policy, announcement.now
    rules, zone = policy.programme.improvements, policy.calendars.business_zone
    steps = {
        row.improvement_id: row.step
        for row in run(
            conn,
            "improvements/mark_reminded",
            today=now.astimezone(ZoneInfo(zone)).date(),
            zone=zone,
            before_days=_days(rules.remind_before),
            escalate_days=_days(rules.escalate_after),
        )
    }
    if not steps:
        return 0
    duty = duty_of(conn, policy, now)
    for row in run(conn, "improvements/read_told", improvement_ids=list(steps)):
        told = set()
        for notice in _notices(row, steps[row.improvement_id], duty):
            if (notice.sink, notice.recipient) not in told:
                told.add((notice.sink, notice.recipient))
                key = f"improvement:{row.improvement_id}:{steps[row.improvement_id]}:{notice.sink}:{notice.recipient}"
                plan_text(conn, notice, key, partial(_items, row, announcement), announcement)
    return len(steps)


def _notices(row: Row[Any], step: int, duty: Duty) -> Iterator[Notice]:
    """The owner; where nobody is called so, whoever has begun it, and those above at once."""
    policy, level = duty.policy, row.level if row.level is not None else NO_INCIDENT
    above = _above(policy, level)
    owner = owner_of(row.owner, policy.roles)
    known = owner or policy.roles.person(row.opened_by)
    if isinstance(known, str):
        yield from plan_to_role("improvement_due", known, level, (), duty)
    elif known is not None:
        yield from plan_to_person("improvement_due", duty.stands_for(known), above, level, ())
    if step >= ABOVE or owner is None:
        yield from plan_to_role("improvement_due", above, level, (), duty)


def _above(policy: Policy, level: int) -> str:
    levels = policy.grading.levels
    return levels[level].owner or levels[NO_INCIDENT].owner or policy.programme.week.owner


def _items(row: Row[Any], announcement: Announcement, language: Language) -> list[dict[str, Any]]:
    today = announcement.now.astimezone(ZoneInfo(announcement.policy.calendars.business_zone)).date()
    return [{
        "number": f"{row.improvement_id}", "title": row.title, "owner": row.owner, "day": row.due.isoformat(),
        "when": say_left((row.due - today).days, language), "playbook": row.playbook or "",
        "incident": f"#{row.incident_id}" if row.incident_id else "", "page": announcement.addresses.improvements(),
    }]  # fmt: skip


def say_left(days: int, language: Language) -> str:
    """``3 d left``, ``due today``, ``2 d overdue``."""
    if not days:
        return "今天到期" if language == "zh-CN" else "due today"
    if days > 0:
        return f"还有 {days} 天" if language == "zh-CN" else f"{days} d left"
    return f"已超期 {-days} 天" if language == "zh-CN" else f"{-days} d overdue"


def _days(span: timedelta) -> int:
    return span.days
