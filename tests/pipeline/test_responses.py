"""Every incident that a playbook answers has one run, begun once, whatever happens in between."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine

from orderwatch.core.playbook.load import Loaded, load_folder
from orderwatch.paths import PLAYBOOKS
from orderwatch.pipeline.playbook_errors import tell_errors
from orderwatch.pipeline.responses import Run, start_responses
from orderwatch.store import playbooks
from tests.pipeline.answering import important
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, a_shipment, an_order, late_in_pick
from tests.pipeline.killing import count_statements

QUARTER = 15 * MINUTE


@dataclass
class Airflow:
    """Remembers which runs were begun; ``deaf`` it hears nothing."""

    runs: list[Run] = field(default_factory=list)
    deaf: bool = False

    def trigger(self, run: Run) -> str:
        if self.deaf:
            raise RuntimeError("no answer")
        if run.run_id in {one.run_id for one in self.runs}:
            return "exists"
        self.runs.append(run)
        return "started"

    @property
    def begun(self) -> list[tuple[str, str]]:
        return [(run.dag_id, run.run_id) for run in self.runs]


@pytest.fixture(scope="module")
def shipped() -> list[Loaded]:
    good, problems = load_folder(PLAYBOOKS)
    assert problems == {}
    return list(good.values())


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture
def airflow() -> Airflow:
    return Airflow()


def start(desk: Desk, airflow: Airflow, shipped: list[Loaded]) -> dict[str, int]:
    return start_responses(desk.engine, desk.policy, shipped, airflow.trigger, None)


def test_an_important_order_is_answered_and_an_ordinary_one_is_not(
    desk: Desk, airflow: Airflow, shipped: list[Loaded]
) -> None:
    both = [an_order("SO1", value_minor=900_000), an_order("SO2")]
    desk.scan(orders=both, shipments=[a_shipment("SO1"), a_shipment("SO2")])
    (incident,) = desk.ask("select incident_id from incident where level = 1")
    assert start(desk, airflow, shipped) == {"started": 1}
    assert airflow.begun == [("playbook_single_important", f"inc-{incident:06}-r1")]
    assert airflow.runs[0].conf == {"incident_id": incident}


def test_what_no_playbook_wants_costs_no_more_however_many_there_are(
    desk: Desk, airflow: Airflow, shipped: list[Loaded]
) -> None:
    """Ordinary late orders stay open for days, and every scan comes past all of them."""
    few, many = [f"SO{number}" for number in range(2)], [f"SO{number}" for number in range(2, 30)]
    desk.scan(**late_in_pick(*few))
    cost = count_statements(lambda: start(desk, airflow, shipped), desk.engine)
    desk.scan(**late_in_pick(*many))
    assert desk.ask("select count(*) from incident where state = 'open' and level = 0") == [30]
    assert count_statements(lambda: start(desk, airflow, shipped), desk.engine) == cost
    assert airflow.begun == []


def test_starting_again_starts_nothing(desk: Desk, airflow: Airflow, shipped: list[Loaded]) -> None:
    important(desk)
    start(desk, airflow, shipped)
    for _ in range(3):
        assert start(desk, airflow, shipped) == {}
    assert len(airflow.runs) == 1


def test_a_run_that_airflow_did_not_hear_of_is_begun_later_under_the_same_name(
    desk: Desk, airflow: Airflow, shipped: list[Loaded]
) -> None:
    important(desk)
    airflow.deaf = True
    assert start(desk, airflow, shipped) == {"failed": 1}
    airflow.deaf = False
    assert start(desk, airflow, shipped) == {"started": 1}
    assert [run_id[-3:] for _, run_id in airflow.begun] == ["-r1"]


def test_a_run_that_began_although_nobody_noted_it_is_not_begun_twice(
    desk: Desk, airflow: Airflow, shipped: list[Loaded]
) -> None:
    important(desk)
    start(desk, airflow, shipped)
    with desk.engine.begin() as conn:
        conn.exec_driver_sql("update response set triggered_at = null")
    assert start(desk, airflow, shipped) == {"exists": 1}
    assert len(airflow.runs) == 1


def test_the_gravest_come_first_and_the_rest_waits_for_the_next_scan(
    desk: Desk, airflow: Airflow, shipped: list[Loaded]
) -> None:
    few = desk.policy.response.model_copy(update={"runs_per_scan": 1})
    desk.policy = desk.policy.model_copy(update={"response": few})
    desk.scan(
        orders=[an_order("SO1", value_minor=900_000), an_order("SO2")],
        shipments=[a_shipment("SO1"), a_shipment("SO2", shortage_skus=["SKU-1"])],
    )
    start(desk, airflow, shipped)
    start(desk, airflow, shipped)
    assert [dag_id for dag_id, _ in airflow.begun] == ["playbook_stock_out", "playbook_single_important"]


def test_a_doubt_that_expires_is_answered_anew_by_the_playbook_for_what_it_has_become(
    desk: Desk, airflow: Airflow, shipped: list[Loaded]
) -> None:
    order = an_order("SO1", flags=["fraud_hold"], value_minor=900_000)
    desk.scan(orders=[order], shipments=[a_shipment("SO1")])
    start(desk, airflow, shipped)
    desk.advance(4 * HOUR)
    desk.scan()
    start(desk, airflow, shipped)
    assert [(dag_id, run_id[-3:]) for dag_id, run_id in airflow.begun] == [
        ("playbook_triage_check", "-r1"), ("playbook_single_important", "-r2")
    ]  # fmt: skip


def test_an_incident_that_a_larger_one_explains_is_not_answered(
    desk: Desk, airflow: Airflow, shipped: list[Loaded]
) -> None:
    desk.scan(**late_in_pick(*(f"SO{n}" for n in range(60))))
    start(desk, airflow, shipped)
    assert [dag_id for dag_id, _ in airflow.begun] == ["playbook_mass_delay"]


def test_a_backfill_of_thirty_days_answers_nothing_twice(desk: Desk, airflow: Airflow, shipped: list[Loaded]) -> None:
    important(desk)
    start(desk, airflow, shipped)
    effects = desk.ask("select count(*) from effect")
    for _ in range(30):
        desk.scan()
        start(desk, airflow, shipped)
    assert len(airflow.runs) == 1
    assert desk.ask("select count(*) from effect") == effects


def test_an_order_that_is_healed_before_its_run_begins_is_not_answered(
    desk: Desk, airflow: Airflow, shipped: list[Loaded]
) -> None:
    important(desk)
    desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    desk.scan()
    assert start(desk, airflow, shipped) == {}


# --- broken files ---


def test_a_broken_file_is_told_once_to_those_who_mend_it(desk: Desk, shipped: list[Loaded]) -> None:
    def publish(problem: str) -> list[str]:
        with desk.engine.begin() as conn:
            release = playbooks.Release("one", shipped)
            playbooks.publish(conn, release, {"stock_out.yaml": problem}, desk.now())
            return tell_errors(conn, desk.policy, desk.now())

    assert len(publish("stock_out.yaml:7 limits.runtime: 6 has no unit")) == 2  # chat and mail of the data engineer
    assert publish("stock_out.yaml:7 limits.runtime: 6 has no unit") == []
    assert len(publish("stock_out.yaml:9 another mistake")) == 2
    text = desk.ask("select payload ->> 'text' from effect where recipient like 'li.na@%' order by effect_id limit 1")
    assert "stock_out.yaml" in text[0] and "has no unit" in text[0]
