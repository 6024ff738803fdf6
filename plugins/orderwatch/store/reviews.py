"""Reviews in our tables: what was recorded of incidents that are over, what a review says, and what people say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row

from orderwatch.core.review.chain import STEPS, Step, Usual
from orderwatch.core.review.facts import CauseFacts, Traffic
from orderwatch.core.words import CODES
from orderwatch.store.database import as_json, run

LONGEST: Final = timedelta(days=7)
"""How far back from its end an incident is compared with the traffic of its step."""
COUNTED: Final = (
    "orders", "faulty", "fault_code", "short", "sku", "in_place", "with_carrier", "customs", "over_holiday", "holiday",
    "supplier_silent", "address_incomplete", "placeholder", "moved_by_seller",
)  # fmt: skip
NAMED: Final = ("carrier", "route", "supplier", "channel")


@dataclass(frozen=True, slots=True)
class Written:
    """A version of a review's document; ``new``: it says something that the version before it did not."""

    review_id: int
    version: int
    sha: str
    new: bool


def read_incident(conn: Connection, incident_id: int) -> Row[Any] | None:
    """An incident that is over with what was due for it; none where there is none, or it is not over."""
    return run(conn, "reviews/read_incident", incident_id=incident_id).one_or_none()


def list_unwritten(conn: Connection) -> Sequence[Row[Any]]:
    """(incident, level) of everything that has to be written, or written anew; what is due first comes first."""
    return run(conn, "reviews/list_unwritten").all()


def list_week(conn: Connection, node: int, since: datetime, until: datetime) -> list[int]:
    """The incidents of level 0 and 1 of one collection."""
    return [row.incident_id for row in run(conn, "reviews/list_week", node=node, since=since, until=until)]


def list_short(conn: Connection, incident_ids: Sequence[int]) -> Sequence[Row[Any]]:
    return run(conn, "reviews/list_short", incident_ids=list(incident_ids)).all()


