"""A step in Airflow: it says in words how it ended, parks where a person has to speak, and believes only our tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from orderwatch.core.effect import Outcome
from orderwatch.edge import parking
from orderwatch.store import pauses
from tests.pipeline.answering import Answering, important
from tests.pipeline.desk import HOUR, Desk, an_order


class Parked(Exception):
    """The task has given its slot back; ``asked`` is what it asked with."""

    def __init__(self, **asked: Any) -> None:
        super().__init__(asked["subject"])
        self.asked = asked


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The words beside the task, in their order; parking is seen and not done."""
    words: list[str] = []

    def park(context: Any, **asked: Any) -> None:
        raise Parked(**asked)

    monkeypatch.setattr(parking, "say", lambda context, label: words.append(label))
    monkeypatch.setattr(parking, "park", park)
    return words  # type: ignore[return-value]


@pytest.fixture
def answering(engine: Engine) -> Answering:
    """An order of 9,000.00 yuan, whose voucher of 90.00 a person has to approve."""
    desk = Desk(engine)
    important(desk)
    return Answering(desk)


def the_step(answering: Answering, step: str) -> Any:
    from orderwatch.operators.playbook_step import PlaybookStepOperator

    assert answering.loaded is not None
    operator = PlaybookStepOperator(task_id=step, playbook=answering.loaded.id, raw=answering.loaded.raw, step=step)
    operator.response = lambda context: answering.response  # type: ignore[method-assign]
    return operator


def the_gate(answering: Answering) -> Any:
    from orderwatch.operators.approval_gate import ApprovalGateOperator

    assert answering.loaded is not None
    operator = ApprovalGateOperator(
        task_id="approve_voucher", playbook=answering.loaded.id, raw=answering.loaded.raw, step="approve_voucher",
        timeout=HOUR,
    )  # fmt: skip
    operator.response = lambda context: answering.response  # type: ignore[method-assign]
    operator.requester = lambda context: "orderwatch"  # type: ignore[method-assign]
    return operator


def answer(option: str, login: str, amount: str = "90.00") -> dict[str, Any]:
    who = {"id": login, "name": login}
    return {"chosen_options": [option], "responded_by_user": who, "params_input": {"amount": amount}}


TIMEOUT = {"error": "no answer", "error_type": "timeout"}


# --- steps ---


def test_a_step_that_has_acted_returns_what_it_did(answering: Answering, said: list[str]) -> None:
    assert the_step(answering, "call_customer").execute({}) == said[-1] == "open a work order: work_order-1"


def test_a_step_that_is_not_needed_is_skipped_with_the_reason(answering: Answering, said: list[str]) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    answering.ask()
    answering.answer("reject", "operations")
    with pytest.raises(AirflowSkipException, match="rejected by operations"):
        the_step(answering, "issue_voucher").execute({})
    assert said == ["rejected by operations"]


def test_money_without_a_decision_fails_for_good_and_says_what_to_clear(answering: Answering, said: list[str]) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    with pytest.raises(AirflowFailException, match="clear approve_voucher to ask for one"):
        the_step(answering, "issue_voucher").execute({})


def test_what_was_surely_not_sent_is_tried_again_and_what_nobody_can_say_of_is_not(
    answering: Answering, said: list[str]
) -> None:
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    answering.sinks.outcome["work_order"] = Outcome("not_sent", "no connection")
    with pytest.raises(AirflowException, match="not sent yet: no connection") as again:
        the_step(answering, "call_customer").execute({})
    assert not isinstance(again.value, AirflowFailException)
    answering.sinks.outcome["customer_mail"] = Outcome("unknown", "the answer was lost")
    with pytest.raises(AirflowFailException, match="nobody can say whether it arrived"):
        the_step(answering, "apologise").execute({})


def held(answering: Answering) -> int:
    with answering.desk.engine.begin() as conn:
        return pauses.take(
            conn, scope="everything", subject="", by="wang.fang", reason="stocktaking", lasting=HOUR,
            now=answering.desk.now(),
        )  # fmt: skip


def hand_back(answering: Answering, number: int) -> None:
    with answering.desk.engine.begin() as conn:
        assert pauses.end(conn, number, "wang.fang", answering.desk.now())


def test_a_held_step_parks_says_who_holds_it_and_goes_on_when_it_is_handed_back(
    answering: Answering, said: list[str]
) -> None:
    from orderwatch.operators.playbook_step import HAND_BACK, SKIP

    number, step = held(answering), the_step(answering, "call_customer")
    with pytest.raises(Parked) as parked:
        step.execute({})
    assert "held by wang.fang" in said[-1] and "stocktaking" in parked.value.asked["subject"]
    assert parked.value.asked["options"] == (HAND_BACK, SKIP)
    hand_back(answering, number)
    assert step.after_hold({}, answer(HAND_BACK, "operations")).startswith("open a work order")


