"""Decide what is to be done better after an incident, and say when it is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import NO_INCIDENT
from orderwatch.core.programme.changed import Changed, read_changed
from orderwatch.core.programme.metric import read_metric
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, act, read_standing
from orderwatch.store import improvements, pauses
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
    """``owner``: who does it; about an incident, a playbook, or both.

    What will show that it has worked: ``verified_by`` in words, or ``metric``, which measures itself, with its
    ``target``; or both.
    """

    title: str
    owner: str
    due: date
    verified_by: str = ""
    incident_id: int | None = None
    playbook: str | None = None
    metric: str | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        for field in ("title", "owner", *(() if self.metric else ("verified_by",))):
            if not getattr(self, field).strip():
                raise Refusal("no_text", field=FIELDS[field])
        for field in ("title", "owner", "verified_by"):
            _not_too_long(field, getattr(self, field))
        if self.incident_id is None and not self.playbook:
            raise Refusal("about_nothing")
        if (self.metric is None) != (self.target is None):
            raise Refusal("no_target")
        if self.metric is not None:
            try:
                read_metric(self.metric)
            except ValueError as error:
                raise Refusal("no_metric", metric=self.metric) from error


def propose(conn: Connection, policy: Policy, by: By, wanted: Improvement, reason: str | None = None) -> int:
    """It is open from now on, and stands on the incident's timeline; its number."""
    level = read_standing(conn, wanted.incident_id).level if wanted.incident_id else NO_INCIDENT
    if wanted.due < _today(conn, policy):
        raise Refusal("day_over", day=wanted.due.isoformat())
    metric = read_metric(wanted.metric) if wanted.metric else None
    if metric and metric.kind == "rating" and not pauses.is_known(conn, "playbook", metric.about):
        raise Refusal("no_metric", metric=str(metric))
    subject = f"incident {wanted.incident_id}" if wanted.incident_id else f"playbook {wanted.playbook}"
    done = act(conn, policy, by, "improve", subject=subject, level=level, reason=reason, must_say_why=False)
    number: int = run(
        conn,
        "improvements/insert_improvement",
        title=wanted.title.strip(),
        owner=wanted.owner.strip(),
        due=wanted.due,
        verified_by=wanted.verified_by.strip() or None,
        incident_id=wanted.incident_id,
        playbook=wanted.playbook or None,
        metric=wanted.metric,
        target=wanted.target,
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
    """It is done, and what it has changed; or it is given up, and why.

    ``changed``: ``rule:12``, ``threshold:14`` or ``playbook:stock_out@1a2b3c4d``, which has to exist, or words.
    """
    rows = improvements.read(conn, _today(conn, policy), number=number)
    if not rows:
        raise Refusal("no_improvement", number=number)
    if rows[0].state != "open":
        raise Refusal("improvement_over", number=number, by=rows[0].ended_by)
    words = (changed or "").strip()
    _not_too_long("changed", words)
    links = _links(conn, words)
    incident_id = rows[0].incident_id
    level = read_standing(conn, incident_id).level if incident_id else NO_INCIDENT
    done = act(conn, policy, by, "improve", subject=f"improvement {number}", level=level, reason=reason)
    ended = run(
        conn,
        "improvements/end_improvement",
        improvement_id=number,
        state=state,
        changed=words or None,
        **links,
        now=done.now,
        action_id=done.action_id,
    ).one_or_none()
    if ended is None:  # somebody else was faster
        (now,) = improvements.read(conn, _today(conn, policy), number=number)
        raise Refusal("improvement_over", number=number, by=now.ended_by)
    about = {"improvement": number, "title": rows[0].title, "note": done.reason}
    replace(done, incident_id=incident_id).say(conn, f"improvement_{state}", about)


def _links(conn: Connection, words: str) -> dict[str, Any]:
    """What of our tables the words name; raises ``Refusal`` where they name what there is not."""
    try:
        named = read_changed(words)
    except ValueError as error:
        raise Refusal("nothing_changed", what=words) from error
    found = improvements.find_changed(conn, named or Changed())
    if named is not None and not any(found.values()):
        raise Refusal("nothing_changed", what=words)
    return found


def _today(conn: Connection, policy: Policy) -> date:
    return business_now(conn).astimezone(ZoneInfo(policy.calendars.business_zone)).date()


def _not_too_long(field: str, text: str) -> None:
    if len(text) > LONGEST[field]:
        raise Refusal("too_long", field=FIELDS[field], length=len(text), most=LONGEST[field])
