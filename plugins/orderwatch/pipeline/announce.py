"""Write down, with the decision itself, who will be told what; nothing is sent here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.addresses import NOWHERE, Addresses
from orderwatch.core.durations import Language
from orderwatch.core.duty import Duty
from orderwatch.core.messages import compose, render
from orderwatch.core.notices import Announced, Family, Notice, Told, plan_grown, plan_notices, plan_resolved
from orderwatch.core.policy import Policy
from orderwatch.core.titles import EVERY_NODE, KINDS, LEVELS, REPORTS
from orderwatch.core.words import Node
from orderwatch.paths import TEMPLATES
from orderwatch.store import ledger
from orderwatch.store.database import run
from orderwatch.store.detection import read_calendars
from orderwatch.store.findings import group_of

WORTH_TELLING: Final = timedelta(hours=12)
SHARED: Final = ("batch", "stock_out", "system_failure")  # the orders of these incidents share one named cause
TOLD: Final = ("source", "mass_delay")  # the causes of these are sentences
# families that differ in their words only
IN_LEDGER: Final = {
    "ended": "resolved", "pause_over": "reminder", "version": "approval", "drift": "approval", "rules": "approval",
    "rule_ends": "reminder", "review_written": "reminder", "review_missing": "reminder", "review_late": "reminder",
    "report": "reminder", "week": "reminder", "improvement_due": "reminder",
}  # fmt: skip
MACHINERY: Final = "data_engineer"  # hears of every silent source beside its owner


@dataclass(frozen=True, slots=True)
class Announcement:
    """What all messages of one scan share; ``link`` leads to its run, ``addresses`` to each incident."""

    policy: Policy
    scan_id: int | None
    now: datetime
    link: str
    addresses: Addresses = NOWHERE


def duty_of(conn: Connection, policy: Policy, now: datetime) -> Duty:
    """Who is there now; the office's hours are read only where a role keeps them."""
    keeps_hours = any(role.on_duty == "office" for role in policy.roles.root.values())
    office = read_calendars(conn).get(policy.calendars.code("office") or "") if keeps_hours else None
    return Duty(policy, now, office)


def announce(conn: Connection, opened: Sequence[int], resolved: Sequence[int], announcement: Announcement) -> int:
    """Plan the messages about incidents that began, grew or ended; returns how many are new in the ledger.

    What a person silences begins and grows without a message; its end is told to whoever was told that it began.
    """
    policy, now = announcement.policy, announcement.now
    silent = {row.incident_id for row in run(conn, "incidents/read_silenced", incident_ids=list(opened), now=now)}
    told = run(conn, "incidents/read_told", incident_ids=list(resolved)).all()
    due = run(conn, "incidents/read_grown", told_before=now - policy.grading.tell_growth_after, now=now)
    begun = [incident_id for incident_id in dict.fromkeys(opened) if incident_id not in silent]
    grown = [row.incident_id for row in due if row.incident_id not in opened]
    incidents = read_incidents(conn, [*begun, *grown, *(row.incident_id for row in told)])
    if not incidents:
        return 0
    duty = duty_of(conn, policy, now)
    ended = [
        Told(row.incident_id, one.level, one.owner_role, row.sink, row.recipient)
        for row in told
        for one in [incidents[row.incident_id]]
    ]
    notices = [
        *plan_notices(audience([incidents[i] for i in begun], policy), duty),
        *plan_grown(audience([incidents[i] for i in grown], policy), duty),
        *plan_resolved(ended, policy.roles),
    ]
    planned = sum(plan_message(conn, notice, incidents, announcement) for notice in notices)
    run(conn, "incidents/mark_told", incident_ids=[*begun, *grown], now=now)
    run(conn, "incidents/mark_asked", incident_ids=begun, now=now)
    return planned


def announce_end(conn: Connection, incident_id: int, words: Mapping[Language, str], announcement: Announcement) -> int:
    """Tell those who were told of the incident how a person has ended it; returns how many messages are new."""
    told = run(conn, "incidents/read_told", incident_ids=[incident_id]).all()
    if not told:
        return 0
    row = read_incidents(conn, [incident_id])[incident_id]
    ended = [Told(incident_id, row.level, row.owner_role, one.sink, one.recipient) for one in told]

    def items_in(language: Language) -> list[dict[str, Any]]:
        return [{**_item(row, "ended", language, announcement), "ended": words[language]}]

    return sum(
        plan_text(conn, notice, _key(notice, row), items_in, announcement)
        for notice in (replace(one, family="ended") for one in plan_resolved(ended, announcement.policy.roles))
    )


