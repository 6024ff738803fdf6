"""The digest of the week, on Monday morning: what happened, improvements that are due, reviews that lack something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from orderwatch.core.durations import Language
from orderwatch.core.notices import plan_to_role
from orderwatch.core.review.classify import CAUSES
from orderwatch.core.review.words import say_missing
from orderwatch.core.titles import LEVELS
from orderwatch.core.weeks import WEEK, week_of
from orderwatch.pipeline.announce import Announcement, duty_of, local, plan_text
from orderwatch.pipeline.remind_improvements import may_tell, say_left
from orderwatch.store import improvements, programme
from orderwatch.store.database import run

LEVEL: Final = 2  # as everything that is about no incident in particular
LATEST: Final = 1  # Tuesday: whoever was not told on Monday, because nothing ran, is told then; later it is no news
Item = dict[str, Any]


def tell_week(conn: Connection, announcement: Announcement) -> bool:
    """Plan the digest of the week that has just begun, once; whether it is new."""
    zone = ZoneInfo(announcement.policy.calendars.business_zone)
    today = announcement.now.astimezone(zone).date()
    monday, _, _ = week_of(announcement.now, zone)
    if today.weekday() > LATEST or not may_tell(announcement):
        return False
    if not programme.begin_week(conn, monday, announcement.now):
        return False
    week = _Week(conn, announcement, today, monday, zone)
    role = announcement.policy.programme.week.owner
    for notice in plan_to_role("week", role, LEVEL, (), duty_of(conn, announcement.policy, announcement.now)):
        plan_text(conn, notice, f"week:{monday}:{notice.sink}:{notice.recipient}", week.items, announcement)
    return True


class _Week:
    """What is read once and said in every language: lines under the heading of the first of them."""

    def __init__(self, conn: Connection, announcement: Announcement, today: date, monday: date, zone: ZoneInfo) -> None:
        self.about, self.today, self.monday = announcement, today, monday
        _, since, until = week_of(announcement.now - WEEK, zone)
        self.open = [row for row in improvements.read(conn, today, which="open") if row.due < monday + WEEK]
        self.reviews = run(conn, "programme/list_unfinished").all()
        self.counts = run(conn, "programme/count_week", since=since, until=until).all()

    def items(self, language: Language) -> list[Item]:
        zh, to = language == "zh-CN", self.about.addresses
        parts = (
            ("上周的事件" if zh else "Incidents of the last week", to.programme(), self._incidents(language),
             "没有事件" if zh else "none"),
            ("超期或本周到期的改进" if zh else "Improvements that are overdue or due this week", to.improvements(),
             self._improvements(language), "没有" if zh else "none"),
            ("未完成的复盘" if zh else "Reviews that are not complete", to.reviews(), self._reviews(language),
             "没有" if zh else "none"),
        )  # fmt: skip
        return [
            {"head": head if not number else "", "page": page if not number else "", "words": words}
            for head, page, lines, nothing in parts
            for number, words in enumerate(list(lines) or [nothing])
        ]

    def _incidents(self, language: Language) -> Iterator[str]:
        for level, rows in groupby(self.counts, key=lambda row: row.level):
            found = [(self._cause(row.cause, language), row.incidents) for row in rows]
            total = sum(count for _, count in found)
            causes = ("、" if language == "zh-CN" else ", ").join(f"{cause} {count}" for cause, count in found)
            unit = "起" if language == "zh-CN" else ""
            yield f"{LEVELS[language][level]}: {total} {unit}".strip() + f" · {causes}"

    def _improvements(self, language: Language) -> Iterator[str]:
        for row in self.open:
            left = say_left((row.due - self.today).days, language)
            yield f"{row.improvement_id} · {row.title} · {row.owner} · {row.due} · {left}"

    def _reviews(self, language: Language) -> Iterator[str]:
        for row in self.reviews:
            until = local(row.due_at, self.about.policy)
            late = row.state == "breached"
            when = (f"已超时（{until}）" if late else f"{until} 前") if language == "zh-CN" else (
                f"late since {until}" if late else f"due {until}")  # fmt: skip
            number = f"事件 {row.incident_id}" if language == "zh-CN" else f"incident {row.incident_id}"
            yield f"{number} · {say_missing(row.missing, language)} · {when}"

    def _cause(self, cause: str | None, language: Language) -> str:
        if cause is None or cause not in CAUSES:
            return "根因未定" if language == "zh-CN" else "cause open"
        return self.about.policy.review.causes.of(cause).title.say(language)