def test_handing_back_in_airflow_alone_hands_nothing_back(answering: Answering, said: list[str]) -> None:
    from orderwatch.operators.playbook_step import HAND_BACK

    held(answering)
    with pytest.raises(Parked):
        the_step(answering, "call_customer").after_hold({}, answer(HAND_BACK, "operations"))
    assert not answering.sinks.arrived


def test_a_held_step_can_be_left_out(answering: Answering, said: list[str]) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    from orderwatch.operators.playbook_step import SKIP

    held(answering)
    with pytest.raises(AirflowSkipException):
        the_step(answering, "call_customer").after_hold({}, answer(SKIP, "operations"))
    assert said == ["skipped by operations"]


# --- gates ---


def test_a_gate_parks_without_defaults_and_with_its_time(answering: Answering, said: list[str]) -> None:
    from orderwatch.operators.approval_gate import APPROVE, REJECT

    with pytest.raises(Parked) as parked:
        the_gate(answering).execute({})
    assert said == ["waiting for customer_service_supervisor: ¥90.00"]
    assert parked.value.asked["options"] == (APPROVE, REJECT)
    left = datetime.fromisoformat(parked.value.asked["until"]) - datetime.now(UTC)
    assert HOUR - timedelta(minutes=1) < left <= HOUR
    assert parked.value.asked["timeout"] == parking.LOOK_EVERY < HOUR  # and looks for itself meanwhile


def test_the_words_of_a_question_hold_nothing_that_may_change_and_its_field_the_amount(
    answering: Answering, said: list[str]
) -> None:
    """Airflow keeps the words of the first question."""
    gate = the_gate(answering)
    questions = []
    for value in (900_000, 990_000):
        answering.desk.scan(orders=[an_order("SO1", value_minor=value, version=answering.desk.now())])
        with pytest.raises(Parked) as parked:
            gate.execute({})
        questions.append(parked.value.asked)
    assert (questions[0]["subject"], questions[0]["body"]) == (questions[1]["subject"], questions[1]["body"])
    assert [one["fields"]["amount"].value for one in questions] == ["90.00", "99.00"]


@pytest.mark.parametrize("seen", ["90.00", "", "ninety", "9900"])
def test_an_approval_given_for_the_amount_on_a_page_that_is_out_of_date_pays_nothing(
    answering: Answering, said: list[str], seen: str
) -> None:
    from orderwatch.operators.approval_gate import APPROVE

    gate = the_gate(answering)
    with pytest.raises(Parked):
        gate.execute({})
    answering.desk.scan(orders=[an_order("SO1", value_minor=990_000, version=answering.desk.now())])
    with pytest.raises(Parked):
        gate.execute({})
    with pytest.raises(Parked):
        gate.after_answer({}, answer(APPROVE, "operations", seen))
    assert "¥99.00 is asked about now: enter that amount" in said[-1]
    assert answering.perform("issue_voucher").state == "failed"
    assert gate.after_answer({}, answer(APPROVE, "operations", "¥99")) == "approved by operations: ¥99.00"


def test_an_approval_is_recorded_with_its_person(answering: Answering, said: list[str]) -> None:
    from orderwatch.operators.approval_gate import APPROVE

    gate = the_gate(answering)
    with pytest.raises(Parked):
        gate.execute({})
    assert gate.after_answer({}, answer(APPROVE, "operations")) == "approved by operations: ¥90.00"
    assert answering.desk.ask("select login, role, decision from approval_answer") == [
        ("operations", "customer_service_supervisor", "approve")
    ]


# --- answers by another door ---


def answered_on_our_pages(answering: Answering, decision: str = "approve") -> None:
    from orderwatch.pipeline.people.act import By
    from orderwatch.pipeline.people.answer import answer

    (number,) = answering.desk.ask("select max(approval_id) from approval where outcome is null")
    with answering.desk.engine.begin() as conn:
        answer(conn, answering.desk.policy, By("operations"), number, decision, 9000, "r")  # type: ignore[arg-type]


@pytest.mark.parametrize("event", [parking.WOKEN, TIMEOUT])
def test_an_answer_on_our_pages_lets_the_parked_gate_go_on_without_a_click_in_airflow(
    answering: Answering, said: list[str], event: dict[str, Any]
) -> None:
    gate = the_gate(answering)
    with pytest.raises(Parked) as parked:
        gate.execute({})
    answered_on_our_pages(answering)
    assert gate.after_answer({}, event, until=parked.value.asked["until"]) == "approved by operations: ¥90.00"
    assert answering.perform("issue_voucher").state == "done" and answering.sinks.count() == {"voucher": 1}


