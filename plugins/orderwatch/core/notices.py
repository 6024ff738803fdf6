"""Who is told about which incidents, by which channel: grouped, so that a bad hour is not a hundred messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal, Protocol

from orderwatch.core.durations import Language
from orderwatch.core.duty import Duty
from orderwatch.core.effect import Sink
from orderwatch.core.policy import Person, Role
from orderwatch.core.policy.roles import RolesFile

Family = Literal[
    "opened",
    "grown",
    "digest",
    "resolved",
    "ended",
    "escalated",
    "reminder",
    "pause_over",
    "task_failed",
    "approval",
    "version",
    "drift",
    "rules",
    "rule_ends",
    "review_written",
    "review_missing",
    "review_late",
    "report",
    "week",
    "improvement_due",
]


class Duties(Protocol):
    """Whoever knows the people of a role and which of them are told: those on duty, or ``roles.yaml`` alone."""

    def role(self, code: str) -> Role: ...

    def told(self, code: str) -> tuple[Person, ...]: ...


@dataclass(frozen=True, slots=True)
class Announced:
    """An incident as far as telling people is concerned; ``deputies`` are the roles that stand in for its owner."""

    incident_id: int
    level: int
    owner_role: str
    deputies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An incident whose time to acknowledge is over; ``asked`` are the roles that it was escalated to already,
    ``heard`` the WeCom ids of everybody who knows."""

    incident_id: int
    level: int
    owner_role: str
    acknowledge_by: datetime
    asked: tuple[str, ...] = ()
    heard: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """The next role hears of an incident that nobody has acknowledged; ``number`` counts from one."""

    level: int
    number: int
    role: str
    incident_id: int


