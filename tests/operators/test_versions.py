"""Another clock decides what is late only after a person with the right has said so, in Airflow."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowSkipException
from airflow.serialization.serialized_objects import DagSerialization
from sqlalchemy import Engine

from orderwatch.core.policy import load_policy
from orderwatch.edge import parking
from orderwatch.edge.version_link import VersionReportLink
from orderwatch.operators.activate_version import ActivateVersionOperator
from orderwatch.operators.approve_version import APPROVE, REJECT, ApproveVersionOperator
from orderwatch.operators.base import AS_POLICY
from orderwatch.operators.learn_thresholds import LearnThresholdsOperator
from orderwatch.operators.pull_source import history_of
from orderwatch.paths import POLICY
from orderwatch_plugin import OrderwatchPlugin
from tests.dags.installation import read_dag
from tests.operators.test_playbook import Parked
from tests.pipeline.desk import Desk
from tests.pipeline.test_versions import a_lesson, keep


@pytest.fixture
def desk(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(engine)
    for operator in (ApproveVersionOperator, ActivateVersionOperator):
        monkeypatch.setattr(operator, "engine", staticmethod(lambda: desk.engine))
    return desk


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []

    def park(context: Any, **asked: Any) -> None:
        raise Parked(**asked)

    monkeypatch.setattr(parking, "say", lambda context, label: said.append(label))
    monkeypatch.setattr(parking, "park", park)
    return said


def approval(version: int | None) -> ApproveVersionOperator:
    return ApproveVersionOperator(task_id="approve_version", learned={"version": version})


def event(option: str, name: str) -> dict[str, Any]:
    return {"chosen_options": [option], "responded_by_user": {"id": name, "name": name}}


def test_a_version_with_the_same_clock_asks_nobody(desk: Desk, words: list[str]) -> None:
    version, _ = keep(desk)
    assert approval(version).execute({"run_id": "r"}) == version  # type: ignore[typeddict-item]
    assert words == [f"version {version}: nobody has to be asked"]


def test_another_clock_waits_for_a_person_as_long_as_the_run_may_last(desk: Desk, words: list[str]) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))
    with pytest.raises(Parked, match=f"Threshold version {version}") as parked:
        approval(version).execute({"run_id": "r"})  # type: ignore[typeddict-item]
    assert "timeout" not in parked.value.asked and "fields" not in parked.value.asked
    assert "risk:0.80" in parked.value.asked["body"]
    assert "Without a yes within 14 days the version in force stays" in parked.value.asked["body"]


@pytest.mark.parametrize(("window", "days"), [(AS_POLICY, 180), ("30d", 180), ("400d", 400)])
def test_what_a_run_is_to_learn_from_is_fetched_too(window: str, days: int) -> None:
    assert history_of(load_policy(POLICY), {"window": window}) == timedelta(days=days)


def test_yes_goes_on_and_open_orders_follow(desk: Desk, words: list[str]) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))
    assert approval(version).after_answer({"run_id": "r"}, event(APPROVE, "admin")) == version  # type: ignore[typeddict-item]
    activate = ActivateVersionOperator(task_id="activate_version", version=version)
    assert activate.execute({"run_id": "r"})["version"] == version  # type: ignore[typeddict-item]
    assert words == [f"version {version} approved by admin", f"version {version} is in force; 0 open orders moved"]
    assert desk.ask("select version from threshold_active") == [version]


def test_no_ends_it_and_asks_nobody_again(desk: Desk, words: list[str]) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))
    with pytest.raises(AirflowSkipException, match="rejected by admin"):
        approval(version).after_answer({"run_id": "r"}, event(REJECT, "admin"))  # type: ignore[typeddict-item]
    with pytest.raises(AirflowSkipException, match="has been rejected"):
        approval(version).execute({"run_id": "r"})  # type: ignore[typeddict-item]


def test_the_word_of_whoever_lacks_the_right_leaves_the_question_open(desk: Desk, words: list[str]) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))
    with pytest.raises(Parked):
        approval(version).after_answer({"run_id": "r"}, event(APPROVE, "operations"))  # type: ignore[typeddict-item]
    assert desk.ask("select decision from threshold_decision where version = :v", v=version) == ["held"]
    assert f"version {version} waits for a person; the last answer did not count: operations holds" in words[-1]


def test_a_dry_run_has_nothing_to_decide(desk: Desk, words: list[str]) -> None:
    with pytest.raises(AirflowSkipException, match="dry run"):
        approval(None).execute({"run_id": "r"})  # type: ignore[typeddict-item]


# --- the way to the pictures ---

RETRAINING = {"dag_id": "threshold_retraining", "run_id": "scheduled__2026-11-01T03:00:00+00:00"}
TAB = "/dags/threshold_retraining/runs/scheduled__2026-11-01T03%3A00%3A00%2B00%3A00/plugin/orderwatch-run"


@pytest.mark.parametrize("operator", [LearnThresholdsOperator, ApproveVersionOperator, ActivateVersionOperator])
def test_the_tasks_about_a_version_lead_to_its_pictures(operator: Any) -> None:
    (link,) = operator.operator_extra_links
    assert link.get_link(None, ti_key=SimpleNamespace(**RETRAINING)).endswith(TAB)
    views = {view["url_route"]: view for view in OrderwatchPlugin.external_views}
    assert views["orderwatch-run"]["destination"] == "dag_run"  # what the address ends with


def test_airflow_shows_the_link_once_the_task_has_written_it_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """The task leaves the address behind where Airflow's page looks for it; no code of ours runs there."""
    # as in the API server: a scheduler, such as a test may have run in this process, reads DAGs without their links
    monkeypatch.setattr(DagSerialization, "_load_operator_extra_links", True)
    dag = DagSerialization.from_dict(DagSerialization.to_dict(read_dag("threshold_retraining")))
    links = {task.task_id: task.operator_extra_link_dict for task in dag.tasks if task.operator_extra_links}
    assert set(links) == {"learn_thresholds", "approve_version", "activate_version"}
    assert {link.xcom_key for of in links.values() for link in of.values()} == {VersionReportLink().xcom_key}


def test_the_question_leads_to_the_pictures(desk: Desk, words: list[str]) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))
    with DAG("threshold_retraining", schedule=None):
        asks = approval(version)
    with pytest.raises(Parked) as parked:
        asks.execute({"run_id": RETRAINING["run_id"]})  # type: ignore[typeddict-item]
    assert f"{TAB})" in parked.value.asked["body"]
