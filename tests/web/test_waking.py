"""What is done on our pages wakes the very steps in Airflow that wait for it, and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderwatch.edge import waking
from orderwatch.edge.parking import WOKEN
from tests.pipeline.answering import Answering
from tests.pipeline.desk import Desk
from tests.web.conftest import LogIn, send
from tests.web.test_approvals_page import ask_about, number

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance

Park = Callable[..., None]
States = Callable[[], dict[tuple[str, str], tuple[str, Any]]]


@pytest.fixture
def park(tables: None) -> Iterator[Park]:
    """Writes a task that waits for a person into Airflow's own tables."""
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session

    def written(run_id: str, task_id: str, dag_id: str = "playbook_single_important", **about: Any) -> None:
        with create_session() as session:
            if session.query(DagRun).filter_by(dag_id=dag_id, run_id=run_id).first() is None:
                session.add(a_run(dag_id, run_id))
                session.flush()
            session.add(a_task(dag_id, run_id, task_id, **about))

    yield written
    with create_session() as session:
        session.query(TaskInstance).delete()
        session.query(DagRun).delete()


def a_run(dag_id: str, run_id: str) -> Any:
    from airflow._shared.timezones import timezone
    from airflow.models.dagrun import DagRun
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    now = timezone.utcnow()
    return DagRun(
        dag_id=dag_id, run_id=run_id, run_type=DagRunType.MANUAL, run_after=now, start_date=now, state="running",
        triggered_by=DagRunTriggeredByType.TEST,
    )  # fmt: skip


def a_task(dag_id: str, run_id: str, task_id: str, state: str = "awaiting_input") -> TaskInstance:
    from airflow.models.taskinstance import TaskInstance
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.serialization.serialized_objects import create_scheduler_operator

    task = create_scheduler_operator(EmptyOperator(task_id=task_id))
    made = TaskInstance(task=task, dag_version_id=None, run_id=run_id)
    made.dag_id, made.state, made.next_method, made.next_kwargs = dag_id, state, "after_answer", {"until": "x"}
    return made


def standing() -> dict[tuple[str, str], tuple[str | None, dict[str, Any]]]:
    """(run, task) to (state, what it wakes with) of every task that there is."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk.serde import deserialize
    from airflow.utils.session import create_session

    with create_session() as session:
        return {
            (one.run_id, one.task_id): (one.state, deserialize(one.next_kwargs) if one.next_kwargs else {})
            for one in session.query(TaskInstance)
        }


def awake(run_id: str, task_id: str) -> bool:
    state, words = standing()[run_id, task_id]
    return state == "scheduled" and words["event"] == WOKEN


def test_only_parked_steps_of_these_runs_of_playbooks_wake(park: Park) -> None:
    park("inc-1-r1", "approve_voucher")
    park("inc-1-r1", "call_customer", state="running")
    park("inc-2-r1", "approve_voucher")
    park("inc-1-r1", "approve_version", dag_id="threshold_retraining")
    assert waking.wake(["inc-1-r1"]) == 1
    assert awake("inc-1-r1", "approve_voucher")
    assert standing()["inc-1-r1", "approve_voucher"][1]["until"] == "x"  # what it remembers is kept
    assert standing()["inc-1-r1", "call_customer"][0] == "running"
    assert not awake("inc-2-r1", "approve_voucher") and not awake("inc-1-r1", "approve_version")
    assert waking.wake([]) == waking.wake(["inc-1-r1"]) == 0


def test_an_answer_on_the_page_wakes_its_gate(log_in: LogIn, company: Desk, park: Park) -> None:
    first, second = ask_about(company, "SO-1", 900_000), ask_about(company, "SO-2", 900_000)
    runs = company.ask("select run_id from response order by incident_id")
    for run_id in runs:
        park(run_id, "approve_voucher")
    assert send(log_in("picker"), f"/approvals/{number(second)}/approve", amount_minor=9000).status_code == 403
    assert not any(awake(run_id, "approve_voucher") for run_id in runs)
    assert send(log_in("supervisor"), f"/approvals/{number(second)}/approve", amount_minor=9000).status_code == 200
    assert [awake(run_id, "approve_voucher") for run_id in runs] == [False, True]
    assert first.desk is second.desk


def test_a_release_wakes_the_gate_too(log_in: LogIn, company: Desk, park: Park) -> None:
    asked = ask_about(company, "SO-1", 900_000)
    (run_id,) = company.ask("select run_id from response")
    park(run_id, "approve_voucher")
    path = f"/incident/{asked.response.incident_id}/release"
    assert send(log_in("supervisor"), path, version=0, amount_minor=9000, money="true").status_code == 200
    assert awake(run_id, "approve_voucher")


@pytest.mark.parametrize("scope", ["everything", "playbook", "order", "incident"])
def test_a_hand_back_wakes_what_it_held(log_in: LogIn, company: Desk, park: Park, scope: str) -> None:
    asked, other = ask_about(company, "SO-1", 900_000), ask_about(company, "SO-2", 900_000)
    runs = company.ask("select run_id from response order by incident_id")
    for run_id in runs:
        park(run_id, "call_customer")
    subject = {"everything": "", "playbook": "single_important", "order": "SO-1", "incident": "1"}[scope]
    number = paused(asked, scope, subject)
    answer = log_in("manager").post(
        f"/api/v1/pauses/{number}/end", json={"version": 0}, headers={"sec-fetch-site": "same-origin"}
    )
    assert answer.status_code == 200, answer.text
    one = scope in {"order", "incident"}
    assert [awake(run_id, "call_customer") for run_id in runs] == [True, not one]
    assert other.desk is company


def paused(asked: Answering, scope: Any, subject: str) -> int:
    from orderwatch.store import pauses

    with asked.desk.engine.begin() as conn:
        return pauses.take(
            conn, scope=scope, subject=subject, by="manager", reason="r", lasting=timedelta(hours=1),
            now=asked.desk.now(),
        )  # fmt: skip


def test_an_answer_counts_also_where_airflow_cannot_be_woken(
    log_in: LogIn, company: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(run_ids: object) -> int:
        raise RuntimeError("no such table")

    asked = ask_about(company, "SO-1", 900_000)
    monkeypatch.setattr(waking, "_wake", broken)
    assert send(log_in("supervisor"), f"/approvals/{number(asked)}/approve", amount_minor=9000).status_code == 200
    assert company.ask("select outcome from approval") == ["approved"]
