"""A replay takes the decisions that the scan itself has taken: the same orders, the same reasons, the same levels."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from orderwatch.core.policy.histories import load_histories
from orderwatch.core.words import Node
from orderwatch.local.history_export import export_history
from orderwatch.local.history_file import read_history
from orderwatch.local.replay.course import Course, Span, run_course
from orderwatch.local.replay.facts import COLUMNS, read_facts
from orderwatch.local.replay.rules import read_rules
from orderwatch.local.replay.story import story_of
from orderwatch.paths import POLICY
from tests.conftest import Databases
from tests.pipeline.conftest import Install
from tests.pipeline.harness import Pipeline

LATE = "select order_id, node, level from anomaly where verdict = 'anomaly' and closed_at is null"
SILENT = """
    select order_id, node, event, detail -> 'evidence' -> 'reasons' from timeline
    where event in ('exempted', 'not_valid')
"""


@pytest.fixture(scope="module")
def scanned(install: Install) -> Pipeline:
    """The company after its first scan."""
    pipeline = install()
    pipeline.scan()
    return pipeline


@pytest.fixture(scope="module")
def course(scanned: Pipeline, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The company's own history, replayed up to the instant of that scan."""
    file = tmp_path_factory.mktemp("own") / "history.parquet"
    policy = scanned.policy
    zone = ZoneInfo(policy.calendars.business_zone)
    with scanned.engine.connect() as conn:
        export_history(conn, scanned.now() - timedelta(days=365), zone, file)
    known = load_histories(POLICY)
    history = read_history(file, known, by_promise=False, zone=zone, further=COLUMNS)
    nodes = {node.code: node for node in Node if node.code in history.steps}
    story = story_of(history, read_facts(file, history.further, zone), nodes, "CNY")
    now = int(scanned.now().timestamp()) // 900 * 900
    url = databases.copy().url.set(drivername="postgresql").render_as_string(hide_password=False)
    return run_course(
        url, read_rules("in force"), story, Span(now - 2 * 3600, now, 900), "yes", lambda name, done, all_of: None
    )


def test_the_same_orders_are_late_with_the_same_level(scanned: Pipeline, course: Course) -> None:
    expected = set(scanned.ask(LATE))
    assert len(expected) > 20
    found = {tuple(row) for row in course.late[["order_id", "node", "level"]].itertuples(index=False)}
    assert found == expected


def test_the_same_orders_are_silent_for_the_same_reasons(scanned: Pipeline, course: Course) -> None:
    expected = {(order, node, event, tuple(reasons)) for order, node, event, reasons in scanned.ask(SILENT)}
    assert {event for _, _, event, _ in expected} == {"exempted", "not_valid"}
    found = {
        (row.order_id, row.node, row.event, tuple(reasons))
        for row in course.silent.itertuples()
        for reasons in row.reasons
    }
    assert found == expected
