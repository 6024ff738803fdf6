"""Decide what is to be done better after an incident, and say when it is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import NO_INCIDENT
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, act, read_standing
from orderwatch.store import improvements
from orderwatch.store.database import business_now, run

LONGEST: Final = {"title": 200, "owner": 100, "verified_by": 200, "changed": 200}  # characters
FIELDS: Final = {
    "title": {"zh-CN": "要做什么", "en": "what is to be done"},
    "owner": {"zh-CN": "负责人", "en": "the owner"},
    "verified_by": {"zh-CN": "怎么知道有效", "en": "what will show it"},
    "changed": {"zh-CN": "改了什么", "en": "what was changed"},
}


@dataclass(frozen=True, slots=True)
class Improvement:
    """``owner``: who does it; ``verified_by``: the figure that will show that it has worked; about an incident, a
    playbook, or both."""

    title: str
    owner: str
    due: date
    verified_by: str
    incident_id: int | None = None
    playbook: str | None = None

    def __post_init__(self) -> None:
        for field in ("title", "owner", "verified_by"):
            text = getattr(self, field)
            if not text.strip():
                raise Refusal("no_text", field=FIELDS[field])
            _not_too_long(field, text)
        if self.incident_id is None and not self.playbook:
            raise Refusal("about_nothing")


def propose(conn: Connection, policy: Policy, by: By, wanted: Improvement, reason: str | None = None) -> int:
    """It is open from now on, and stands on the incident's timeline; its number."""
    level = read_standing(conn, wanted.incident_id).level if wanted.incident_id else NO_INCIDENT
    if wanted.due < _today(conn, policy):
        raise Refusal("day_over", day=wanted.due.isoformat())
    subject = f"incident {wanted.incident_id}" if wanted.incident_id else f"playbook {wanted.playbook}"
    done = act(conn, policy, by, "improve", subject=subject, level=level, reason=reason, must_say_why=False)
    number: int = run(
        conn,
        "improvements/insert_improvement",
        title=wanted.title.strip(),
        owner=wanted.owner.strip(),
        due=wanted.due,
        verified_by=wanted.verified_by.strip(),
        incident_id=wanted.incident_id,
        playbook=wanted.playbook or None,
        now=done.now,
        action_id=done.action_id,
    ).scalar_one()
    about = {"improvement": number, "title": wanted.title.strip(), "owner": wanted.owner.strip()}
    replace(done, incident_id=wanted.incident_id).say(
        conn, "improvement_begun", about | {"day": wanted.due.isoformat()}
    )
    return number


def end(
    conn: Connection, policy: Policy, by: By, number: int, state: Literal["done", "dropped"], reason: str,
    changed: str | None = None,
) -> None:  # fmt: skip
    """It is done, and what it has changed; or it is given up, and why."""
    rows = improvements.read(conn, _today(conn, policy), number=number)
    if not rows:
        raise Refusal("no_improvement", number=number)
    if rows[0].state != "open":
        raise Refusal("improvement_over", number=number, by=rows[0].ended_by)
    _not_too_long("changed", changed or "")
    incident_id = rows[0].incident_id
    level = read_standing(conn, incident_id).level if incident_id else NO_INCIDENT
    done = act(conn, policy, by, "improve", subject=f"improvement {number}", level=level, reason=reason)
    ended = run(
        conn,
        "improvements/end_improvement",
        improvement_id=number,
        state=state,
        changed=(changed or "").strip() or None,
        now=done.now,
        action_id=done.action_id,
    ).one_or_none()
    if ended is None:  # somebody else was faster
        (now,) = improvements.read(conn, _today(conn, policy), number=number)
        raise Refusal("improvement_over", number=number, by=now.ended_by)
    about = {"improvement": number, "title": rows[0].title, "note": done.reason}
    replace(done, incident_id=incident_id).say(conn, f"improvement_{state}", about)


def _today(conn: Connection, policy: Policy) -> date:
    return business_now(conn).astimezone(ZoneInfo(policy.calendars.business_zone)).date()


def _not_too_long(field: str, text: str) -> None:
    if len(text) > LONGEST[field]:
        raise Refusal("too_long", field=FIELDS[field], length=len(text), most=LONGEST[field])
