"""What a detection reads and writes, set by set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from orderwatch.core.calendar import WorkCalendar
from orderwatch.core.grouping import Member, OpenAnomaly, Situation
from orderwatch.core.judge import Judgement
from orderwatch.core.policy import Policy
from orderwatch.core.source_health import FeedState
from orderwatch.core.words import Candidate, Node
from orderwatch.store.database import as_json, copy_rows, run
from orderwatch.store.scans import Pull

JUDGED = (
    "order_id",
    "node",
    "alert_at",
    "entered_at",
    "verdict",
    "expected_until",
    "promised",
    "level",
    "batch_no",
    "evidence",
    "explanation",
)


def read_calendars(conn: Connection) -> dict[str, WorkCalendar]:
    """Everybody's opening hours exactly as the alert times were calculated with them."""
    rows = run(conn, "policy/read_hours")
    return {row.code: _calendar(row.opens, row.work_before, row.work_after) for row in rows}


def _calendar(opens: Sequence[int], before: Sequence[int], after: Sequence[int]) -> WorkCalendar:
    starts, done_before, done_after = (np.array(part, dtype=np.int64) for part in (opens, before, after))
    return WorkCalendar(starts, starts + done_after - done_before, done_before, done_after)


def read_feed_states(
    conn: Connection,
    pulls: Iterable[Pull],
    expected: Mapping[str, Iterable[str]],
    now: datetime,
    window: timedelta,
) -> list[FeedState]:
    """Every feed that should speak, with what is known of it and what this scan made of it."""
    volume = {
        (row.source, row.feed): (row.recent, row.usual)
        for row in run(conn, "feeds/read_volume", now=now, window_s=int(window.total_seconds()))
    }
    known = {(row.source, row.feed): row.last_ok_at for row in run(conn, "feeds/read_source_health")}
    asked = {(pull.source, pull.feed): pull for pull in pulls}
    states = []
    for source, feeds in expected.items():
        for feed in feeds:
            pull = asked.get((source, feed))
            recent, usual = volume.get((source, feed), (None, None))
            states.append(
                FeedState(
                    source,
                    feed,
                    known.get((source, feed)),
                    failed=_failed(pull) if pull else None,
                    rejected=pull.error if pull and pull.state in {"broken", "rejected"} else None,
                    clock_skew_s=pull.clock_skew_s if pull else None,
                    recent=None if recent is None else float(recent),
                    usual=None if usual is None else float(usual),
                )
            )
    return states


def _failed(pull: Pull) -> str | None:
    """Why this scan knows nothing newer of the feed; a worker that was killed left no error of its own."""
    if pull.state in {"pulling", "pulled", "validated"}:
        return f"{pull.source}/{pull.feed}: the scan was interrupted ({pull.state}). The next run tries again."
    return pull.error if pull.state == "failed" else None


def stage_judgements(conn: Connection, judged: Iterable[tuple[Candidate, Judgement]]) -> None:
    """Put some judgements where SQL can join them, in the table that ``detect/create_judged`` has made."""
    rows = []
    for candidate, verdict in judged:
        explanation = {"zh-CN": verdict.explanation.zh, "en": verdict.explanation.en}
        rows.append((
            verdict.order_id,
            int(verdict.node),
            candidate.alert_at,
            candidate.entered_at,
            verdict.verdict,
            verdict.expected_until,
            verdict.promised,
            verdict.level,
            candidate.batch_no,
            as_json({"reasons": verdict.reasons, "cause": _cause(candidate), **verdict.evidence}),
            as_json(explanation),
        ))
    copy_rows(conn, "judged", JUDGED, rows)


def drop_overtaken(conn: Connection) -> set[Member]:
    """Take back the staged judgements that are no longer true of the rows as they are now."""
    conn.execute(text("analyze judged"))
    return {Member(row.order_id, Node(row.node)) for row in run(conn, "detect/drop_overtaken")}


def _cause(candidate: Candidate) -> list[str]:
    """What the warehouse says is wrong with the order, if anything."""
    shipment = candidate.order.shipment
    return sorted({*shipment.shortage_skus, *([shipment.fault_code] if shipment.fault_code else [])})


def read_situation(conn: Connection, now: datetime, policy: Policy) -> Situation:
    """What is going on already: late orders, live incidents, how many orders wait, what recent scans found."""
    anomalies = tuple(
        OpenAnomaly(
            order_id=row.order_id,
            node=Node(row.node),
            incident=row.dedup_key,
            kind=row.kind,
            warehouse=row.warehouse,
            batch_no=row.batch_no,
            shortage_skus=tuple(row.shortage_skus),
            fault_code=row.fault_code,
        )
        for row in run(conn, "detect/read_open_anomalies")
        if row.kind != "source"
    )
    return Situation(
        open_anomalies=anomalies,
        live=frozenset(row.dedup_key for row in run(conn, "incidents/read_live_incidents")),
        open_orders=run(conn, "detect/count_open").scalar_one(),
        recent_new=[row.new_anomalies or 0 for row in run(conn, "detect/read_recent_scans")],
        storm_orders=run(conn, "detect/count_storm", since=now - policy.grading.mass_delay.lasts).scalar_one(),
    )


def write_line(
    conn: Connection,
    *,
    now: datetime,
    event: str,
    scan_id: int | None,
    policy_version: str | None,
    incident_id: int | None = None,
    order_id: str | None = None,
    node: Node | None = None,
    detail: Mapping[str, Any] | None = None,
    actor: str = "scan",
    action_id: int | None = None,
) -> None:
    """One line of the append-only timeline; of what a person did, with the number of the action."""
    run(
        conn,
        "incidents/insert_timeline",
        now=now,
        event=event,
        actor=actor,
        incident_id=incident_id,
        order_id=order_id,
        node=None if node is None else int(node),
        detail=as_json(detail or {}),
        scan_id=scan_id,
        policy_version=policy_version,
        action_id=action_id,
    )
