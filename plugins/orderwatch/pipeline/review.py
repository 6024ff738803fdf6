"""Write the reviews of incidents that are over: levels 2 and 3 one by one, levels 0 and 1 per step and week."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row

from orderwatch.core.policy import Policy
from orderwatch.core.review.chain import chain, first_broken, limits_of
from orderwatch.core.review.classify import Classification, classify, wrong_rule
from orderwatch.core.review.document import Cause, cause_of, cause_part
from orderwatch.core.review.facts import CauseFacts
from orderwatch.core.review.subject import subject_of
from orderwatch.core.weeks import week_of
from orderwatch.core.words import CODES
from orderwatch.pipeline.single_review import single_content
from orderwatch.store import reviews as store
from orderwatch.store.database import run
from orderwatch.store.surveys import parts_of

log = logging.getLogger(__name__)
SINGLY: Final = 2  # from this level on an incident has a review of its own


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An incident with its cause, and what only people can still say about it."""

    incident_id: int
    said: Classification
    counts: Cause
    subject: str | None
    missing: tuple[str, ...]
    words: Sequence[dict[str, Any]]


def write_reviews(engine: Engine, policy: Policy, now: datetime, run_id: str | None = None) -> dict[str, int]:
    """Write all that is wanted or has news; each review is one transaction, so that a bad one spoils no other.

    ``run_id``: whose work it is.
    Returns how many documents were written, how many say what they said before, and how many could not be written.
    """
    with engine.connect() as conn:
        due = store.list_unwritten(conn)
    written: set[int] = set()
    counts = {"written": 0, "unchanged": 0, "failed": 0}
    for row in due:
        if row.incident_id in written:  # by the collection that it is in
            continue
        try:
            with engine.begin() as conn:
                found, members = write_review(conn, policy, row.incident_id, now)
                if found.new and run_id:
                    store.keep_run(conn, found, run_id)
        except Exception:
            log.exception("the review of incident %s could not be written", row.incident_id)
            counts["failed"] += 1
            continue
        written.update(members)
        counts["written" if found.new else "unchanged"] += 1
    return counts


def write_review(
    conn: Connection, policy: Policy, incident_id: int, now: datetime
) -> tuple[store.Written, Sequence[int]]:
    """The review that holds this incident, as the facts are now, and the incidents that it holds.

    Raises ``ValueError`` for an incident that is not over, or of which there is no review, with the reason.
    """
    row = store.read_incident(conn, incident_id)
    if row is None:
        raise ValueError(f"incident {incident_id} is not over: its review is written when it is closed")
    if row.state != "closed":
        raise ValueError(f"incident {incident_id} has no review: it was {row.state}")
    if row.level >= SINGLY:
        return _write_single(conn, policy, row, now), [incident_id]
    return _write_weekly(conn, policy, row, now)


def classify_incident(conn: Connection, policy: Policy, row: Row[Any]) -> Classification:
    """What the rules say of one incident."""
    return _ask(conn, policy, row, store.read_causes(conn, [row.incident_id]).get(row.incident_id))[1]


def _ask(conn: Connection, policy: Policy, row: Row[Any], causes: Row[Any] | None) -> tuple[CauseFacts, Classification]:
    """Of an ordinary incident, who else was late is asked only where its own orders do not say why."""
    facts = store.facts_of(conn, row.kind, row.dedup_key, causes)
    if row.level < SINGLY and (said := classify(facts, policy.review)).cause is not None:
        return facts, said
    facts = store.with_traffic(conn, facts, causes, row.resolved_at)
    return facts, classify(facts, policy.review)


def _write_single(conn: Connection, policy: Policy, row: Row[Any], now: datetime) -> store.Written:
    causes = store.read_causes(conn, [row.incident_id]).get(row.incident_id)
    failed = [dict(one._mapping) for one in run(conn, "reviews/count_failed", incident_id=row.incident_id)]
    missing = ["outcome"] if any(one["open"] for one in failed) else []
    reviewed = _judge(conn, row.incident_id, *_ask(conn, policy, row, causes), missing)
    content = {
        "kind": "single",
        "cause": cause_part(reviewed.said, reviewed.counts, reviewed.words) | {"subject": reviewed.subject},
        "failed": failed,
        "survey": parts_of(conn, [row.incident_id]).get(row.incident_id),
        "missing": list(reviewed.missing),
        **single_content(conn, policy, row, reviewed.counts.cause, reviewed.subject, causes.node if causes else None),
    }
    review_id = store.open_single(conn, row.incident_id, now)
    written = store.write(conn, review_id, plain(content), policy.version, now)
    _settle(conn, review_id, reviewed, now)
    return written


