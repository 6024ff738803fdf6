"""One review as people read it: the latest version of its document, and what this person may say about its cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.review.words import say_missing
from orderwatch.core.titles import KINDS, say_code
from orderwatch.core.words import NODES
from orderwatch.store import reviews
from orderwatch.store.database import business_now
from orderwatch.web.health.chain_picture import draw_chain
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.reviews import cause_said
from orderwatch.web.health.rows import about_of
from orderwatch.web.health.survey import Survey, said_nps, survey_of
from orderwatch.web.pictures.words import say

LINKS: Final = {
    "detected": ("发现", "detected"),
    "told": ("通知负责人", "owner told"),
    "acknowledged": ("确认", "acknowledged"),
    "contacted": ("联系客户", "customer contacted"),
    "resolved": ("解决", "resolved"),
    "closed": ("关闭", "closed"),
}


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link of the chain, in words."""

    title: str
    took: str
    limit: str
    p50: str
    p90: str
    incidents: int
    broken: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One rule's answer; ``title`` is its cause."""

    title: str
    words: str
    outcome: str
    confidence: float
    shadow: bool


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """All of it, in one language; ``content`` is the document as it is kept."""

    clock: Clock
    row: Row[Any]
    content: Mapping[str, Any]
    title: str
    about: str
    step: str
    cause: str
    links: Sequence[LinkRow]
    picture: Markup
    first_broken: str
    findings: Sequence[Said]
    wrong: Mapping[str, str]
    causes: Mapping[str, Sequence[tuple[str, str]]]
    missing: str
    may: bool
    listed: Sequence[tuple[Mapping[str, Any], str, str]]
    survey: Survey | None

    def nps(self, points: int | None) -> str:
        return said_nps(points)

    def at(self, text: str) -> str:
        return self.clock.full(datetime.fromisoformat(text))

    def money(self, minor: int, currency: str) -> str:
        return money(minor, currency)

    def code(self, code: str) -> str:
        return say_code(code, self.clock.language)


def read_review(conn: Connection, policy: Policy, login: str, review_id: int, language: Language) -> ReviewPage | None:
    """None where there is no such review."""
    row = reviews.read_review(conn, review_id)
    if row is None:
        return None
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    content, single = row.content, row.kind == "single"
    chain = content["chain"] if single else {"links": [], "first_broken": None}
    links = [_link(one, clock) for one in chain["links"]]
    broken = say(language, *LINKS[chain["first_broken"]]) if chain["first_broken"] else ""
    cause = content["cause"] if single else {"root_cause": None, "cause": None, "rules": {"findings": []}, "words": []}
    roles = policy.roles.held_by(login)
    allowed = policy.rights.who_may("correct_cause", row.level) if single else ()
    return ReviewPage(
        clock=clock,
        row=row,
        content=content,
        title=KINDS[content["incident"]["kind"]][language] if single else "",
        about=about_of(content["incident"]["key"]) if single else "",
        step=policy.node(NODES[content["node"]]).title.say(language) if content.get("node") else "",
        cause=cause_said(cause["root_cause"], cause["cause"], policy, language),
        links=links,
        picture=draw_chain(
            chain["links"],
            [one.title for one in links],
            partial(_long, language=language),
            _label(links, broken, language),
        ),
        first_broken=broken,
        findings=[_said(one, policy, language) for one in cause["rules"]["findings"]],
        wrong={
            one["wrong_rule"]: cause_title(one["wrong_rule"], policy, language)
            for one in cause["words"]
            if one["wrong_rule"]
        },
        causes=_causes(policy, language),
        missing=say_missing(row.missing, language) if row.missing else "",
        may=any(code in allowed for code in roles),
        listed=[
            (
                one,
                KINDS[one["kind"]][language],
                cause_said(one["cause"]["root_cause"], one["cause"]["cause"], policy, language),
            )
            for one in content.get("incidents", ())
        ],
        survey=survey_of(content, language),
    )


def cause_title(cause: str, policy: Policy, language: Language) -> str:
    return policy.review.causes.of(cause).title.say(language)


def _causes(policy: Policy, language: Language) -> dict[str, list[tuple[str, str]]]:
    """The second level by first level, for the dialog."""
    found: dict[str, list[tuple[str, str]]] = {"system": [], "human": [], "external": []}
    for name in type(policy.review.causes).model_fields:
        rule = policy.review.causes.of(name)
        found[rule.root_cause].append((name, rule.title.say(language)))
    return found


def _link(one: Mapping[str, Any], clock: Clock) -> LinkRow:
    usual = one["usual"]
    return LinkRow(
        title=say(clock.language, *LINKS[one["step"]]),
        took=_long(one["took_s"], clock.language),
        limit=_long(one["limit_s"], clock.language),
        p50=_long(usual["p50_s"], clock.language),
        p90=_long(usual["p90_s"], clock.language),
        incidents=usual["incidents"],
        broken=one["broken"],
    )


def _long(seconds: int | None, language: Language) -> str:
    return "–" if seconds is None else say_duration(timedelta(seconds=seconds), language)


def _label(links: Sequence[LinkRow], broken: str, language: Language) -> str:
    said = "; ".join(f"{one.title} {one.took}" for one in links)
    first = say(language, f"最先超限：{broken}", f"broke its limit first: {broken}") if broken else ""
    return ". ".join(filter(None, (said, first)))


def _said(one: Mapping[str, Any], policy: Policy, language: Language) -> Said:
    return Said(
        cause_title(one["cause"], policy, language), one["said"][language], one["outcome"], one["confidence"],
        one["state"] == "shadow",
    )  # fmt: skip
