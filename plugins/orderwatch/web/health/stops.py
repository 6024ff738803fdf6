"""Pauses and silences: who keeps the automation or its messages back, why, until when, and from what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import NO_INCIDENT, PersonAction
from orderwatch.core.titles import KINDS, LEVELS, say_code
from orderwatch.core.words import Node
from orderwatch.store import pauses, person_actions, silences
from orderwatch.store.database import business_now
from orderwatch.web.health.clock import Clock, Due
from orderwatch.web.pictures.words import say

KEPT: Final = timedelta(days=7)  # so long ended ones are shown
AN_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stop:
    """A pause or take-over. ``due``: when its time is up; of an ended one ``ended`` says when and by whom."""

    pause_id: int
    scope: str
    scope_said: str
    subject: str
    manual: bool
    who: str
    why: str
    since: str
    due: Due | None
    until: str
    acts: int
    incidents: int
    version: int | None
    may_end: bool
    ended: str


@dataclass(frozen=True, slots=True)
class Held:
    """One act that a pause holds back."""

    incident_id: int
    step: str
    order_id: str
    sink: str
    state: str
    amount: str
    since: str
    worth: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """A silence, and the live incidents that it is over."""

    silence_id: int
    what: str
    order_id: str
    incident_id: int | None
    who: str
    why: str
    since: str
    due: Due | None
    until: str
    over: Sequence[int]
    may_end: bool
    ended: str


@dataclass(frozen=True, slots=True)
class StopsPage:
    """``shown``: the pause whose acts are listed. ``may``: which dialogs the reader is offered."""

    clock: Clock
    stops: Sequence[Stop]
    over: Sequence[Stop]
    silences: Sequence[Quiet]
    silences_over: Sequence[Quiet]
    shown: int | None
    held: Sequence[Held]
    may: frozenset[str]
    playbooks: Sequence[str]
    kinds: Sequence[tuple[str, str]]
    steps: Sequence[tuple[str, str]]
    until: str
    roles: Sequence[str]


def read_stops(conn: Connection, policy: Policy, login: str, shown: int | None, language: Language) -> StopsPage:
    """``shown``: the number of the pause whose acts are asked for."""
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    roles = policy.roles.held_by(login)
    since = clock.now - KEPT
    stops = [_stop(conn, row, policy, roles, clock) for row in pauses.list_shown(conn, since)]
    quiet = [_quiet(conn, row, policy, roles, clock) for row in silences.list_shown(conn, since, clock.now)]
    return StopsPage(
        clock=clock,
        stops=[one for one in stops if not one.ended],
        over=[one for one in stops if one.ended],
        silences=[one for one in quiet if not one.ended],
        silences_over=[one for one in quiet if one.ended],
        shown=shown,
        held=[_held(row, clock) for row in pauses.list_held(conn, shown)] if shown else (),
        may=_may(policy, roles),
        playbooks=pauses.list_playbooks(conn),
        kinds=[(kind, titles[language]) for kind, titles in KINDS.items()],
        steps=[(node.code, policy.node(node).title.say(language)) for node in Node],
        until=f"{(clock.now + AN_HOUR).astimezone(clock.zone):%Y-%m-%dT%H:%M}",
        roles=[policy.role(code).title.say(language) for code in roles],
    )


def _may(policy: Policy, roles: Sequence[str]) -> frozenset[str]:
    """The dialogs by name, with the level that each needs at least."""
    wanted: dict[str, tuple[PersonAction, int]] = {
        "pause_order": ("pause", 0),
        "pause_playbook": ("pause", NO_INCIDENT),
        "pause_everything": ("pause", NO_INCIDENT),
        "take_over_order": ("take_over", 0),
        "take_over_playbook": ("take_over", NO_INCIDENT),
        "take_over_everything": ("take_over", NO_INCIDENT),
        "silence": ("silence", 0),
        "silence_any": ("silence", NO_INCIDENT),
    }
    return frozenset(name for name, (action, level) in wanted.items() if _can(policy, roles, action, level))


def _can(policy: Policy, roles: Sequence[str], action: PersonAction, level: int) -> bool:
    return bool(set(roles) & set(policy.rights.who_may(action, level)))


def _stop(conn: Connection, row: Row[Any], policy: Policy, roles: Sequence[str], clock: Clock) -> Stop:
    level: int = NO_INCIDENT
    if row.scope == "incident":
        level = row.incident_level or 0
    elif row.scope == "order" and row.ended_at is None:
        level = person_actions.level_of_order(conn, row.subject)
    return Stop(
        pause_id=row.pause_id,
        scope=row.scope,
        scope_said=say_code(row.scope, clock.language),
        subject=row.subject,
        manual=row.control == "manual",
        who=policy.roles.name_of(row.taken_by),
        why=row.reason,
        since=clock.at(row.since),
        due=clock.due(row.until) if row.ended_at is None else None,
        until=clock.at(row.until),
        acts=row.acts or 0,
        incidents=row.incidents or 0,
        version=row.edit_version,
        may_end=row.ended_at is None and _can(policy, roles, "hand_back", level),
        ended=_ended(row.ended_at, row.ended_by, policy, clock),
    )


def _ended(at: datetime | None, by: str | None, policy: Policy, clock: Clock) -> str:
    if at is None:
        return ""
    return f"{clock.at(at)} · {policy.roles.name_of(by)}" if by else clock.at(at)


def _held(row: Row[Any], clock: Clock) -> Held:
    return Held(
        incident_id=row.incident_id,
        step=row.step or "",
        order_id=row.order_id or "",
        sink=say_code(row.sink, clock.language),
        state=say_code(row.state, clock.language),
        amount=money(row.amount_minor, row.currency) if row.amount_minor else "",
        since=clock.at(row.planned_at),
        worth=clock.at(row.valid_until),
    )


def _quiet(conn: Connection, row: Row[Any], policy: Policy, roles: Sequence[str], clock: Clock) -> Quiet:
    end = min(row.ends, row.ended_at) if row.ended_at else row.ends
    return Quiet(
        silence_id=row.silence_id,
        what=_what(row, policy, clock),
        order_id=row.order_id or "",
        incident_id=row.incident_id,
        who=policy.roles.name_of(row.owner),
        why=row.reason,
        since=clock.at(row.starts),
        due=clock.due(row.ends) if row.live else None,
        until=clock.at(row.ends),
        over=row.over,
        may_end=row.live and _can(policy, roles, "end_silence", NO_INCIDENT),
        ended="" if row.live else _ended(end, row.ended_by, policy, clock),
    )


def _what(row: Row[Any], policy: Policy, clock: Clock) -> str:
    language = clock.language
    if row.incident_id is not None:
        return f"#{row.incident_id}"
    if row.order_id is not None:
        return str(row.order_id)
    if row.cause is not None:
        return say(language, f"原因 {row.cause}", f"cause {row.cause}")
    parts = [KINDS[row.kind][language]]
    if row.node is not None:
        parts.append(policy.node(Node(row.node)).title.say(language))
    if row.level is not None:
        parts.append(LEVELS[language][row.level])
    return " · ".join(parts)
