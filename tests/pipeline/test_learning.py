"""Limits are learned from a whole history or not at all; what an order has not done teaches nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from orderwatch.core.models.model import ModelError
from orderwatch.core.models.passages import NEVER
from orderwatch.core.words import Node
from orderwatch.pipeline.learn import Asked, learn_thresholds, read_passages
from orderwatch.store import scans
from tests.conftest import EMPTY
from tests.pipeline.conftest import Install, StartCompany
from tests.pipeline.desk import HOUR, NOON, Desk, a_shipment, an_order

IN_ORDER = [node.code for node in Node]
DONE = {"status": "completed"}
ARRIVED = {
    "status": "signed", "printed_at": NOON - 48 * HOUR, "picked_at": NOON - 48 * HOUR, "shipped_at": NOON - 40 * HOUR,
    "signed_at": NOON - 2 * HOUR,
}  # fmt: skip


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def learned_from(desk: Desk) -> list[str]:
    """The steps of which the history knows a passage, each as often as it does."""
    with desk.engine.connect() as conn:
        passages = read_passages(conn, NOON - timedelta(days=9), NOON)
    return sorted(passages["node"][passages["left_s"] < NEVER].tolist(), key=IN_ORDER.index)


def test_a_completed_order_without_a_shipment_teaches_its_review_only(desk: Desk) -> None:
    desk.bring_in(desk.open(), orders=[an_order(**DONE)])
    assert learned_from(desk) == ["review"]


def test_a_completed_order_teaches_every_step_even_one_that_took_no_time(desk: Desk) -> None:
    desk.bring_in(desk.open(), orders=[an_order(**DONE)], shipments=[a_shipment(**ARRIVED)])
    assert learned_from(desk) == IN_ORDER


def test_an_order_that_still_waits_in_a_step_teaches_nothing_about_it(desk: Desk) -> None:
    desk.bring_in(desk.open(), orders=[an_order(), an_order("SO2", approved_at=None)], shipments=[a_shipment()])
    assert learned_from(desk) == ["review", "print"]


VERSIONS = "select count(*) from threshold_version"


def test_a_warehouse_that_answers_with_nothing_puts_no_limits_in_force(
    install: Install, start_company: StartCompany
) -> None:
    company = start_company()
    pipeline = install(EMPTY, of=company)
    company.fail("wms", "empty")
    with pytest.raises(ModelError, match="step print has 0 completed passages"):
        pipeline.learn()
    assert pipeline.ask(VERSIONS) == [0]


@pytest.mark.parametrize("state", ["rejected", "failed", "broken"])
def test_a_feed_that_did_not_come_in_leaves_the_limits_as_they_are(install: Install, state: str) -> None:
    pipeline = install()
    before = pipeline.ask(VERSIONS)
    scan_id = pipeline.open("history")
    with pipeline.engine.begin() as conn:
        pull_id = scans.begin_pull(
            conn, scan_id=scan_id, source="wms", feed="shipments", mode="completed", since=None, until=pipeline.now()
        )
        scans.end_pull(conn, pull_id, state, error="a column is gone")
    with pytest.raises(ModelError, match=rf"wms/shipments of this run is {state} \(a column is gone\)"):
        learn_thresholds(pipeline.engine, pipeline.policy, scan_id, pipeline.now(), None, Asked())
    assert pipeline.ask(VERSIONS) == before


def test_a_version_keeps_what_its_pictures_show(install: Install) -> None:
    """Shipped as it is, limits alone decide; the form asks for the candidates."""
    pipeline = install()
    assert pipeline.ask(
        "select report -> 'gate' ->> 'mode', report -> 'chosen' ->> 'model' from threshold_version"
    ) == [("formula", "formula:1.8")]
    asked = Asked(mode="best", candidates=("countdown:24h",))
    learned = learn_thresholds(pipeline.engine, pipeline.policy, pipeline.open("history"), pipeline.now(), None, asked)
    version = {"v": learned["version"]}
    report = "select report -> {} from threshold_version where version = :v"
    assert pipeline.ask(report.format("'champion' ->> 'model'"), **version) == ["formula:1.8"]
    assert pipeline.ask(report.format("'gate' ->> 'mode'"), **version) == ["best"]


def test_a_step_that_is_learned_alone_changes_no_clock_and_keeps_no_pictures_of_one(install: Install) -> None:
    pipeline = install()
    asked = Asked(node="pick")
    learned = learn_thresholds(pipeline.engine, pipeline.policy, pipeline.open("history"), pipeline.now(), None, asked)
    assert pipeline.ask("select report ? 'gate' from threshold_version where version = :v", v=learned["version"]) == [
        False
    ]
