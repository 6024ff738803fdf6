"""What the review of one incident says, part by part."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.history import say_event
from orderwatch.core.months import Month
from orderwatch.core.policy import Policy
from orderwatch.core.review.chain import MONTHS, chain, limits_of
from orderwatch.core.review.document import LANGUAGES, chain_part
from orderwatch.core.words import CODES
from orderwatch.pipeline.other_versions import compare_versions
from orderwatch.store import reviews as store
from orderwatch.store.database import run

SHOWN: Final = 100  # orders that a document names; the others are counted


def single_content(
    conn: Connection, policy: Policy, row: Row[Any], cause: str | None, subject: str | None, node: int | None
) -> dict[str, Any]:
    """All but the cause itself.

    ``cause``: second level, if one is known, and ``subject`` what it happened to; ``node``: the incident's main step.
    """
    about = {"incident_id": row.incident_id}
    return {
        "incident": _about(row),
        "orders": _one(conn, "reviews/count_affected", until=row.closed_at, **about),
        "chain": _chain(conn, policy, row),
        "trend": _trend(conn, policy, row),
        "versions": compare_versions(conn, policy, row, node, row.closed_at),
        "repeats": _repeats(conn, policy, row, cause, subject),
        "money": _all(conn, "reviews/sum_money", **about),
        "ratings": _one(conn, "reviews/read_ratings", **about),
        "story": _story(conn, policy, row),
        "members": _members(conn, row.incident_id),
    }


def _about(row: Row[Any]) -> dict[str, Any]:
    return {
        "incident": row.incident_id, "kind": row.kind, "key": row.dedup_key, "level": row.level,
        "owner": row.owner_role, "reasons": row.reasons, "opened_at": row.opened_at, "resolved_at": row.resolved_at,
        "closed_at": row.closed_at, "reopened": row.reopened, "due_at": row.due_at,
    }  # fmt: skip


def _chain(conn: Connection, policy: Policy, row: Row[Any]) -> dict[str, Any]:
    times = store.read_times(conn, row.incident_id)
    since = row.closed_at - policy.review.compare_with
    usual = store.read_usual(conn, row.incident_id, row.level, since, row.closed_at)
    return chain_part(chain(store.took_of(times), limits_of(policy, row.level, times.wrote), usual))


def _trend(conn: Connection, policy: Policy, row: Row[Any]) -> list[dict[str, Any]]:
    """The links month by month, over the incidents of this level without this one; a month without any has no row."""
    zone = ZoneInfo(policy.calendars.business_zone)
    since, _ = Month.of(row.closed_at, zone).later(1 - MONTHS).bounds(zone)
    return _all(
        conn, "reviews/compare_months", zone=zone.key, level=row.level, since=since, until=row.closed_at,
        incident_id=row.incident_id,
    )  # fmt: skip


def _repeats(
    conn: Connection, policy: Policy, row: Row[Any], cause: str | None, subject: str | None
) -> list[dict[str, Any]]:
    """Earlier incidents in which the same cause had happened to the same."""
    if cause is None:
        return []
    since = row.ended_at - policy.review.repeat_within
    about = {"since": since, "until": row.ended_at, "incident_id": row.incident_id, "cause": cause, "subject": subject}
    return _all(conn, "reviews/read_repeats", **about)


def _story(conn: Connection, policy: Policy, row: Row[Any]) -> list[dict[str, Any]]:
    zone = ZoneInfo(policy.calendars.business_zone)

    def clock(text: str) -> str:
        return f"{datetime.fromisoformat(text).astimezone(zone):%m-%d %H:%M}"

    def line(one: Row[Any]) -> dict[str, Any]:
        orders = None
        if one.event == "anomaly_joined":
            orders = [*one.orders, *[""] * (one.lines - len(one.orders))]
        said = {
            language: say_event(one.event, one.detail, one.actor, language, orders=orders, time=clock)
            for language in LANGUAGES
        }
        return {"at": one.at, "event": one.event, "said": said}

    return [line(one) for one in run(conn, "reviews/read_story", incident_id=row.incident_id, until=row.closed_at)]


def _members(conn: Connection, incident_id: int) -> dict[str, Any]:
    rows = run(conn, "reviews/read_members", incident_id=incident_id, most=SHOWN).all()
    shown = [
        {name: value for name, value in one._mapping.items() if name != "total"} | {"node": CODES[one.node]}
        for one in rows
    ]
    return {"total": rows[0].total if rows else 0, "shown": shown}


def _one(conn: Connection, statement: str, **about: Any) -> dict[str, Any]:
    return dict(run(conn, statement, **about).one()._mapping)


def _all(conn: Connection, statement: str, **about: Any) -> list[dict[str, Any]]:
    return [dict(one._mapping) for one in run(conn, statement, **about)]