def _write_weekly(
    conn: Connection, policy: Policy, row: Row[Any], now: datetime
) -> tuple[store.Written, Sequence[int]]:
    """The whole collection anew: an incident that has closed since stands in its next version, in its own time."""
    causes = store.read_causes(conn, [row.incident_id]).get(row.incident_id)
    node = causes.node if causes else 0
    monday, since, until = week_of(row.ended_at, ZoneInfo(policy.calendars.business_zone))
    incident_ids = store.list_week(conn, node, since, until)
    all_causes = store.read_causes(conn, incident_ids)
    listed, surveys = store.list_short(conn, incident_ids), parts_of(conn, incident_ids)
    reviewed = {
        one.incident_id: _judge(
            conn,
            one.incident_id,
            *_ask(conn, policy, one, all_causes.get(one.incident_id)),
            (),
            ask=False,
        )
        for one in listed
    }
    tally: dict[str, int] = {}
    for each in reviewed.values():
        name = each.counts.cause or each.counts.root_cause or "undetermined"
        tally[name] = tally.get(name, 0) + 1
    content = {
        "kind": "weekly",
        "node": CODES.get(node, ""),
        "week": monday.isoformat(),
        "incidents": [
            _short(one, policy, reviewed[one.incident_id]) | {"survey": surveys.get(one.incident_id)} for one in listed
        ],
        "causes": tally,
    }
    review_id = store.open_weekly(conn, node, monday, now)
    written = store.write(conn, review_id, plain(content), policy.version, now)
    for each in reviewed.values():
        _settle(conn, review_id, each, now)
    return written, incident_ids


def _judge(
    conn: Connection,
    incident_id: int,
    facts: CauseFacts,
    said: Classification,
    missing: Sequence[str],
    *,
    ask: bool = True,
) -> Reviewed:
    """The rules' answer beside people's words; what was said at the close is kept the first time.

    ``ask``: whether a person has to name a cause that the rules leave open.
    """
    given = run(conn, "reviews/read_root_cause", incident_id=incident_id).scalar_one()
    run(
        conn, "reviews/insert_close_word", incident_id=incident_id, said_cause=said.cause,
        said_confidence=said.confidence, wrong_rule=wrong_rule(said, given) if given else None,
    )  # fmt: skip
    words = run(conn, "reviews/read_corrections", incident_id=incident_id).all()
    counts = cause_of(said, words)
    open_now = ("cause",) if ask and not counts.known else ()
    subject = subject_of(counts.cause, facts)
    return Reviewed(incident_id, said, counts, subject, (*open_now, *missing), [dict(one._mapping) for one in words])


def _settle(conn: Connection, review_id: int, reviewed: Reviewed, now: datetime) -> None:
    counts = reviewed.counts
    store.settle(
        conn, reviewed.incident_id, review_id, reviewed.missing, counts.cause, counts.root_cause, reviewed.subject, now
    )


def _short(row: Row[Any], policy: Policy, reviewed: Reviewed) -> dict[str, Any]:
    links = chain(store.took_of(row), limits_of(policy, row.level, row.wrote), {})
    return {
        "incident": row.incident_id, "kind": row.kind, "key": row.dedup_key, "level": row.level,
        "opened_at": row.opened_at, "closed_at": row.closed_at, "took_s": store.took_of(row),
        "first_broken": first_broken(links), "money": row.money, "stars": row.stars,
        "cause": cause_part(reviewed.said, reviewed.counts, reviewed.words) | {"subject": reviewed.subject},
    }  # fmt: skip


def plain(value: Any) -> Any:
    """Values as JSON keeps them: instants in UTC, no decimals."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, str | int | float | None) else float(value)
