"""The story of the home appliances, in a company whose truth is known: placeholders are found from feedback alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from orderwatch.core.policy import Policy
from orderwatch.pipeline.learn_rules import learn_rules
from orderwatch.pipeline.people.acknowledge import acknowledge
from orderwatch.pipeline.people.act import By, Seen
from orderwatch.pipeline.people.dismiss import dismiss
from orderwatch.pipeline.people.rules import activate, take_into_shadow
from tests.pipeline.company import Company
from tests.pipeline.conftest import Install, StartCompany
from tests.pipeline.harness import Pipeline, the_policy
from tests.pipeline.people.conftest import with_logins

MORNING, AFTERNOON = timedelta(hours=3), timedelta(hours=4)  # until the first wave is late, then the second


def short_shadow(policy: Policy) -> Policy:
    """In one day of a company nobody waits two weeks."""
    learning = policy.learning.model_copy(update={"shadow_least": timedelta(hours=1)})
    return with_logins(policy).model_copy(update={"learning": learning})


@pytest.fixture(scope="module")
def day(start_company: StartCompany, install: Install) -> tuple[Pipeline, Company]:
    company = start_company()
    pipeline = install(of=company)
    pipeline.policy = short_shadow(the_policy())
    pipeline.scan()
    return pipeline, company


def later(pipeline: Pipeline, company: Company, step: timedelta) -> dict[str, Any]:
    """So much later: the scan, and what was planted as of then."""
    company.advance(step)
    pipeline.set_clock(company.ahead())
    pipeline.scan()
    return company.truth()


def orders_of(truth: dict[str, Any], *, really: str | None, among: set[str]) -> set[str]:
    return {one["order_id"] for one in truth["anomalies"] if one.get("really") == really and one["order_id"] in among}


def appliances(pipeline: Pipeline) -> set[str]:
    return set(pipeline.ask("select order_id from orders where category = 'appliances' and status = 'open'"))


def do(pipeline: Pipeline, login: str, act: Callable[..., Any], order_id: str, *words: str) -> None:
    (incident, version), *_ = pipeline.ask(
        "select incident_id, edit_version from incident join incident_member using (incident_id)"
        " join anomaly using (anomaly_id) where order_id = :o",
        o=order_id,
    )
    with pipeline.engine.begin() as conn:
        act(conn, pipeline.policy, By(login), Seen(incident, version), *words)


def test_two_people_turn_what_the_staff_says_into_a_check_that_spares_the_next_ones(
    day: tuple[Pipeline, Company],
) -> None:
    pipeline, company = day

    # the first wave: nobody knows better, so all of them are alarmed
    truth = later(pipeline, company, MORNING)
    known = appliances(pipeline)
    fakes, genuine = (orders_of(truth, really=really, among=known) for really in ("placeholder", None))
    assert (len(fakes), len(genuine)) == (6, 3)
    alarmed = set(pipeline.ask("select order_id from anomaly where verdict = 'anomaly' and closed_at is null"))
    assert fakes | genuine <= alarmed

    # the staff says what they are
    for order_id in sorted(fakes):
        do(pipeline, "manager", dismiss, order_id, "not_an_order", "sales holds an appointment")
    for order_id in sorted(genuine):
        do(pipeline, "manager", acknowledge, order_id)

    # what they have in common is found, and it holds for no genuine one
    found = learn_rules(pipeline.engine, pipeline.policy, "today", "http://airflow.example", pipeline.now())
    (proposal,) = found["proposed"]
    assert (proposal["kind"], proposal["false_alarms"], proposal["would_hide"]) == ("check", 6, 0)
    assert "entered by: sales" in proposal["asked"] and "appointment" in proposal["asked"]
    (evidence,) = pipeline.ask("select real_alarms, ordinary, population from rule_evidence")
    assert evidence[:2] == (0, 6) and evidence[2] > 3000  # the six are the placeholders that are not late yet

    # one person tries it, another one activates it
    with pipeline.engine.begin() as conn:
        take_into_shadow(conn, pipeline.policy, By("manager"), proposal["rule"], "six of six")
    later(pipeline, company, timedelta(hours=1, minutes=30))
    with pipeline.engine.begin() as conn:
        activate(conn, pipeline.policy, By("vp"), 1, pipeline.now() + timedelta(days=60), "it hid nothing")

    # the second wave: placeholders go to a person, the genuine ones are alarmed
    truth = later(pipeline, company, AFTERNOON - timedelta(hours=1, minutes=30))
    second = appliances(pipeline) - fakes - genuine
    fakes, genuine = (orders_of(truth, really=really, among=second) for really in ("placeholder", None))
    assert (len(fakes), len(genuine)) == (6, 3)
    verdicts = dict(pipeline.ask("select order_id, verdict from anomaly where closed_at is null"))
    assert {verdicts[one] for one in fakes} == {"suspect"}
    assert {verdicts[one] for one in genuine} == {"anomaly"}
    states = dict(
        pipeline.ask(
            "select order_id, state from incident join incident_member using (incident_id) join anomaly"
            " using (anomaly_id)"
        )
    )
    assert {states[one] for one in fakes} == {"triage"} and {states[one] for one in genuine} == {"open"}
