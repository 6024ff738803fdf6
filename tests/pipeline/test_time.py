"""Hours later: promises that have run out become late orders, and the books still equal the company's truth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderwatch.local.verdict import Reality, compare
from orderwatch.store.attention import acknowledge
from orderwatch.store.findings import count_waiting, read_found, read_quarantined, read_silenced
from tests.pipeline.company import Company
from tests.pipeline.conftest import Install, StartCompany
from tests.pipeline.harness import Pipeline


@pytest.fixture(scope="module")
def aging(start_company: StartCompany) -> Company:
    return start_company()


@pytest.fixture(scope="module")
def pipeline(install: Install, aging: Company) -> Pipeline:
    made = install(of=aging)
    made.scan()
    made.notify()
    acknowledge_all(made)
    return made


def test_a_presale_whose_date_has_passed_is_a_broken_promise(pipeline: Pipeline, aging: Company) -> None:
    presale = {one["order_id"] for one in aging.truth()["suppressed"] if one["reason"] == "presale"}
    pass_time(pipeline, aging, timedelta(hours=7))
    promised = [one for one in aging.truth()["anomalies"] if one["order_id"] in presale]
    assert [(one["level"], one["kind"]) for one in promised] == [(1, "single")]
    late = "select level, evidence -> 'reasons' ? 'broken_promise' from anomaly where order_id = :o"
    assert pipeline.ask(late, o=promised[0]["order_id"]) == []  # two hours of grace
    pass_time(pipeline, aging, timedelta(hours=2))
    assert pipeline.ask(late, o=promised[0]["order_id"]) == [(1, True)]


def test_after_hours_of_scans_the_books_are_the_truth_and_everybody_has_heard(
    pipeline: Pipeline, aging: Company
) -> None:
    pipeline.notify()
    with pipeline.engine.connect() as conn:
        reality = Reality(
            count_waiting(conn), read_found(conn), read_silenced(conn), read_quarantined(conn),
            aging.chat(), aging.mails(), 0, 0.0,
        )  # fmt: skip
    _, differences = compare(triage_expired(aging.truth()), reality)
    assert "\n".join(differences) == ""


def acknowledge_all(pipeline: Pipeline) -> None:
    """The owners are attentive, so that nobody else has to hear of what is theirs."""
    for incident_id in pipeline.ask("select incident_id from incident where state = 'open' and level > 0"):
        with pipeline.engine.begin() as conn:
            acknowledge(conn, incident_id, "somebody")


def triage_expired(truth: dict[str, Any]) -> dict[str, Any]:
    """After four hours a doubtful order that nobody looked at counts as a late one."""
    for one in (*truth["anomalies"], *truth["incidents"]):
        one["kind"] = one["kind"].replace("triage", "single")
    return truth


def pass_time(pipeline: Pipeline, company: Company, step: timedelta) -> None:
    """Time passes at the company and here; two scans see it."""
    company.advance(step)
    pipeline.set_clock(company.ahead())
    pipeline.scan()
    pipeline.scan()
    acknowledge_all(pipeline)
