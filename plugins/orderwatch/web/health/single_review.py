"""The review of one incident as people read it: its document in words, pictures and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.policy import Policy
from orderwatch.core.review.chain import STEPS, Step
from orderwatch.core.review.words import say_cause
from orderwatch.core.titles import KINDS
from orderwatch.core.words import NODES
from orderwatch.store import improvements
from orderwatch.store.database import business_now
from orderwatch.web.health.chain_picture import draw_chain
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.other_versions import OtherVersion, say_versions
from orderwatch.web.health.rows import about_of
from orderwatch.web.health.survey import Survey, survey_of
from orderwatch.web.health.trend import Trend, draw_trend
from orderwatch.web.pictures.words import say

LINKS: Final[Mapping[str, tuple[str, str]]] = {
    "detected": ("发现", "detected"),
    "told": ("通知负责人", "owner told"),
    "acknowledged": ("确认", "acknowledged"),
    "contacted": ("联系客户", "customer contacted"),
    "resolved": ("解决", "resolved"),
    "closed": ("关闭", "closed"),
}


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link of the chain, in words; ``over``: by how much it broke its limit."""

    step: Step
    title: str
    took: str
    limit: str
    over: str
    p50: str
    p90: str
    incidents: int
    broken: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One rule's answer; ``title`` is its cause."""

    cause: str
    title: str
    words: str
    outcome: str
    confidence: float
    shadow: bool


@dataclass(frozen=True, slots=True)
class SingleReview:
    """All of it, in one language; ``improvements``: of this incident and of earlier ones of the same cause."""

    title: str
    about: str
    step: str
    cause: str
    links: Sequence[LinkRow]
    picture: Markup
    first_broken: str
    trend: Trend
    versions: Sequence[OtherVersion]
    versions_step: str
    findings: Sequence[Said]
    wrong: Mapping[str, str]
    improvements: Sequence[Row[Any]]
    survey: Survey | None

    def link(self, step: Step) -> LinkRow:
        return next(one for one in self.links if one.step == step)


def read_single(
    conn: Connection, policy: Policy, content: Mapping[str, Any], clock: Clock, asked: Step | None = None
) -> SingleReview:
    """``asked``: the link whose trend somebody wants to see."""
    language, chain, cause, incident = clock.language, content["chain"], content["cause"], content["incident"]
    titles = {step: say(language, *LINKS[step]) for step in STEPS}
    links = [_link(one, titles[one["step"]], language) for one in chain["links"]]
    broken = titles[chain["first_broken"]] if chain["first_broken"] else ""
    others = content.get("versions")
    return SingleReview(
        title=KINDS[incident["kind"]][language],
        about=about_of(incident["key"]),
        step=_step(content["members"]["shown"], policy, language),
        cause=say_cause(cause["root_cause"], cause["cause"], policy.review, language),
        links=links,
        picture=draw_chain(
            chain["links"], [one.title for one in links], partial(_long, language=language),
            _label(links, broken, language),
        ),
        first_broken=broken,
        trend=draw_trend(content, titles, asked, clock.zone, language),
        versions=say_versions(others, clock),
        versions_step=policy.node(NODES[others["node"]]).title.say(language) if others else "",
        findings=[_said(one, policy, language) for one in cause["rules"]["findings"]],
        wrong={
            one["wrong_rule"]: cause_title(one["wrong_rule"], policy, language)
            for one in cause["words"]
            if one["wrong_rule"]
        },
        improvements=_improvements(conn, incident["incident"], cause["cause"]),
        survey=survey_of(content, language),
    )  # fmt: skip


def cause_title(cause: str, policy: Policy, language: Language) -> str:
    return policy.review.causes.of(cause).title.say(language)


def _improvements(conn: Connection, incident_id: int, cause: str | None) -> Sequence[Row[Any]]:
    """As they stand now: progress is what the reader wants to know, whenever the document was written."""
    now = business_now(conn)
    if cause is not None:
        return improvements.read_of_cause(conn, cause, now)
    return improvements.read(conn, now.date(), incident_id=incident_id)


def _step(members: Sequence[Mapping[str, Any]], policy: Policy, language: Language) -> str:
    """The step in which most of the orders were, as far as they are named."""
    nodes = [one["node"] for one in members]
    return policy.node(NODES[max(nodes, key=nodes.count)]).title.say(language) if nodes else ""


def _link(one: Mapping[str, Any], title: str, language: Language) -> LinkRow:
    usual, took, limit = one["usual"], one["took_s"], one["limit_s"]
    return LinkRow(
        step=one["step"],
        title=title,
        took=_long(took, language),
        limit=_long(limit, language),
        over=_long(took - limit, language) if one["broken"] and took is not None else "",
        p50=_long(usual["p50_s"], language),
        p90=_long(usual["p90_s"], language),
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
        one["cause"], cause_title(one["cause"], policy, language), one["said"][language], one["outcome"],
        one["confidence"], one["state"] == "shadow",
    )  # fmt: skip
