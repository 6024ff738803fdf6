"""The doors into Airflow that are not public: these tests are red when a new Airflow has moved one."""

from __future__ import annotations

import inspect
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from orderwatch.pipeline.responses import Run
from tests.dags import airflow_home  # sets Airflow's environment

assert airflow_home
RUN = Run("playbook_x", "inc-000001-r1", {"incident_id": 1}, "#1 order:SO1:pick")


class Comms:
    """Stands where Airflow's supervisor listens, and answers what it is told to."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.sent: list[Any] = []

    def send(self, msg: Any) -> Any:
        self.sent.append(msg)
        return self.answer


@pytest.fixture
def comms(monkeypatch: pytest.MonkeyPatch) -> Comms:
    from airflow.sdk.execution_time import task_runner

    made = Comms()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", made, raising=False)
    return made


def test_a_run_is_begun_under_our_name_with_our_note(comms: Comms) -> None:
    from orderwatch.edge.runs import trigger

    assert trigger(RUN) == "started"
    (message,) = comms.sent
    assert (message.dag_id, message.run_id, message.conf, message.note, message.logical_date) == (
        RUN.dag_id, RUN.run_id, RUN.conf, RUN.note, None
    )  # fmt: skip


def test_a_run_that_exists_is_no_failure_and_any_other_no_is(comms: Comms) -> None:
    from airflow.sdk.exceptions import ErrorType
    from airflow.sdk.execution_time.comms import ErrorResponse

    from orderwatch.edge.runs import trigger

    comms.answer = ErrorResponse(error=ErrorType.DAGRUN_ALREADY_EXISTS)
    assert trigger(RUN) == "exists"
    comms.answer = ErrorResponse(error=ErrorType.GENERIC_ERROR, detail={"why": "no such DAG"})
    with pytest.raises(RuntimeError, match="no such DAG"):
        trigger(RUN)


def test_words_are_shown_at_once_and_kept_for_the_template(comms: Comms) -> None:
    from airflow.sdk.execution_time.comms import SetRenderedMapIndex

    from orderwatch.edge import parking

    context: Any = {}
    parking.say(context, "x" * 300)
    assert isinstance(comms.sent[0], SetRenderedMapIndex)
    assert comms.sent[0].rendered_map_index == context[parking.LABEL] == "x" * 240


def test_a_parked_task_asks_and_gives_its_slot_back(comms: Comms) -> None:
    from airflow.sdk import Param
    from airflow.sdk.exceptions import TaskAwaitingInput
    from airflow.sdk.execution_time.comms import CreateHITLDetailPayload

    from orderwatch.edge import parking

    context: Any = {"task_instance": SimpleNamespace(id=uuid4())}
    with pytest.raises(TaskAwaitingInput) as parked:
        parking.park(
            context, subject="s", body="b", options=("Yes", "No"), method="after", timeout=timedelta(hours=1),
            fields={"amount": Param("90.00", type="string", title="Amount")},
        )  # fmt: skip
    question = comms.sent[0]
    assert isinstance(question, CreateHITLDetailPayload)
    assert (question.options, question.defaults) == (["Yes", "No"], None)  # no default: silence is no answer
    assert question.params == {
        "amount": {
            "value": "90.00",
            "description": None,
            "schema": {"type": "string", "title": "Amount"},
            "source": None,
        }
    }
    assert (parked.value.method_name, parked.value.timeout) == ("after", timedelta(hours=1))


def test_the_scheduler_wakes_a_parked_task_in_the_words_that_we_read() -> None:
    """The event of a time-out and of an answer, as Airflow's own operator reads them."""
    from airflow.providers.standard.operators.hitl import HITLOperator

    source = inspect.getsource(HITLOperator.execute_complete) + inspect.getsource(
        HITLOperator.process_trigger_event_error
    )
    for word in ('event["error_type"]', '"timeout"', 'event["chosen_options"]', 'event["responded_by_user"]'):
        assert word in source


def test_airflow_still_keeps_the_words_of_the_first_question() -> None:
    """The day it does not, the amount may stand in the words again."""
    from airflow.api_fastapi.execution_api.routes import hitl

    source = inspect.getsource(hitl.upsert_hitl_detail)
    assert "hitl_detail_model.subject" not in source and "if not hitl_detail_model:" in source


def test_what_was_filled_in_is_read() -> None:
    from orderwatch.edge import parking

    assert parking.filled_in({"params_input": {"amount": "90.00"}}, "amount") == "90.00"
    assert parking.filled_in({"params_input": None}, "amount") == parking.filled_in({}, "amount") == ""


def test_an_answer_is_read_with_every_name_of_its_person() -> None:
    from orderwatch.edge import parking

    event = {"chosen_options": ["Yes"], "responded_by_user": {"id": "3", "name": "li.ting"}}
    assert parking.answered(event) == ("Yes", ("li.ting", "3"))
    assert parking.answered({"chosen_options": ["No"], "responded_by_user": None}) == ("No", ())
    assert parking.timed_out({"error": "x", "error_type": "timeout"}) and not parking.timed_out(event)
