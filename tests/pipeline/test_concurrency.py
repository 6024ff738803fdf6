"""Scans that overlap find everything once: one anomaly per order and node, one incident per cause."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from orderwatch.pipeline.apply import apply_feeds
from orderwatch.pipeline.validate import validate_feeds
from tests.pipeline.books import books
from tests.pipeline.conftest import Install


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run all at the same time; the first error is raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def test_two_scans_at_the_same_time_leave_the_books_of_one(install: Install, undisturbed: dict[str, Any]) -> None:
    pipeline = install()
    found = together(pipeline.scan, pipeline.scan)
    assert books(pipeline.engine) == undisturbed
    assert sorted(one["anomalies"] for one in found) == [
        0,
        undisturbed["anomalies"].total() - suspects_in(undisturbed),
    ]


def test_four_detections_of_four_scans_at_once_find_each_order_once(
    install: Install, undisturbed: dict[str, Any]
) -> None:
    pipeline = install()
    pipeline.bring_in()
    others = [pipeline.open() for _ in range(4)]
    together(*(lambda scan_id=one: pipeline.detect(scan_id) for one in others))
    assert books(pipeline.engine) == undisturbed


def test_one_detection_started_four_times_finds_each_order_once(install: Install, undisturbed: dict[str, Any]) -> None:
    pipeline = install()
    scan_id = pipeline.bring_in()
    together(*[lambda: pipeline.detect(scan_id)] * 4)
    assert books(pipeline.engine) == undisturbed


def test_applying_one_scan_twice_at_once_brings_in_each_order_once(install: Install) -> None:
    pipeline = install()
    scan_id = pipeline.open()
    pipeline.pull(scan_id, ("erp", "wms", "crm"))
    validate_feeds(pipeline.engine, scan_id, pipeline.now())
    changed = together(*[lambda: apply_feeds(pipeline.engine, scan_id, pipeline.now(), pipeline.policy)] * 2)
    assert min(changed) == 0 and max(changed) >= 700


def suspects_in(undisturbed: dict[str, Any]) -> int:
    return sum(n for row, n in undisturbed["anomalies"].items() if row[2] == "suspect")
