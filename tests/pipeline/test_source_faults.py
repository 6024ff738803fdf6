"""A source that fails is named, makes its own orders unknown, and nobody else's; when it is back, all is well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.pipeline.company import Company
from tests.pipeline.conftest import Install, StartCompany
from tests.pipeline.harness import Pipeline

MET = "orderwatch_met"
PASSING = {  # what repetition may mend: nobody is alarmed before it has lasted
    "down": "Check that the source is up",
    "http_500": "Report the time of this call",
    "http_429": "Lower `rate_limit`",
    "truncated": "Usually a proxy or a restart",
    "invalid_json": "Often a gateway's error page",
}
REVIEW, OTHERS = 1, (2, 3, 4, 5)
OPEN_NODES = "select distinct node from anomaly where closed_at is null order by 1"
SOURCE_REASON = "select reasons ->> 0 from incident where kind = 'source'"
SOURCE_INCIDENTS = "select dedup_key, level, state from incident where kind = 'source'"


@pytest.fixture(scope="module")
def troubled(start_company: StartCompany) -> Company:
    return start_company()


@pytest.fixture(autouse=True)
def healed(troubled: Company) -> Iterator[None]:
    yield
    troubled.heal()


@pytest.fixture(scope="module")
def met(install: Install, troubled: Company) -> str:
    """Every source has answered and every order is known, but nobody has judged anything yet."""
    install(of=troubled, name=MET).bring_in()
    return MET


@pytest.fixture
def pipeline(install: Install, troubled: Company, met: str) -> Pipeline:
    return install(met, of=troubled)


def advance(pipeline: Pipeline, company: Company, step: timedelta) -> None:
    company.advance(step)
    pipeline.set_clock(company.ahead())


@pytest.mark.parametrize("mode", PASSING)
@pytest.mark.parametrize("source", ["erp", "wms", "crm"])
def test_the_error_names_source_feed_and_what_to_do(
    pipeline: Pipeline, troubled: Company, source: str, mode: str
) -> None:
    troubled.fail(source, mode)
    scan_id = pipeline.open()
    failures = pipeline.pull(scan_id, [source])
    written = pipeline.ask("select error from feed_pull where scan_id = :s and state = 'failed'", s=scan_id)
    feeds = {"erp": ["orders"], "wms": ["shipments"], "crm": ["customers", "delay_requests", "complaints"]}[source]
    assert [str(failures[0])] == written[:1]
    assert [error.split(":")[0] for error in written] == [f"{source}/{feed}" for feed in feeds]
    assert all(PASSING[mode] in error for error in written)


@pytest.mark.parametrize("mode", ["down", "truncated"])
def test_orders_that_need_the_silent_source_are_unknown_and_the_others_are_judged(
    pipeline: Pipeline, troubled: Company, mode: str
) -> None:
    troubled.fail("wms", mode)
    counts = pipeline.scan()
    assert pipeline.ask(OPEN_NODES) == [REVIEW]
    assert counts["unknown"] > 20
    assert pipeline.ask(SOURCE_INCIDENTS) == []  # one failed pull is not an outage yet
    troubled.heal()
    assert pipeline.scan()["unknown"] == 0
    assert set(pipeline.ask(OPEN_NODES)) == {REVIEW, *OTHERS}


def test_what_no_repetition_mends_is_an_outage_at_once(pipeline: Pipeline, troubled: Company) -> None:
    troubled.fail("wms", "wrong_types")
    counts = pipeline.scan()
    assert pipeline.ask(SOURCE_INCIDENTS) == [("source:wms", 3, "open")]
    assert "too many bad rows" in pipeline.ask(SOURCE_REASON)[0]
    assert pipeline.ask(OPEN_NODES) == [REVIEW]
    assert counts["unknown"] > 20


@pytest.mark.parametrize("source", ["erp", "wms"])
def test_a_source_whose_clock_is_off_is_out_although_it_answers(
    pipeline: Pipeline, troubled: Company, source: str
) -> None:
    troubled.fail(source, "skewed_clock")
    pipeline.scan()
    assert pipeline.failures == []
    assert pipeline.ask(SOURCE_INCIDENTS) == [(f"source:{source}", 3, "open")]
    assert re.search(r"its clock differs by (7199|7200|7201) s", pipeline.ask(SOURCE_REASON)[0])


def test_an_empty_answer_moves_no_order(pipeline: Pipeline, troubled: Company) -> None:
    before = pipeline.ask("select order_id, node from order_alert order by 1, 2")
    troubled.fail("wms", "empty")
    pipeline.scan()
    assert pipeline.ask("select order_id, node from order_alert order by 1, 2") == before


def test_a_source_that_has_never_answered_is_out(install: Install, troubled: Company) -> None:
    troubled.fail("wms", "down")
    stranger = install(of=troubled)
    stranger.scan()
    assert stranger.ask(SOURCE_INCIDENTS) == [("source:wms", 3, "open")]
    assert stranger.ask(OPEN_NODES) == [REVIEW]


def test_silence_becomes_one_incident_after_its_time_and_ends_with_the_silence(
    install: Install, start_company: StartCompany
) -> None:
    company = start_company()  # its clock moves
    pipeline = install(of=company)
    told = "select count(*) from effect_incident join incident using (incident_id) join effect using (effect_id)"
    pipeline.scan()
    company.fail("wms", "down")
    pipeline.scan()
    assert pipeline.ask(SOURCE_INCIDENTS) == []
    late = pipeline.ask("select order_id, node from anomaly where closed_at is null order by 1, 2")

    advance(pipeline, company, timedelta(minutes=41))
    counts = pipeline.scan()
    assert pipeline.ask(SOURCE_INCIDENTS) == [("source:wms", 3, "open")]
    assert counts["incidents_opened"] == 1
    assert pipeline.ask("select order_id, node from anomaly where closed_at is null and node > 1 order by 1, 2") == [
        one for one in late if one[1] > REVIEW
    ]
    announced = pipeline.ask(f"{told} where kind = 'source'")
    pipeline.scan()
    assert pipeline.ask(SOURCE_INCIDENTS) == [("source:wms", 3, "open")]
    assert pipeline.ask(f"{told} where kind = 'source'") == announced

    company.heal()
    counts = pipeline.scan()
    assert pipeline.ask(SOURCE_INCIDENTS) == [("source:wms", 3, "resolved")]
    assert counts["unknown"] == 0
    truth = company.truth()
    planted = {(one["order_id"], one["node"]) for one in truth["anomalies"]}
    found = {
        (order, ("review", "print", "pick", "outbound", "transport")[node - 1])
        for order, node in pipeline.ask("select order_id, node from anomaly where closed_at is null")
    }
    assert found == planted
    resolved = pipeline.ask(f"{told} where kind = 'source' and family = 'resolved'")
    assert resolved == announced  # everybody who heard of it

    company.fail("wms", "down")
    advance(pipeline, company, timedelta(minutes=41))
    pipeline.scan()
    assert pipeline.ask("select state, reopened from incident where kind = 'source'") == [("open", 1)]
    assert pipeline.ask(f"{told} where kind = 'source' and family = 'opened'") == [2 * announced[0]]


def test_one_scan_of_some_sources_leaves_what_is_known_of_the_others_in_force(pipeline: Pipeline) -> None:
    pipeline.scan(["erp"])
    assert set(pipeline.ask(OPEN_NODES)) == {REVIEW, *OTHERS}


def test_a_pull_that_was_interrupted_leaves_its_orders_unjudged(pipeline: Pipeline) -> None:
    scan_id = pipeline.bring_in(["erp", "crm"])
    with pipeline.engine.begin() as conn:
        conn.exec_driver_sql(
            "insert into feed_pull (scan_id, source, feed, mode, until)"
            f" values ({scan_id}, 'wms', 'shipments', 'changes', business_now())"
        )
    counts = pipeline.detect(scan_id)
    assert pipeline.ask(OPEN_NODES) == [REVIEW]
    assert counts["unknown"] > 20
