"""Believe only what makes sense: staged records become rows, or go to quarantine with the reason."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, Engine

from orderwatch.hooks.sources.config import FeedConfig, load_source
from orderwatch.hooks.sources.decode import decode
from orderwatch.hooks.sources.intake import CONTENT
from orderwatch.paths import POLICY
from orderwatch.store import scans
from orderwatch.store.database import as_json, copy_rows, run
from orderwatch.store.scans import Pull
from orderwatch.validation.suite import Suite, load_suite
from orderwatch.validation.validate import FeedValidation, validate

log = logging.getLogger(__name__)

ORDER: Final = ("orders", "customers", "shipments", "delay_requests", "complaints")  # what others refer to comes first
REFERS_TO_ORDERS: Final = ("shipments", "delay_requests", "complaints")
COMPLETE: Final = {"orders": "feeds/count_vanished_orders", "shipments": "feeds/count_vanished_shipments"}
RETRYABLE: Final = ("unknown_order",)  # refused only because what they refer to had not arrived
SCAN: Final = "scan"


class RecordsLost(RuntimeError):
    """The database lost the hand-over between two tasks (it crashed); pulling again brings it back."""


def validate_feeds(engine: Engine, scan_id: int, now: datetime) -> dict[str, dict[str, int]]:
    """Validate every pull of a scan; returns received, accepted and refused records per feed.

    Each feed is one transaction. A feed that is unbelievable as a whole is ``rejected`` and keeps its watermark.
    """
    with engine.connect() as conn:
        pulls = {pull.feed: pull for pull in scans.read_pulls(conn, scan_id)}
    result = {}
    for feed in ORDER:
        pull = pulls.get(feed)
        if pull is not None and pull.state in {"pulled", "validated", "rejected"}:
            with engine.begin() as conn:
                result[f"{pull.source}.{feed}"] = _validate_pull(conn, pull, scan_id, now)
    return result


def _validate_pull(conn: Connection, pull: Pull, scan_id: int, now: datetime) -> dict[str, int]:
    config = load_source(POLICY / "sources" / f"{pull.source}.yaml").feed(pull.feed)
    records = _read_records(conn, pull)
    retried = run(conn, "feeds/read_retryable", source=pull.source, feed=pull.feed, reasons=list(RETRYABLE)).all()
    everything = [*records, *(row.record for row in retried)]
    frame = _without_stale(decode(everything, config, now), len(records))
    if pull.feed in REFERS_TO_ORDERS:
        frame["order_known"] = _known(conn, frame["order_id"], scan_id)
    suite = load_suite(POLICY / "suites" / f"{pull.feed}.yaml")
    found = validate(frame, suite, now, pardoned=RETRYABLE, fresh=len(records))
    _log(pull, found)
    counts = {"received": len(records), "accepted": len(found.good), "refused": len(found.bad)}
    critical = found.critical or _vanished(conn, pull, frame, suite)
    if critical:
        scans.end_pull(
            conn,
            pull.pull_id,
            "rejected",
            error=critical,
            refused=len(found.bad),
            checks=as_json([asdict(check) for check in found.checks]),
        )
        return counts
    conn.exec_driver_sql("delete from feed_row where pull_id = %s", (pull.pull_id,))
    rows = (
        (pull.pull_id, no, body[config.version], as_json(body))
        for no, body in enumerate(rows_of(found.good, config.columns))
    )
    copy_rows(conn, "feed_row", ("pull_id", "record_no", "version", "body"), rows)
    _quarantine(conn, pull, found, everything, config, [row.quarantine_id for row in retried], now)
    scans.end_pull(
        conn,
        pull.pull_id,
        "validated",
        accepted=len(found.good),
        refused=len(found.bad),
        checks=as_json([asdict(check) for check in found.checks]),
    )
    return counts


def _vanished(conn: Connection, pull: Pull, frame: pd.DataFrame, suite: Suite) -> str | None:
    """A list of everything open that lacks a good part of what our books hold open is no complete list."""
    if pull.mode != "open" or pull.feed not in COMPLETE:
        return None
    named = frame[suite.key].dropna().astype(str).tolist()
    ours = run(conn, COMPLETE[pull.feed], named=named).one()
    if ours.vanished < suite.critical_rows or ours.vanished <= suite.critical_share * ours.known:
        return None
    return f"incomplete list: {ours.vanished} of the {ours.known} {pull.feed} open in our books are not in it"


def _read_records(conn: Connection, pull: Pull) -> list[Mapping[str, Any]]:
    records = [row.record for row in run(conn, "feeds/read_records", pull_id=pull.pull_id)]
    if len(records) != pull.records:
        raise RecordsLost(
            f"{pull.source}/{pull.feed}: {pull.records} records were staged and {len(records)} are left; "
            f"clear the task {pull.source}.pull to fetch them again"
        )
    return records


def _without_stale(frame: pd.DataFrame, received: int) -> pd.DataFrame:
    """Without retried records of which this pull brought the same or a newer version."""
    retried = frame["record_no"] >= received
    return frame[~(retried & frame["record_id"].isin(frame.loc[~retried, "record_id"]))]


def _known(conn: Connection, order_ids: pd.Series, scan_id: int) -> pd.Series:
    """Whether each row's order is in our books, or among the good orders of this very scan."""
    asked = order_ids.dropna().unique().tolist()
    known = {row.order_id for row in run(conn, "feeds/known_orders", order_ids=asked, scan_id=scan_id)}
    return order_ids.isin(known)


