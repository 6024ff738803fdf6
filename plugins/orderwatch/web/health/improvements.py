"""Reviews and actions: what has ended, what people think of the playbooks, and what is being done better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.playbook.schema import DAG_PREFIX
from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import NO_INCIDENT
from orderwatch.core.programme.metric import UNITS, read_metric, say_number
from orderwatch.core.titles import say_code
from orderwatch.store import improvements, pauses
from orderwatch.store.database import business_now
from orderwatch.web.health.clock import Clock, Due
from orderwatch.web.health.metrics import offered_metrics, said_metric
from orderwatch.web.health.rows import about_of, title_of_kind
from orderwatch.web.pictures.words import say

SIZE: Final = 50
LOOK_BACK: Final = timedelta(days=30)
USUAL: Final = timedelta(days=14)  # what the dialog proposes as a day


@dataclass(frozen=True, slots=True)
class ImprovementRow:
    """One decision to do something better; ``ended``: by whom and why, empty while it is open.

    ``link`` leads to what it has changed, ``in_airflow`` if Airflow shows it; ``metric`` with its target, and what has
    become of it: ``measured``, and ``reached`` or not, none as long as nobody can say.
    """

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
    link: str
    in_airflow: bool
    metric: str
    measured: str
    reached: bool | None
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
    owners: Sequence[str]
    metrics: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    changeable: Sequence[tuple[str, str]]
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
    may = any(code in policy.rights.who_may("improve", NO_INCIDENT) for code in roles)
    rows = improvements.read(conn, today, which=which, page=page, size=size)
    return ReviewsPage(
        clock=clock,
        which=which,
        rows=[_row(one, policy, clock) for one in rows],
        total=rows[0].total if rows else 0,
        page=page,
        wanted=[_wanted(one, clock) for one in improvements.read_wanted(conn)],
        closed=[_ended(one, clock) for one in improvements.read_closed(conn, clock.now - LOOK_BACK)],
        may=may,
        roles=[policy.role(code).title.say(language) for code in roles],
        proposed_day=(today + USUAL).isoformat(),
        owners=_owners(policy, language) if may else (),
        metrics=offered_metrics(policy, pauses.list_playbooks(conn), language) if may else (),
        changeable=[(one.link, one.about) for one in improvements.list_changeable(conn)] if may else (),
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
        verified_by=row.verified_by or "",
        incident_id=row.incident_id,
        playbook=row.playbook or "",
        state=row.state,
        state_said=_state(row, clock),
        changed=row.changed or "",
        link=_link(row),
        in_airflow=row.changed_playbook is not None,
        metric=said_metric(read_metric(row.metric), row.target, policy, clock.language) if row.metric else "",
        measured=_measured(row, policy, clock) if row.metric else "",
        reached=row.reached,
        begun=f"{clock.at(row.opened_at)} · {policy.roles.name_of(row.opened_by)}",
        ended=ended,
    )


def _link(row: Row[Any]) -> str:
    """Below our own pages, or below Airflow's; empty where it is words."""
    if row.changed_rule is not None:
        return f"/rule/{row.changed_rule}"
    if row.changed_version is not None:
        return f"/version?version={row.changed_version}"
    return f"/dags/{DAG_PREFIX}{row.changed_playbook}" if row.changed_playbook else ""


def _measured(row: Row[Any], policy: Policy, clock: Clock) -> str:
    """What it was and what it has become, with how many were counted; else when that will be known."""
    if row.days is not None:
        unit = UNITS[read_metric(row.metric).kind][clock.language]
        zh, en = {
            True: ("达到", "reached"),
            False: ("没有达到", "not reached"),
            None: ("之后没有数据", "no data since"),
        }[row.reached]
        change, counts = (
            f"{say_number(row.before)} → {say_number(row.after)} {unit}",
            (row.before_count, row.after_count),
        )
        return change + say(
            clock.language,
            f"：{zh}（分别计入 {counts[0]}、{counts[1]} 例）",
            f": {en} (of {counts[0]} and {counts[1]} cases)",
        )
    days = policy.programme.improvements.compare_days
    if row.state == "done":
        day = (row.ended_at + timedelta(days=days)).astimezone(clock.zone).date()
        return say(clock.language, f"{day} 测量", f"measured on {day}")
    if row.state == "open":
        return say(clock.language, f"完成 {days} 天后测量", f"measured {days} days after it is done")
    return ""


def _owners(policy: Policy, language: Language) -> list[str]:
    """Names that a reminder reaches: roles, then people."""
    roles = [role.title.say(language) for role in policy.roles.root.values()]
    return [*roles, *dict.fromkeys(person.name for person in policy.roles.everybody())]


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
