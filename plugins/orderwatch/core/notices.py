"""Who is told about which incidents, by which channel: grouped, so that a bad hour is not a hundred messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, Protocol

from orderwatch.core.durations import Language
from orderwatch.core.effect import Sink
from orderwatch.core.policy import Policy, Role

Family = Literal["opened", "grown", "digest", "resolved", "task_failed"]


class Duties(Protocol):
    """Whoever knows the people of a role: the whole policy, or ``roles.yaml`` alone."""

    def role(self, code: str) -> Role: ...


@dataclass(frozen=True, slots=True)
class Announced:
    """An incident as far as telling people is concerned."""

    incident_id: int
    level: int
    owner_role: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one recipient about one or more incidents."""

    family: Family
    sink: Sink
    recipient: str
    languages: tuple[Language, ...]
    role: str
    level: int
    incident_ids: tuple[int, ...]

    @property
    def key(self) -> str:
        """The same news to the same recipient has the same key, whichever scan tells it."""
        return f"{self.family}:{self.level}:{self.sink}:{self.recipient}:{self.incident_ids[0]}"


def plan_notices(incidents: Iterable[Announced], policy: Policy) -> list[Notice]:
    """New incidents grouped by owner: level 3 one by one, levels 1 and 2 together, level 0 as a digest.

    An owner is told by WeCom and by mail. A digest goes to the group robot of the role where it has one.
    """
    ordered = sorted(incidents, key=lambda i: (-i.level, i.owner_role, i.incident_id))
    notices: list[Notice] = []
    for (level, role), group in groupby(ordered, key=lambda i: (i.level, i.owner_role)):
        members = tuple(incident.incident_id for incident in group)
        for incident_ids in [(one,) for one in members] if level == 3 else [members]:
            notices += plan_to_role("digest" if level == 0 else "opened", role, level, incident_ids, policy)
    return notices


def plan_grown(incidents: Iterable[Announced], policy: Policy) -> list[Notice]:
    """The owner of an incident hears, incident by incident, which orders have joined it since."""
    return [
        notice
        for incident in incidents
        for notice in plan_to_role("grown", incident.owner_role, incident.level, (incident.incident_id,), policy)
    ]


def plan_resolved(incidents: Iterable[Announced], policy: Policy) -> list[Notice]:
    """Whoever was told that it began is told that it is over; level 0 ends silently."""
    return [
        notice
        for incident in incidents
        if incident.level
        for notice in plan_to_role("resolved", incident.owner_role, incident.level, (incident.incident_id,), policy)
    ]


def plan_to_role(
    family: Family, role: str, level: int, incident_ids: Sequence[int], duties: Duties
) -> Iterator[Notice]:
    """The messages by which everyone in a role hears of one thing, each in the channel meant for it."""
    duty = duties.role(role)
    ids = tuple(incident_ids)
    if family == "digest" and duty.robot_group:
        languages = tuple(dict.fromkeys(language for person in duty.people for language in person.languages))
        yield Notice(family, "wecom_robot", duty.robot_group, languages, role, level, ids)
    for person in duty.people:
        if family != "digest" or not duty.robot_group:
            yield Notice(family, "wecom_app", person.wecom, person.languages, role, level, ids)
        yield Notice(family, "mail", person.mail, person.languages, role, level, ids)
