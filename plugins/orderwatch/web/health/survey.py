"""What the customers of an incident answered, as people read it: a bar in its review, and the lines behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.store import surveys
from orderwatch.store.database import business_now
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.sent import mask
from orderwatch.web.health.survey_picture import draw_survey
from orderwatch.web.pictures.words import say

SIDES: Final = (
    ("promoters", "推荐", "promoters"),
    ("passives", "中立", "passives"),
    ("detractors", "贬损", "detractors"),
    ("not_answered", "未回复", "no answer"),
)
REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "opt_out": ("客户不愿被打扰", "does not want to be asked"),
    "message_cap": ("当天已写过信", "had enough letters"),
    "asked_recently": ("最近问过", "asked recently"),
    "no_address": ("没有联系方式", "no way to reach them"),
    "no_customers": ("事件没有客户", "the incident has no customers"),
    "crm_silent": ("CRM 没有应答", "the CRM gave no answer"),
    "paused": ("自动化已暂停", "the automation was stopped"),
    "no_key": ("没有签名密钥", "no key for links"),
    "not_delivered": ("没能送达", "could not be delivered"),
    "no_time": ("来不及问", "no time to ask"),
}
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "planned": ("待发", "to be asked"),
    "sent": ("已发，未回复", "asked, no answer yet"),
    "answered": ("已回复", "answered"),
    "expired": ("到期未回复", "no answer in time"),
    "not_asked": ("未问", "not asked"),
}
CHANNELS: Final = {"mail": ("邮件", "mail"), "call": ("电话", "telephone")}


@dataclass(frozen=True, slots=True)
class Survey:
    """The part of a review: ``nps`` with its sign; ``waiting`` have not been asked yet, ``not_asked`` never are."""

    picture: Markup
    counts: Mapping[str, Any]
    nps: str
    not_asked: str
    words: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One customer, masked, and what became of asking them."""

    customer: str
    order_id: str
    state: str
    said: str
    why: str
    channel: str
    sent: str
    answered: str
    score: int | None
    words: str


@dataclass(frozen=True, slots=True)
class SurveyPage:
    """Every customer of one incident, as far as they fit."""

    clock: Clock
    incident_id: int
    lines: Sequence[Line]
    total: int


def survey_of(content: Mapping[str, Any], language: Language) -> Survey | None:
    """What a review's document says of its customers; none where nobody was to be asked when it was written."""
    part = content.get("survey")
    if part is None:
        return None
    sides = [(name, say(language, *titles), part[name]) for name, *titles in SIDES]
    label = ", ".join(f"{title} {count}" for _, title, count in sides)
    return Survey(
        picture=draw_survey(sides, label),
        counts=part,
        nps=said_nps(part["nps"]),
        not_asked=_reasons(part["not_asked"], language),
        words=part["words"],
    )


def said_nps(nps: int | None) -> str:
    """With its sign; nobody's answer is none."""
    return "–" if nps is None else f"{nps:+d}" if nps else "0"


def read_survey(
    conn: Connection, policy: Policy, incident_id: int, language: Language, most: int = 500
) -> SurveyPage:  # fmt: skip
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    rows = surveys.list_of_incident(conn, incident_id, most)
    lines = [_line(row, clock) for row in rows if row.customer_id is not None]
    return SurveyPage(clock, incident_id, lines, rows[0].total if lines else 0)


def _reasons(counts: Mapping[str, int], language: Language) -> str:
    words = (f"{say(language, *REASONS[reason])} {count}" for reason, count in sorted(counts.items()))
    return say(language, "；", "; ").join(words)


def _line(row: Row[Any], clock: Clock) -> Line:
    language = clock.language
    why = row.reason or row.waits_for
    return Line(
        customer=mask(row.customer_id),
        order_id=row.order_id,
        state=row.state,
        said=say(language, *STATES[row.state]),
        why=say(language, *REASONS[why]) if why else "",
        channel=say(language, *CHANNELS[row.channel]) if row.channel else "",
        sent=clock.full(row.sent_at) if row.sent_at else "",
        answered=clock.full(row.answered_at) if row.answered_at else "",
        score=row.score,
        words=row.words or "",
    )
