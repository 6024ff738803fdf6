"""Which incidents are over, and where their reviews stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.core.review.words import say_cause, say_missing
from orderwatch.store import reviews
from orderwatch.store.database import business_now
from orderwatch.web.health.clock import Clock, Due
from orderwatch.web.health.rows import about_of, title_of_kind
from orderwatch.web.pictures.words import say

SIZE: Final = 50
Which = Literal["open", "late", "published", "none", "all"]
STATES: Final[Mapping[Which, Sequence[str]]] = {
    "open": ("wanted", "waiting", "breached"),
    "late": ("breached",),
    "published": ("published",),
    "none": ("excused",),
    "all": ("wanted", "waiting", "breached", "published", "excused"),
}
_SAID: Final = {
    "wanted": ("待生成", "to be written"),
    "waiting": ("待补", "lacks facts"),
    "published": ("已完成", "complete"),
    "breached": ("已超时", "late"),
    "excused": ("没有复盘", "none"),
}
_EXCUSES: Final = {
    "dismissed": ("已驳回的事件没有复盘", "a dismissed incident has none"),
    "merged": ("随所并入的事件复盘", "reviewed with the incident that it was merged into"),
    "before_reviews": ("早于复盘功能", "it was over before there were reviews"),
}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One incident; ``due`` while its review is not complete; ``more``: what is missing, or why there is none."""

    incident_id: int
    review_id: int | None
    level: int
    title: str
    about: str
    ended: str
    due: Due | None
    state: str
    state_said: str
    more: str
    cause: str


@dataclass(frozen=True, slots=True)
class Judged:
    """How often people have looked at what a rule said, and how often they found it wrong."""

    title: str
    judged: int
    wrong: int


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """All of it, in one language."""

    clock: Clock
    which: Which
    incident_id: int | None
    run_id: str | None
    rows: Sequence[ReviewRow]
    total: int
    page: int
    judged: Sequence[Judged]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SIZE))


def read_reviews(
    conn: Connection,
    policy: Policy,
    which: Which,
    incident_id: int | None,
    page: int,
    language: Language,
    size: int = SIZE,
    run_id: str | None = None,
) -> ReviewsPage:
    """``incident_id``: of this one alone; ``run_id``: of those whose reviews this run has written."""
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    rows = reviews.list_shown(conn, STATES["all" if incident_id or run_id else which], incident_id, run_id, page, size)
    shown = [_row(one, policy, clock) for one in rows]
    judged = [
        Judged(policy.review.causes.of(one.cause).title.say(language), one.judged, one.wrong)
        for one in reviews.count_corrections(conn)
    ]
    total = rows[0].total if rows else 0
    return ReviewsPage(clock, which, incident_id, run_id, shown, total, page, judged)


def _row(row: Row[Any], policy: Policy, clock: Clock) -> ReviewRow:
    language, unfinished = clock.language, row.state in STATES["open"]
    more = say(language, *_EXCUSES[row.excuse]) if row.excuse else ""
    if unfinished:
        more = say_missing(row.missing, language)
    return ReviewRow(
        incident_id=row.incident_id,
        review_id=row.review_id,
        level=row.level,
        title=title_of_kind(row, language),
        about=about_of(row.dedup_key),
        ended=clock.at(row.ended_at),
        due=clock.due(row.due_at) if unfinished else None,
        state=row.state,
        state_said=say(language, *_SAID[row.state]),
        more=more,
        cause=say_cause(row.root_cause, row.cause, policy.review, language) if row.review_id else "",
    )