def read_causes(conn: Connection, incident_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """What was recorded of their orders, by incident; nothing about one that has no orders."""
    return {row.incident_id: row for row in run(conn, "reviews/read_causes", incident_ids=list(incident_ids))}


def facts_of(conn: Connection, kind: str, key: str, row: Row[Any] | None) -> CauseFacts:
    """The facts for the rules of evidence, without what went on in the step besides; ``key``: the incident's own."""
    if row is None:
        return CauseFacts(kind, 0, source=key.partition(":")[2] if kind == "source" else "")
    named: dict[str, Any] = {name: row._mapping[name] or "" for name in NAMED}
    silent = run(conn, "reviews/read_silent", since=row.found_from, until=row.found_until)
    return CauseFacts(
        kind=kind,
        silent=tuple(one.source for one in silent),
        place=row.warehouse or "",
        step=CODES[row.node],
        **named,
        **{name: row._mapping[name] for name in COUNTED},
    )


def with_traffic(conn: Connection, facts: CauseFacts, row: Row[Any] | None, known_at: datetime) -> CauseFacts:
    """The same, with who else was in the step until the last of these orders became late, and was late as well, as far
    as known at ``known_at``; what the step caught up with afterwards says nothing about why.
    """
    if row is None:
        return facts
    seen = run(conn, "reviews/read_traffic", **_around(row, known_at)).one()
    return replace(
        facts,
        here=Traffic(seen.here_seen, seen.here_late, seen.here_batches),
        traffic=Traffic(seen.ours_seen, seen.ours_late, seen.ours_batches),
        others=Traffic(seen.others_seen, seen.others_late, seen.others_batches),
    )


def _around(row: Row[Any], known_at: datetime) -> dict[str, Any]:
    """Where and when to look for others."""
    return {
        "node": row.node, "warehouse": row.warehouse, "carrier": row.carrier, "known_at": known_at,
        "since": max(row.entered_at, row.late_at - LONGEST), "until": row.late_at,
    }  # fmt: skip


def list_around(
    conn: Connection, incident: Row[Any], mark: str | None, page: int, size: int
) -> Sequence[Row[Any]]:  # fmt: skip
    """A page of the orders that an incident's are compared with: ``here`` in its warehouse, ``ours`` with its carrier,
    ``others`` with other carriers; none for an incident without orders."""
    row = read_causes(conn, [incident.incident_id]).get(incident.incident_id)
    if row is None:
        return []
    about = _around(row, incident.resolved_at) | {"incident_id": incident.incident_id, "mark": mark}
    return run(conn, "reviews/list_traffic", **about, size=size, skip=(page - 1) * size).all()


def took_of(row: Row[Any]) -> dict[Step, int | None]:
    """How long each link took, in seconds."""
    return {step: _seconds(row._mapping[f"{step}_s"]) for step in STEPS}


def read_times(conn: Connection, incident_id: int) -> Row[Any]:
    return run(conn, "reviews/read_times", incident_id=incident_id).one()


def read_usual(
    conn: Connection, incident_id: int, level: int, since: datetime, until: datetime
) -> dict[Step, Usual]:  # fmt: skip
    """How long the links took in the other incidents of the level that closed meanwhile."""
    rows = run(conn, "reviews/compare_times", incident_id=incident_id, level=level, since=since, until=until)
    return {row.link: Usual(row.incidents, _seconds(row.p50_s), _seconds(row.p90_s)) for row in rows}


def open_single(conn: Connection, incident_id: int, now: datetime) -> int:
    """The number of the incident's review, which comes into being once."""
    number: int = run(conn, "reviews/open_single", incident_id=incident_id, now=now).scalar_one()
    return number


def open_weekly(conn: Connection, node: int, week: date, now: datetime) -> int:
    """The number of the collection of a step and week, which comes into being once."""
    number: int = run(conn, "reviews/open_weekly", node=node, week=week, now=now).scalar_one()
    return number


def write(
    conn: Connection, review_id: int, content: Mapping[str, Any], policy_version: str, now: datetime
) -> Written:  # fmt: skip
    """The next version of the document, or the latest one where that says the same already."""
    row = run(
        conn, "reviews/insert_document", review_id=review_id, content=as_json(content), policy_version=policy_version,
        now=now,
    ).one_or_none()  # fmt: skip
    if row is not None:
        return Written(review_id, row.version, row.sha, new=True)
    latest = run(conn, "reviews/read_document", review_id=review_id).one()
    return Written(review_id, latest.version, latest.sha, new=False)


def keep_run(conn: Connection, written: Written, run_id: str) -> None:
    """Whose work a version is."""
    run(conn, "reviews/insert_run", review_id=written.review_id, version=written.version, run_id=run_id)


def settle(
    conn: Connection,
    incident_id: int,
    review_id: int,
    missing: Sequence[str],
    cause: str | None,
    root_cause: str | None,
    subject: str | None,
    now: datetime,
) -> None:
    """Where an incident stands with its review, now that a document holds it."""
    run(
        conn, "reviews/settle", incident_id=incident_id, review_id=review_id, missing=list(missing), cause=cause,
        root_cause=root_cause, subject=subject, now=now,
    )  # fmt: skip


def list_shown(
    conn: Connection, states: Sequence[str], incident_id: int | None, run_id: str | None, page: int, size: int
) -> Sequence[Row[Any]]:  # fmt: skip
    """Incidents that are over and where their reviews stand, a page of them; ``run_id``: as far as that run wrote."""
    about = {
        "states": list(states),
        "incident_id": incident_id,
        "run_id": run_id,
        "size": size,
        "skip": (page - 1) * size,
    }
    return run(conn, "reviews/list_shown", **about).all()


def read_review(conn: Connection, review_id: int) -> Row[Any] | None:
    """The latest version of a review; none where there is no such review."""
    return run(conn, "reviews/read_review", review_id=review_id).one_or_none()


def read_left(conn: Connection, incident_id: int) -> Row[Any]:
    """(incident, level, edit version)"""
    return run(conn, "reviews/read_left", incident_id=incident_id).one()


def count_corrections(conn: Connection) -> Sequence[Row[Any]]:
    """How often people have looked at what a rule said, and how often they found it wrong: one row per cause."""
    return run(conn, "reviews/count_corrections").all()


def _seconds(value: Any) -> int | None:
    return None if value is None else round(value)


Behind = Literal["orders", "money", "failed", "compared", "around", "alerts"]
"""What the rows are of which a review gives a number."""


def list_behind(
    conn: Connection, what: Behind, incident: Row[Any], compare_since: datetime, mark: str | None, page: int, size: int
) -> Sequence[Row[Any]]:  # fmt: skip
    """A page of the rows behind a number of an incident's review; each row says in ``total`` how many there are.

    ``incident``: as of ``read_incident``; ``compare_since``: from when on others are compared with it; ``mark``: only
    orders that count for this, a cause or ``important``, ``contacted``, ``complained``; around it: see ``list_around``.
    """
    if what == "around":
        return list_around(conn, incident, mark, page, size)
    about: dict[Behind, tuple[str, dict[str, Any]]] = {
        "orders": ("reviews/list_affected", {"until": incident.closed_at, "mark": mark}),
        "money": ("reviews/list_money", {}),
        "failed": ("reviews/list_failed", {}),
        "compared": (
            "reviews/list_compared",
            {"level": incident.level, "since": compare_since, "until": incident.closed_at},
        ),
    }
    statement, asked = about[what]
    page_of = {"size": size, "skip": (page - 1) * size}
    return run(conn, statement, incident_id=incident.incident_id, **page_of, **asked).all()


def list_unprinted(conn: Connection, today: date, most: int) -> Sequence[Row[Any]]:
    """(review, version, language) of the latest versions that are not on paper; collections when their week is over."""
    return run(conn, "reviews/list_unprinted", today=today, most=most).all()


def keep_print(conn: Connection, review_id: int, version: int, language: str, pdf: bytes, now: datetime) -> bool:
    """Keep it, unless somebody else has printed the version meanwhile; whether it was kept."""
    about = {"review_id": review_id, "version": version, "language": language}
    return bool(run(conn, "reviews/insert_print", **about, pdf=pdf, now=now).rowcount)


def read_print(conn: Connection, review_id: int, language: str) -> Row[Any] | None:
    """(version, pdf, printed_at) of the latest one; none where nothing has been printed yet."""
    return run(conn, "reviews/read_print", review_id=review_id, language=language).one_or_none()
