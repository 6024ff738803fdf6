"""Write down, with the decision itself, who will be told what; nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.messages import compose, render
from orderwatch.core.notices import Announced, Family, Notice, plan_grown, plan_notices, plan_resolved
from orderwatch.core.policy import Policy
from orderwatch.core.titles import EVERY_NODE, KINDS, LEVELS
from orderwatch.core.words import Node
from orderwatch.paths import TEMPLATES
from orderwatch.store import ledger
from orderwatch.store.database import run
from orderwatch.store.findings import group_of

WORTH_TELLING: Final = timedelta(hours=12)
SHARED: Final = ("batch", "stock_out", "system_failure")  # the orders of these incidents share one named cause
TOLD: Final = ("source", "mass_delay")  # the causes of these are sentences
MACHINERY: Final = "data_engineer"  # hears of every silent source beside its owner


@dataclass(frozen=True, slots=True)
class Announcement:
    """What all messages of one scan share."""

    policy: Policy
    scan_id: int | None
    now: datetime
    link: str


def announce(conn: Connection, opened: Sequence[int], resolved: Sequence[int], announcement: Announcement) -> int:
    """Plan the messages about incidents that began, grew or ended; returns how many are new in the ledger."""
    policy, now = announcement.policy, announcement.now
    told = {row.incident_id for row in run(conn, "incidents/count_told", incident_ids=list(resolved))}
    due = run(conn, "incidents/read_grown", told_before=now - policy.grading.tell_growth_after)
    grown = [row.incident_id for row in due if row.incident_id not in opened]
    asked = [*opened, *grown, *told]
    if not asked:
        return 0
    incidents = {row.incident_id: row for row in run(conn, "incidents/read_announced", incident_ids=asked)}
    notices = [
        *plan_notices(_audience(incidents[i] for i in opened), policy),
        *plan_grown(_audience(incidents[i] for i in grown), policy),
        *plan_resolved(_audience(incidents[i] for i in sorted(told)), policy),
    ]
    planned = sum(_plan(conn, notice, incidents, announcement) for notice in notices)
    run(conn, "incidents/mark_told", incident_ids=[*opened, *grown], now=now)
    return planned


def _audience(rows: Iterable[Row[Any]]) -> list[Announced]:
    audience = []
    for row in rows:
        audience.append(Announced(row.incident_id, row.level, row.owner_role))
        if row.kind == "source":
            audience.append(Announced(row.incident_id, row.level, MACHINERY))
    return audience


def _plan(conn: Connection, notice: Notice, incidents: Mapping[int, Row[Any]], announcement: Announcement) -> bool:
    rows = [incidents[incident_id] for incident_id in notice.incident_ids]
    form = "mail" if notice.sink == "mail" else "wecom"
    text = compose(
        TEMPLATES,
        f"{notice.family}.{form}",
        notice.languages,
        notice.sink,
        lambda language: [_item(row, notice.family, language, announcement) for row in rows],
        lambda language: _values(notice, language, announcement),
    )
    first = notice.languages[0]
    values = {**_values(notice, first, announcement), "items": [_item(rows[0], notice.family, first, announcement)]}
    planned = ledger.plan(
        conn,
        key=_key(notice, rows[0]),
        family=notice.family,
        sink=notice.sink,
        recipient=notice.recipient,
        payload={
            "subject": render(TEMPLATES, f"{notice.family}.subject", first, values, markup=False),
            "text": text,
        },
        level=notice.level,
        now=announcement.now,
        valid_for=WORTH_TELLING,
        incident_ids=notice.incident_ids,
        scan_id=announcement.scan_id,
    )
    return planned is not None


def _key(notice: Notice, first: Row[Any]) -> str:
    """What was told of an incident's beginning does not silence its comeback, nor one growth the next."""
    key = f"{notice.key}:{first.comeback}" if first.comeback else notice.key
    return f"{key}:{first.told_at:%Y%m%dT%H%M%S}" if notice.family == "grown" else key


def _values(notice: Notice, language: Language, announcement: Announcement) -> dict[str, Any]:
    return {
        "count": len(notice.incident_ids),
        "role": announcement.policy.role(notice.role).title.say(language),
        "now": _local(announcement.now, announcement),
        "link": announcement.link,
    }


def _item(row: Row[Any], family: Family, language: Language, announcement: Announcement) -> dict[str, Any]:
    nodes = [Node(number) for number in row.nodes]
    policy = announcement.policy
    return {
        "number": f"#{row.incident_id}",
        "level": LEVELS[language][row.level],
        "kind": KINDS[row.kind][language],
        "node": policy.node(nodes[0]).title.say(language) if len(nodes) == 1 else EVERY_NODE[language],
        "orders": row.untold if family == "grown" else row.orders,
        "all_orders": len(row.orders),
        "is_source": row.kind == "source",
        "cause": group_of(row.dedup_key) if row.kind in SHARED else "; ".join(row.reasons) if row.kind in TOLD else "",
        "explanation": row.explanation[language] if row.explanation else "",
    }


def _local(at: datetime, announcement: Announcement) -> str:
    return f"{at.astimezone(ZoneInfo(announcement.policy.calendars.business_zone)):%Y-%m-%d %H:%M}"
