"""One act on several incidents: what would happen to each is shown first, then each is done or refused by itself."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row
from sqlalchemy.exc import OperationalError

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import PersonAction
from orderwatch.core.refusals import Refusal
from orderwatch.core.titles import KINDS, REPORTS
from orderwatch.store import board
from orderwatch.store.database import business_now
from orderwatch.web.desk import refusal_of
from orderwatch.web.health.acts import ACTS, Act, may, possible
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.forms import MOST_AT_ONCE, SENT, Form, do, read
from orderwatch.web.health.rows import about_of, state_said, title_of
from orderwatch.web.pictures.words import say

log = logging.getLogger(__name__)
BulkAct = Literal["acknowledge", "pause", "snooze", "dismiss", "close", "hand_back"]
BULK: Final[Sequence[BulkAct]] = ("acknowledge", "pause", "snooze", "dismiss", "close", "hand_back")
_SEEN: Final = re.compile(r"\d{1,18}:\d{1,9}(,\d{1,18}:\d{1,9})*")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would happen to one incident; ``does`` is false where nothing would, and ``said`` says why."""

    incident_id: int
    level: int
    title: str
    about: str
    version: int
    does: bool
    said: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one: done, or refused and why."""

    incident_id: int
    done: bool
    said: str


def offered_in_bulk(policy: Policy, roles: Sequence[str]) -> list[BulkAct]:
    """The acts that one of these roles may do at some level."""
    return [one for one in BULK if set(roles) & set(policy.rights.who_may(one, 0))]


def foresee(
    conn: Connection, policy: Policy, login: str, name: BulkAct, ids: Sequence[int], language: Language
) -> list[Foreseen]:
    """What the act would do to each of these incidents as they stand now, in the order of their numbers."""
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    roles = policy.roles.held_by(login)
    found = {row.incident_id: row for row in board.read_several(conn, ids)}
    return [
        _foresee(found[one], policy, roles, name, clock)
        if one in found
        else Foreseen(one, 0, "", "", 0, False, Refusal("no_incident", incident=one).say(language))
        for one in sorted(set(ids))
    ]


def _foresee(row: Row[Any], policy: Policy, roles: Sequence[str], name: BulkAct, clock: Clock) -> Foreseen:
    why = _why_not(row, policy, roles, name, clock)
    return Foreseen(
        incident_id=row.incident_id,
        level=row.level,
        title=(REPORTS[row.reported] if row.reported else KINDS[row.kind])[clock.language],
        about=about_of(row.dedup_key),
        version=row.edit_version,
        does=not why,
        said=why or say(clock.language, *_WILL[name]),
    )


_WILL: Final[Mapping[BulkAct, tuple[str, str]]] = {
    "acknowledge": ("由你接手", "you take it on"),
    "pause": ("自动化停下，直到有人交还", "its automation stops until somebody hands back"),
    "snooze": ("到期之前不通知任何人", "nobody is told until then"),
    "dismiss": ("立即结束；还没开始的动作取消", "over at once; what had not begun is called off"),
    "close": ("立即结束；72 小时内复盘", "over at once; its review is due in 72 hours"),
    "hand_back": ("暂停结束，自动化继续", "its pause ends and the automation goes on"),
}


def _why_not(row: Row[Any], policy: Policy, roles: Sequence[str], name: BulkAct, clock: Clock) -> str:
    """As the action itself would refuse it; empty where it would not."""
    language = clock.language
    if not may(policy, roles, name, row):
        action: PersonAction = name
        able = policy.rights.who_may(action, row.level)
        who = say(language, "、", ", ").join(title_of(one, policy, clock) for one in able)
        return say(language, f"{row.level} 级不由你的角色做。可以：{who}",
                   f"not for your role at level {row.level}; these may: {who}")  # fmt: skip
    if possible(name, row):
        return ""
    if name == "acknowledge" and row.acknowledged_by:
        by = policy.roles.name_of(row.acknowledged_by)
        return say(language, f"已由 {by} 确认", f"{by} has acknowledged it")
    if name == "hand_back":
        return say(language, "它本身没有被暂停或接管", "it is neither paused nor taken over itself")
    if name == "pause" and row.pause_scope == "incident":
        by = policy.roles.name_of(row.taken_by)
        return say(language, f"{by} 已暂停或接管", f"{by} has paused or taken it over")
    if name == "snooze" and row.silence_id is not None:
        return say(language, "已经静默", "it is silent already")
    state = state_said(row.state, clock)
    return say(language, f"现在是“{state}”", f"it is {state}")


def seen_of(form: Form) -> list[tuple[int, int]]:
    """``12:3,14:0``: incident and the version of it that the preview has shown; raises ``Refusal``."""
    text = form.get("seen", "")
    pairs = [one.split(":") for one in text.split(",")] if _SEEN.fullmatch(text) else []
    if not 0 < len(pairs) <= MOST_AT_ONCE:
        raise Refusal("bad_input")
    return [(int(number), int(version)) for number, version in pairs]


def do_all(name: BulkAct, form: Form, login: str, zone: ZoneInfo, language: Language) -> list[Done]:
    """Each through its ordinary action, in a transaction of its own; raises ``Refusal`` where none can be begun."""
    act = ACTS[name]
    given = {field: value for field, value in form.items() if field != "seen"}
    seen = seen_of(form)
    read(
        SENT[act.path][0], given | {"version": "0"}, zone
    )  # a reason or an end that is missing is said before anything
    return [_do(act, number, given | {"version": str(version)}, login, zone, language) for number, version in seen]


def _do(act: Act, number: int, form: Form, login: str, zone: ZoneInfo, language: Language) -> Done:
    try:
        do(act.path, number, form, login, zone)
    except Refusal as error:
        return Done(number, False, error.say(language))
    except OperationalError as error:
        log.warning("%s of #%s could not be done: %s", act.path, number, error)
        return Done(number, False, refusal_of(error).say(language))
    return Done(number, True, say(language, "完成", "done"))