@dataclass(frozen=True, slots=True)
class Told:
    """An address that was told of an incident."""

    incident_id: int
    level: int
    owner_role: str
    sink: Sink
    recipient: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one recipient about one or more incidents; ``step`` is that of an escalation."""

    family: Family
    sink: Sink
    recipient: str
    languages: tuple[Language, ...]
    role: str
    level: int
    incident_ids: tuple[int, ...]
    step: int = 0

    @property
    def key(self) -> str:
        """The same news to the same recipient has the same key, whichever scan tells it."""
        return f"{self.family}:{self.level}:{self.sink}:{self.recipient}:{self.incident_ids[0]}"


def plan_notices(incidents: Iterable[Announced], duty: Duty) -> list[Notice]:
    """New incidents grouped by who is asked: level 3 one by one, levels 1 and 2 together, level 0 as a digest.

    An owner is told by WeCom and by mail. A digest goes to the group robot of the role where it has one.
    """
    asked = sorted({
        (-one.level, role, one.incident_id)
        for one in incidents
        for role in duty.first_asked(one.owner_role, one.level, one.deputies)
    })
    notices: list[Notice] = []
    for (minus, role), group in groupby(asked, key=lambda one: one[:2]):
        for incident_ids in _together(-minus, [incident_id for _, _, incident_id in group]):
            notices += plan_to_role("digest" if minus == 0 else "opened", role, -minus, incident_ids, duty)
    return _once_each(notices)


def plan_grown(incidents: Iterable[Announced], duty: Duty) -> list[Notice]:
    """Whoever is asked first hears, incident by incident, which orders have joined it since."""
    return _once_each(
        notice
        for one in incidents
        for role in duty.first_asked(one.owner_role, one.level, one.deputies)
        for notice in plan_to_role("grown", role, one.level, (one.incident_id,), duty)
    )


def due_steps(one: Unanswered, within: timedelta, duty: Duty) -> Iterator[Step]:
    """The steps of the escalation whose time has come and that have not been taken.

    Everyone of the owner's role was told at the beginning, so the first step, when ``acknowledge_by`` has come, asks
    the role above (or the owner's, if that is another by now); each further ``within`` asks the next one. At the end
    of the line it stays with the last.
    """
    asked, heard = list(one.asked), set(one.heard)
    due = 1 + (duty.now - one.acknowledge_by) // within
    while len(asked) < due and (role := duty.next_asked(one.owner_role, asked, heard)):
        asked.append(role)
        heard |= {person.wecom for person in duty.people(role)}
        yield Step(one.level, len(asked), role, one.incident_id)


def plan_escalated(steps: Iterable[Step], duty: Duty) -> list[Notice]:
    """The next role hears of what nobody has acknowledged, grouped as at the beginning."""
    return _once_each(
        Notice("escalated", notice.sink, notice.recipient, notice.languages, role, level, incident_ids, number)
        for (level, number, role), group in groupby(sorted(steps), key=lambda one: (one.level, one.number, one.role))
        for incident_ids in _together(level, [one.incident_id for one in group])
        for notice in plan_to_role("escalated", role, level, incident_ids, duty)
    )


def plan_reminders(incidents: Iterable[Announced], duty: Duty) -> list[Notice]:
    """One digest per role of all its incidents that go on, the gravest first."""
    of_role: dict[str, list[Announced]] = defaultdict(list)
    for one in sorted(incidents, key=lambda one: (-one.level, one.incident_id)):
        for role in duty.first_asked(one.owner_role, one.level, one.deputies)[:1]:
            of_role[role].append(one)
    return _once_each(
        notice
        for role, members in sorted(of_role.items())
        for notice in plan_to_role(
            "reminder", role, members[0].level, dict.fromkeys(one.incident_id for one in members), duty
        )
    )


def plan_resolved(told: Iterable[Told], roles: RolesFile) -> list[Notice]:
    """Exactly those addresses that were told that it began are told that it is over, whoever holds the role today.

    Somebody who is in no role any more is written to in Chinese.
    """

    def languages(recipient: str) -> tuple[Language, ...]:
        person = roles.person(recipient)
        return person.languages if person else ("zh-CN",)

    return [
        Notice(
            "resolved", one.sink, one.recipient, languages(one.recipient), one.owner_role, one.level, (one.incident_id,)
        )
        for one in told
    ]


def plan_to_role(
    family: Family, role: str, level: int, incident_ids: Iterable[int], duties: Duties
) -> Iterator[Notice]:
    """The messages by which everyone in a role hears of one thing, each in the channel meant for it."""
    robot_group = duties.role(role).robot_group if family == "digest" else None
    people = duties.told(role)
    ids = tuple(incident_ids)
    if robot_group:
        languages = tuple(dict.fromkeys(language for person in people for language in person.languages))
        yield Notice(family, "wecom_robot", robot_group, languages, role, level, ids)
    for person in people:
        for notice in plan_to_person(family, person, role, level, ids):
            if notice.sink == "mail" or not robot_group:
                yield notice


def plan_to_person(
    family: Family, person: Person, role: str, level: int, incident_ids: tuple[int, ...]
) -> Iterator[Notice]:
    """The same by WeCom and by mail."""
    yield Notice(family, "wecom_app", person.wecom, person.languages, role, level, incident_ids)
    yield Notice(family, "mail", person.mail, person.languages, role, level, incident_ids)


def _once_each(notices: Iterable[Notice]) -> list[Notice]:
    """Whoever hears of one thing in two roles hears of it once, and of everything that either role has to hear."""
    merged: dict[tuple[object, ...], Notice] = {}
    for one in notices:
        apart = one.incident_ids if one.family == "grown" or (one.level == 3 and one.family != "reminder") else ()
        key = (one.family, one.level, one.sink, one.recipient, one.step, apart)
        known = merged.get(key)
        ids = one.incident_ids if known is None else tuple(dict.fromkeys((*known.incident_ids, *one.incident_ids)))
        merged[key] = replace(known or one, incident_ids=ids)
    return list(merged.values())


def _together(level: int, incident_ids: Sequence[int]) -> list[tuple[int, ...]]:
    """Level 3 one by one, everything else in one message."""
    return [(one,) for one in incident_ids] if level == 3 else [tuple(incident_ids)]