def read_incidents(conn: Connection, incident_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """What messages say about the given incidents, by number."""
    rows = run(conn, "incidents/read_announced", incident_ids=list(incident_ids)) if incident_ids else ()
    return {row.incident_id: row for row in rows}


def audience(rows: Iterable[Row[Any]], policy: Policy) -> list[Announced]:
    """Each incident with its owner, and with the data engineers where a source is silent."""
    heard = []
    for row in rows:
        heard.append(Announced(row.incident_id, row.level, row.owner_role, _deputies(row, policy)))
        if row.kind == "source":
            heard.append(Announced(row.incident_id, row.level, MACHINERY))
    return heard


def _deputies(row: Row[Any], policy: Policy) -> tuple[str, ...]:
    """What belongs to the first responder of a step has the deputies of that step."""
    nodes = [policy.node(Node(number)) for number in row.nodes]
    return nodes[0].deputies if nodes and nodes[0].first_responder == row.owner_role else ()


def plan_message(
    conn: Connection, notice: Notice, incidents: Mapping[int, Row[Any]], announcement: Announcement
) -> bool:
    """Write one message about incidents into the ledger; whether it is new there."""
    rows = [incidents[incident_id] for incident_id in notice.incident_ids]
    rate = {row.incident_id: _rate(row, notice, announcement) for row in rows}

    def items_in(language: Language) -> list[dict[str, Any]]:
        return [{**_item(row, notice.family, language, announcement), "rate": rate[row.incident_id]} for row in rows]

    return plan_text(conn, notice, _key(notice, rows[0]), items_in, announcement)


def plan_text(
    conn: Connection,
    notice: Notice,
    key: str,
    items_in: Callable[[Language], Sequence[Mapping[str, Any]]],
    announcement: Announcement,
) -> bool:
    """Write one message into the ledger, under the key by which it is planned once; whether it is new there."""
    text = compose(
        TEMPLATES,
        f"{notice.family}.{'mail' if notice.sink == 'mail' else 'wecom'}",
        notice.languages,
        notice.sink,
        items_in,
        lambda language: _values(notice, language, announcement),
    )
    first = notice.languages[0]
    values = {**_values(notice, first, announcement), "items": items_in(first)[:1]}
    planned = ledger.plan(
        conn,
        key=key,
        family=IN_LEDGER.get(notice.family, notice.family),
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


def _rate(row: Row[Any], notice: Notice, announcement: Announcement) -> str:
    """Whoever hears that an incident is over can say how good the response was."""
    if notice.family != "resolved":
        return ""
    return announcement.addresses.rating(row.incident_id, notice.recipient, announcement.now)


def _key(notice: Notice, first: Row[Any]) -> str:
    """What was told of an incident's beginning does not silence its comeback or its end of silence, nor one growth,
    step or reminder the next."""
    parts = [notice.key]
    if first.comeback:
        parts.append(str(first.comeback))
    if first.let_speak and notice.family in {"opened", "digest"}:
        parts.append(f"spoke{first.let_speak}")
    if first.reported_at and notice.family in {"opened", "digest"}:
        parts.append(f"reported{_stamp(first.reported_at)}")
    if notice.family == "grown":
        parts.append(_stamp(first.told_at))
    if notice.family == "escalated":
        parts += [f"step{notice.step}", _stamp(first.asked_at)]
    if notice.family == "reminder":
        parts.append(_stamp(first.reminded_at or first.asked_at))
    return ":".join(parts)


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"


def _values(notice: Notice, language: Language, announcement: Announcement) -> dict[str, Any]:
    return {
        "count": len(notice.incident_ids),
        "role": announcement.policy.role(notice.role).title.say(language),
        "now": local(announcement.now, announcement.policy),
        "link": announcement.link,
    }


def _item(row: Row[Any], family: Family, language: Language, announcement: Announcement) -> dict[str, Any]:
    nodes = [Node(number) for number in row.nodes]
    policy = announcement.policy
    return {
        "number": f"#{row.incident_id}",
        "page": announcement.addresses.incident(row.incident_id),
        "level": LEVELS[language][row.level],
        "kind": (REPORTS[row.reported] if row.reported else KINDS[row.kind])[language],
        "node": policy.node(nodes[0]).title.say(language) if len(nodes) == 1 else EVERY_NODE[language],
        "orders": row.untold if family == "grown" else row.orders,
        "all_orders": len(row.orders),
        "is_source": row.kind == "source",
        "cause": _cause(row),
        "explanation": row.explanation[language] if row.explanation else "",
        "owner": policy.role(row.owner_role).title.say(language),
        "since": local(row.opened_at, policy),
        "acknowledge_by": local(row.acknowledge_by, policy) if row.acknowledge_by else "",
        "acknowledged_by": row.acknowledged_by or "",
    }


def _cause(row: Row[Any]) -> str:
    """What its orders share, or what a person has found, in that person's words."""
    if row.reported:
        return f"{row.reported_by}: {row.note}" if row.note else str(row.reported_by)
    if row.kind in SHARED:
        return group_of(row.dedup_key) or ""
    return "; ".join(row.reasons) if row.kind in TOLD else ""


def local(at: datetime, policy: Policy) -> str:
    """An instant as the business reads it on its clock."""
    return f"{at.astimezone(ZoneInfo(policy.calendars.business_zone)):%Y-%m-%d %H:%M}"
