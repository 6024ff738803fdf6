"""Whoever can say what a review lacks is reminded in time; a review that is late is said to be late, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row

from orderwatch.core.durations import Language
from orderwatch.core.notices import Family, plan_to_role
from orderwatch.core.policy import Policy
from orderwatch.core.review.words import say_cause, say_missing
from orderwatch.core.titles import KINDS, LEVELS
from orderwatch.pipeline.announce import Announcement, duty_of, local, plan_text
from orderwatch.store.database import run

GRAVEST: Final = 3  # whoever owns this level hears of every review that is late


def remind_of_reviews(engine: Engine, announcement: Announcement) -> dict[str, int]:
    """Plan what is due: reminders of missing facts, and a message about each review that is not complete in time.

    Returns how many incidents somebody is reminded of, and how many reviews are newly late.
    """
    now, rules = announcement.now, announcement.policy.review
    with engine.begin() as conn:
        written = [row.incident_id for row in run(conn, "reviews/mark_told", now=now)]
        late = [row.incident_id for row in run(conn, "reviews/mark_breached", now=now)]
        waits = [int(wait.total_seconds()) for wait in rules.remind_after]
        steps = {row.incident_id: row.step for row in run(conn, "reviews/read_missing", now=now, waits_s=waits)}
        _tell(conn, "review_written", dict.fromkeys(written, 0), announcement)
        _tell(conn, "review_late", dict.fromkeys(late, 0), announcement)
        _tell(conn, "review_missing", steps, announcement)
        for incident_id, step in steps.items():
            run(conn, "reviews/mark_reminded", incident_id=incident_id, step=step)
    return {"reminded": len(steps), "late": len(late)}


def in_words(written: Mapping[str, int], told: Mapping[str, int]) -> str:
    """One line for the label beside the task."""
    parts = {
        "written": written["written"], "unchanged": written["unchanged"], "not written": written["failed"],
        "reminded of": told["reminded"], "late": told["late"],
    }  # fmt: skip
    return ", ".join(f"{count} {what}" for what, count in parts.items() if count) or "nothing to review"


def _tell(conn: Connection, family: Family, steps: Mapping[int, int], announcement: Announcement) -> None:
    """One message per incident, reminder and person."""
    if not steps:
        return
    policy = announcement.policy
    duty = duty_of(conn, policy, announcement.now)
    for row in run(conn, "reviews/read_told", incident_ids=list(steps)):
        told = set()
        for role in _roles(family, row, policy):
            for notice in plan_to_role(family, role, row.level, (row.incident_id,), duty):
                if (notice.sink, notice.recipient) in told:
                    continue
                told.add((notice.sink, notice.recipient))
                key = f"{family}:{row.incident_id}:{steps[row.incident_id]}:{notice.sink}:{notice.recipient}"
                plan_text(conn, notice, key, partial(_items, row, announcement), announcement)


def _roles(family: Family, row: Row[Any], policy: Policy) -> Sequence[str]:
    """The owner, and for what is late the owner of the gravest incidents beside them."""
    owner = row.owner_role if row.owner_role in policy.roles.root else policy.learning.owner
    above = policy.grading.levels[GRAVEST].owner
    return [owner, above] if family == "review_late" and above else [owner]


def _items(row: Row[Any], announcement: Announcement, language: Language) -> list[dict[str, Any]]:
    policy = announcement.policy
    return [{
        "number": f"#{row.incident_id}",
        "page": announcement.addresses.incident(row.incident_id),
        "review": announcement.addresses.review(row.review_id) if row.review_id else "",
        "level": LEVELS[language][row.level],
        "kind": KINDS[row.kind][language],
        "closed": local(row.closed_at, policy),
        "until": local(row.due_at, policy),
        "missing": say_missing(row.missing, language) if row.missing or not row.review_id else "",
        "cause": say_cause(row.root_cause, row.cause, policy.review, language),
    }]  # fmt: skip