@pytest.mark.parametrize("event", [parking.WOKEN, TIMEOUT])
def test_a_look_that_finds_no_answer_waits_on_until_the_same_time_for_the_same_role(
    answering: Answering, said: list[str], event: dict[str, Any]
) -> None:
    gate = the_gate(answering)
    with pytest.raises(Parked) as parked:
        gate.execute({})
    until = parked.value.asked["until"]
    with pytest.raises(Parked) as again:
        gate.after_answer({}, event, until=until)
    assert again.value.asked["until"] == until
    assert said[-1] == "waiting for customer_service_supervisor: ¥90.00"
    over = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    with pytest.raises(Parked):
        gate.after_answer({}, TIMEOUT, until=over)
    assert said[-1] == "waiting for operations_manager: ¥90.00"


@pytest.mark.parametrize("event", [parking.WOKEN, TIMEOUT])
def test_a_step_that_is_handed_back_elsewhere_goes_on_without_a_click_in_airflow(
    answering: Answering, said: list[str], event: dict[str, Any]
) -> None:
    number, step = held(answering), the_step(answering, "call_customer")
    with pytest.raises(Parked) as parked:
        step.execute({})
    assert parked.value.asked["timeout"] == parking.LOOK_EVERY
    with pytest.raises(Parked):
        step.after_hold({}, event)
    hand_back(answering, number)
    assert step.after_hold({}, event).startswith("open a work order")


@pytest.mark.parametrize("login", ["viewer", "somebody"])
def test_an_answer_that_does_not_count_reopens_the_question_and_says_why(
    answering: Answering, said: list[str], login: str
) -> None:
    from orderwatch.operators.approval_gate import APPROVE

    gate = the_gate(answering)
    with pytest.raises(Parked):
        gate.execute({})
    with pytest.raises(Parked) as again:
        gate.after_answer({}, answer(APPROVE, login))
    assert "the last answer did not count" in said[-1] and "holds none of the roles" in said[-1]
    assert again.value.asked["fields"]["amount"].value == "90.00"
    assert answering.perform("issue_voucher").state == "failed"


def test_whoever_began_the_run_cannot_answer_the_question_that_follows_an_answer_that_did_not_count(
    answering: Answering, said: list[str]
) -> None:
    from orderwatch.operators.approval_gate import APPROVE

    gate = the_gate(answering)
    gate.requester = lambda context: "operations"
    with pytest.raises(Parked):
        gate.execute({})
    answering.desk.scan(orders=[an_order("SO1", value_minor=990_000, version=answering.desk.now())])
    for amount in ("90.00", "99.00"):
        with pytest.raises(Parked):
            gate.after_answer({}, answer(APPROVE, "operations", amount))
        assert "operations asked for this and cannot answer it" in said[-1]
    assert answering.perform("issue_voucher").state == "failed"
    assert gate.after_answer({}, answer(APPROVE, "admin", "99.00")).startswith("approved by admin")


@pytest.mark.parametrize("option", ["", "Approve", "Fail"])
def test_only_the_very_word_is_a_yes(answering: Answering, said: list[str], option: str) -> None:
    gate = the_gate(answering)
    with pytest.raises(Parked):
        gate.execute({})
    gate.after_answer({}, answer(option, "operations"))
    assert answering.perform("issue_voucher").label == "rejected by operations"


def test_an_answer_that_was_recorded_before_the_task_was_lost_is_found_and_not_asked_for_again(
    answering: Answering, said: list[str]
) -> None:
    gate = the_gate(answering)
    with pytest.raises(Parked):
        gate.execute({})
    answering.answer("approve", "operations")  # and the process dies
    assert gate.execute({}) == "approved by operations: ¥90.00"


def test_silence_asks_the_next_role_in_the_same_task_and_then_means_no(answering: Answering, said: list[str]) -> None:
    gate = the_gate(answering)
    with pytest.raises(Parked):
        gate.execute({})
    with pytest.raises(Parked):
        gate.after_answer({}, TIMEOUT)
    assert said[-1] == "waiting for operations_manager: ¥90.00"
    assert gate.after_answer({}, TIMEOUT) == "rejected by nobody in time: ¥90.00"


def test_whoever_began_the_run_by_hand_asked_for_it(answering: Answering) -> None:
    from types import SimpleNamespace

    from orderwatch.operators.approval_gate import ApprovalGateOperator

    def requester(run_type: str, user: str | None) -> str:
        run = SimpleNamespace(run_type=run_type, triggering_user_name=user)
        return ApprovalGateOperator.requester(None, {"dag_run": run})  # type: ignore[arg-type]

    assert requester("manual", "operations") == "operations"
    assert requester("operator_triggered", "operations") == "orderwatch"