def _quarantine(
    conn: Connection,
    pull: Pull,
    found: FeedValidation,
    records: Sequence[Mapping[str, Any]],
    config: FeedConfig,
    retried: Sequence[int],
    now: datetime,
) -> None:
    rejected = [
        {
            "record_id": row.record_id,
            "reason": row.reasons[0],
            # the mark by which twins are told apart holds within one pull only
            "record": {name: value for name, value in records[row.record_no].items() if name != CONTENT},
            "message": {"zh-CN": row.message.zh, "en": row.message.en},
            "detail": row.detail,
        }
        for row in found.bad
    ]
    if rejected:
        run(
            conn,
            "feeds/upsert_quarantine",
            pull_id=pull.pull_id,
            source=pull.source,
            feed=pull.feed,
            rejected=as_json(rejected),
            now=now,
        )
    run(
        conn,
        "feeds/settle_quarantine",
        source=pull.source,
        feed=pull.feed,
        pull_id=pull.pull_id,
        key=config.key,
        retried=list(retried),
        now=now,
        handled_by=SCAN,
    )
    run(conn, "feeds/answer_replays", retried=list(retried))


def rows_of(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of a decoded frame as plain values: instants in ISO, whole numbers whole, nothing as ``None``."""
    plain = [_plain(frame[column]) for column in columns]
    return (dict(zip(columns, values, strict=True)) for values in zip(*plain, strict=True))


def _plain(column: pd.Series) -> list[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return [None if pd.isna(value) else value.isoformat() for value in column]
    return [value if isinstance(value, list) or not pd.isna(value) else None for value in column.astype(object)]


def _log(pull: Pull, found: FeedValidation) -> None:
    log.info(
        "%s/%s: %s received, %s repeated, %s good, %s refused%s",
        pull.source,
        pull.feed,
        found.received,
        found.repeated,
        len(found.good),
        len(found.bad),
        f"; CRITICAL: {found.critical}" if found.critical else "",
    )
    for check in found.checks:
        if not check.success:
            log.warning(
                "%s/%s: %s on %s: %s of %s rows refused (%s)",
                pull.source,
                pull.feed,
                check.expectation,
                check.column,
                check.unexpected,
                check.evaluated,
                check.reason,
            )
