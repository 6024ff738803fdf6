"""What a pull has staged waits for its scan as long as something can come of it, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from orderwatch.store import scans
from orderwatch.store.database import as_json, business_now, copy_rows
from tests.pipeline.desk import MINUTE, Desk

DAY = timedelta(days=1)
STAGED = "select (select count(*) from feed_record), (select count(*) from feed_row)"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def stage(desk: Desk, scan_id: int, state: str) -> int:
    """One record and one row of one feed, whose pull has come so far."""
    with desk.engine.begin() as conn:
        now = business_now(conn)
        pull_id = scans.begin_pull(
            conn, scan_id=scan_id, source="erp", feed="orders", mode="changes", since=None, until=now
        )
        copy_rows(conn, "feed_record", ("pull_id", "record_no", "record"), [(pull_id, 0, as_json({}))])
        copy_rows(conn, "feed_row", ("pull_id", "record_no", "version", "body"), [(pull_id, 0, now, as_json({}))])
        error = "why" if state in {"failed", "broken", "rejected"} else None
        scans.end_pull(conn, pull_id, state, error=error)
    return pull_id


def finish(desk: Desk, scan_id: int) -> None:
    with desk.engine.begin() as conn:
        scans.finish_scan(conn, scan_id, business_now(conn), 0, {})


@pytest.mark.parametrize("state", ["pulling", "pulled", "validated", "rejected", "failed"])
def test_what_an_interrupted_scan_has_staged_is_kept_for_a_day(desk: Desk, state: str) -> None:
    stage(desk, desk.open(), state)
    desk.advance(DAY - MINUTE)
    desk.open()
    assert desk.ask(STAGED) == [(1, 1)]
    desk.advance(2 * MINUTE)
    desk.open()
    assert desk.ask(STAGED) == [(0, 0)]


def test_a_rejected_feed_of_a_finished_scan_can_be_validated_again_within_a_day(desk: Desk) -> None:
    scan_id = desk.open()
    stage(desk, scan_id, "rejected")
    finish(desk, scan_id)
    desk.advance(DAY - MINUTE)
    desk.open()
    assert desk.ask(STAGED) == [(1, 1)]
    desk.advance(2 * MINUTE)
    desk.open()
    assert desk.ask(STAGED) == [(0, 0)]


@pytest.mark.parametrize("state", ["failed", "broken", "applied"])
def test_what_nothing_can_come_of_ends_with_its_scan(desk: Desk, state: str) -> None:
    scan_id = desk.open()
    stage(desk, scan_id, state)
    finish(desk, scan_id)
    desk.open()
    assert desk.ask(STAGED) == [(0, 0)]


def test_a_scan_keeps_its_own_however_old(desk: Desk) -> None:
    open_again = {
        "dag_id": "desk", "run_id": "mine", "purpose": "scan", "dry_run": False, "note": None, "policy_version": "p",
    }  # fmt: skip
    for step in (0 * DAY, 3 * DAY):
        desk.advance(step)
        with desk.engine.begin() as conn:
            scan_id = scans.open_scan(conn, **open_again, now=business_now(conn))
        if not step:
            stage(desk, scan_id, "rejected")
    assert desk.ask(STAGED) == [(1, 1)]


def test_a_task_rerun_in_an_old_scan_keeps_what_it_stages_from_the_next_one(desk: Desk) -> None:
    scan_id = desk.open()
    desk.advance(3 * DAY)
    stage(desk, scan_id, "validated")
    desk.open()
    assert desk.ask(STAGED) == [(1, 1)]
