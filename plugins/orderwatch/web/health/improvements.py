"""Reviews and actions: what has ended, what people think of the playbooks, and what is being done better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import NO_INCIDENT
from orderwatch.core.titles import say_code
from orderwatch.store import improvements
from orderwatch.store.database import business_now
from orderwatch.web.health.clock import Clock, Due
from orderwatch.web.health.rows import about_of, title_of_kind
from orderwatch.web.pictures.words import say

SIZE: Final = 50
LOOK_BACK: Final = timedelta(days=30)
USUAL: Final = timedelta(days=14)  # what the dialog proposes as a day


@dataclass(frozen=True, slots=True)
class ImprovementRow:
    """One decision to do something better; ``ended``: by whom and why, empty while it is open."""

    number: int
    title: str
    owner: str
    day: str
    overdue: bool
    verified_by: str
    incident_id: int | None
    playbook: str
    state: str
    state_said: str
    changed: str
    begun: str
    ended: str


@dataclass(frozen=True, slots=True)
class Ended:
    """An incident of level 2 or 3 that was closed: its cause, and until when its review is due."""

    incident_id: int
    level: int
    title: str
    about: str
    at: str
    cause: str
    due: Due | None
    improvements: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version of a playbook that people rate too low; ``begun``: somebody has decided to do better since."""

    playbook: str
    sha: str
    at: str
    mean: str
    incident_id: int
    begun: bool


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """All of it, in one language."""

    clock: Clock
    which: improvements.Which
    rows: Sequence[ImprovementRow]
    total: int
    page: int
    wanted: Sequence[Wanted]
    closed: Sequence[Ended]
    may: bool
    roles: Sequence[str]
    proposed_day: str
    about_incident: int | None
    about_playbook: str

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SIZE))


def read_reviews(
    conn: Connection, policy: Policy, login: str, which: improvements.Which, page: int, language: Language,
    *, incident_id: int | None = None, playbook: str = "", size: int = SIZE,
) -> ReviewsPage:  # fmt: skip
    """``incident_id`` and ``playbook``: what a new one would be about."""
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    today = clock.now.astimezone(clock.zone).date()
    roles = policy.roles.held_by(login)
    rows = improvements.read(conn, today, which=which, page=page, size=size)
    return ReviewsPage(
        clock=clock,
        which=which,
        rows=[_row(one, policy, clock) for one in rows],
        total=rows[0].total if rows else 0,
        page=page,
        wanted=[_wanted(one, clock) for one in improvements.read_wanted(conn)],
        closed=[_ended(one, clock) for one in improvements.read_closed(conn, clock.now - LOOK_BACK)],
        may=any(code in policy.rights.who_may("improve", NO_INCIDENT) for code in roles),
        roles=[policy.role(code).title.say(language) for code in roles],
        proposed_day=(today + USUAL).isoformat(),
        about_incident=incident_id,
        about_playbook=playbook,
    )


def _row(row: Row[Any], policy: Policy, clock: Clock) -> ImprovementRow:
    ended = ""
    if row.ended_at:
        ended = f"{clock.at(row.ended_at)} · {policy.roles.name_of(row.ended_by)}: {row.ended_because}"
    return ImprovementRow(
        number=row.improvement_id,
        title=row.title,
        owner=row.owner,
        day=row.due.isoformat(),
        overdue=row.overdue,
        verified_by=row.verified_by,
        incident_id=row.incident_id,
        playbook=row.playbook or "",
        state=row.state,
        state_said=_state(row, clock),
        changed=row.changed or "",
        begun=f"{clock.at(row.opened_at)} · {policy.roles.name_of(row.opened_by)}",
        ended=ended,
    )


def _state(row: Row[Any], clock: Clock) -> str:
    if row.state != "open":
        return say_code(row.state, clock.language)
    left = (row.due - clock.now.astimezone(clock.zone).date()).days
    if row.overdue:
        return say(clock.language, f"已超期 {-left} 天", f"{-left} d overdue")
    return say(clock.language, f"还有 {left} 天", f"{left} d left")


def _ended(row: Row[Any], clock: Clock) -> Ended:
    cause = say_code(row.root_cause, clock.language) if row.root_cause else ""
    return Ended(
        incident_id=row.incident_id,
        level=row.level,
        title=title_of_kind(row, clock.language),
        about=about_of(row.dedup_key),
        at=clock.at(row.closed_at),
        cause=": ".join(filter(None, (cause, row.root_cause_note))),
        due=clock.due(row.review_due_at),
        improvements=row.improvements,
    )


def _wanted(row: Row[Any], clock: Clock) -> Wanted:
    return Wanted(row.playbook, row.sha[:8], clock.at(row.at), str(row.mean), row.incident_id, row.begun)
