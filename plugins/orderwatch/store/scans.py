"""The book of scans and of what each pulled from which feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from orderwatch.store.database import as_json, run

STAGED_FOR: Final = timedelta(days=1)  # so long a rejected feed can be validated again, by a corrected suite


@dataclass(frozen=True, slots=True)
class Scan:
    """One run of the health check or of the history load."""

    scan_id: int
    purpose: str
    opened_at: datetime
    dry_run: bool
    policy_version: str
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pull:
    """What one scan fetched, or failed to fetch, from one feed."""

    pull_id: int
    source: str
    feed: str
    mode: str
    since: datetime | None
    until: datetime
    state: str
    records: int
    accepted: int
    refused: int
    error: str | None
    clock_skew_s: float | None
    checks: Sequence[Mapping[str, Any]]


def open_scan(
    conn: Connection,
    *,
    dag_id: str,
    run_id: str,
    purpose: str,
    dry_run: bool,
    note: str | None,
    policy_version: str,
    now: datetime,
    staged_for: timedelta = STAGED_FOR,
) -> int:
    """The scan of this run; a rerun of the same run finds the same scan.

    Forgets what other scans have staged and never brought in: at once where they are finished and nothing can come
    of it any more, otherwise when it is older than ``staged_for``.
    """
    scan_id: int = run(
        conn,
        "feeds/open_scan",
        dag_id=dag_id,
        run_id=run_id,
        purpose=purpose,
        dry_run=dry_run,
        note=note,
        policy_version=policy_version,
        now=now,
    ).scalar_one()
    run(conn, "feeds/drop_left_records", scan_id=scan_id, staged_until=now - staged_for)
    return scan_id


def read_scan(conn: Connection, scan_id: int) -> Scan:
    """The scan by its number; raises ``LookupError`` when there is none."""
    row = run(conn, "feeds/read_scan", scan_id=scan_id).one_or_none()
    if row is None:
        raise LookupError(f"there is no scan {scan_id}: clear and rerun the run from its first task")
    return Scan(**row._mapping)


def finish_scan(conn: Connection, scan_id: int, now: datetime, new_anomalies: int, report: Mapping[str, Any]) -> None:
    """Close the book of this scan with what it found."""
    run(
        conn,
        "feeds/finish_scan",
        scan_id=scan_id,
        now=now,
        new_anomalies=new_anomalies,
        report=as_json(report),
    )


def begin_pull(
    conn: Connection,
    *,
    scan_id: int,
    source: str,
    feed: str,
    mode: str,
    since: datetime | None,
    until: datetime,
) -> int:
    """Open the pull of one feed; a rerun starts it over and forgets what was staged before."""
    pull_id: int = run(
        conn,
        "feeds/begin_pull",
        scan_id=scan_id,
        source=source,
        feed=feed,
        mode=mode,
        since=since,
        until=until,
    ).scalar_one()
    clear_staged(conn, pull_id)
    return pull_id


def end_pull(conn: Connection, pull_id: int, state: str, **values: Any) -> None:
    """Record how far a pull has come: ``pulled``, ``failed``, ``validated``, ``rejected`` or ``applied``."""
    known: dict[str, Any] = {
        "records": None,
        "accepted": None,
        "refused": None,
        "clock_skew_s": None,
        "error": None,
        "checks": None,
    }
    run(conn, "feeds/end_pull", pull_id=pull_id, state=state, **{**known, **values})


def read_pulls(conn: Connection, scan_id: int) -> list[Pull]:
    """All pulls of a scan, feed by feed."""
    return [Pull(**row._mapping) for row in run(conn, "feeds/read_pulls", scan_id=scan_id)]


def clear_staged(conn: Connection, pull_id: int) -> None:
    """Forget what was staged for this pull."""
    conn.execute(text("delete from feed_record where pull_id = :pull_id"), {"pull_id": pull_id})
    conn.execute(text("delete from feed_row where pull_id = :pull_id"), {"pull_id": pull_id})
