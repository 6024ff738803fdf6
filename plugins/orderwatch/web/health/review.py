"""One review: the latest version of its document, and what this person may say about the cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.review.chain import Step
from orderwatch.core.review.words import say_cause, say_missing
from orderwatch.core.titles import KINDS, say_code
from orderwatch.core.words import NODES
from orderwatch.store import reviews
from orderwatch.store.database import business_now
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.single_review import SingleReview, read_single
from orderwatch.web.health.survey import said_nps


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """All of it, in one language; ``content`` is the document as it is kept; ``it``: of one incident alone.

    ``naming``: the incident whose cause this person can name here, of which they may those of ``levels``.
    """

    clock: Clock
    row: Row[Any]
    content: Mapping[str, Any]
    it: SingleReview | None
    step: str
    causes: Mapping[str, Sequence[tuple[str, str]]]
    missing: str
    naming: Row[Any] | None
    levels: frozenset[int]
    listed: Sequence[tuple[Mapping[str, Any], str, str]]

    def nps(self, points: int | None) -> str:
        return said_nps(points)

    def at(self, text: str) -> str:
        return self.clock.full(datetime.fromisoformat(text))

    def money(self, minor: int, currency: str) -> str:
        return money(minor, currency)

    def code(self, code: str) -> str:
        return say_code(code, self.clock.language)


def read_review(
    conn: Connection, policy: Policy, login: str, review_id: int, language: Language, link: Step | None = None,
    about: int | None = None,
) -> ReviewPage | None:  # fmt: skip
    """None where there is no such review; ``link``: whose trend somebody wants to see; ``about``: the incident of a
    collection whose cause they want to name."""
    row = reviews.read_review(conn, review_id)
    if row is None:
        return None
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    content, single = row.content, row.kind == "single"
    levels = _may_name(policy, login)
    listed = content.get("incidents", ())
    wanted = row.incident_id if single else next((about for one in listed if one["incident"] == about), None)
    left = reviews.read_left(conn, wanted) if wanted is not None else None
    return ReviewPage(
        clock=clock,
        row=row,
        content=content,
        it=read_single(conn, policy, content, clock, link) if single else None,
        step=policy.node(NODES[content["node"]]).title.say(language) if content.get("node") else "",
        causes=_causes(policy, language),
        missing=say_missing(row.missing, language) if row.missing else "",
        naming=left if left is not None and left.level in levels else None,
        levels=levels,
        listed=[
            (
                one,
                KINDS[one["kind"]][language],
                say_cause(one["cause"]["root_cause"], one["cause"]["cause"], policy.review, language),
            )
            for one in listed
        ],
    )


def _may_name(policy: Policy, login: str) -> frozenset[int]:
    """The levels of incidents whose cause somebody may name."""
    roles = set(policy.roles.held_by(login))
    return frozenset(level for level in range(4) if roles & set(policy.rights.who_may("correct_cause", level)))


def _causes(policy: Policy, language: Language) -> dict[str, list[tuple[str, str]]]:
    """The second level by first level, for the dialog."""
    found: dict[str, list[tuple[str, str]]] = {"system": [], "human": [], "external": []}
    for name in type(policy.review.causes).model_fields:
        rule = policy.review.causes.of(name)
        found[rule.root_cause].append((name, rule.title.say(language)))
    return found
