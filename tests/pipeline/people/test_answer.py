"""An answer that is given on our pages counts by the same rules as one that is given in Airflow."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By
from orderwatch.pipeline.people.answer import Answered, answer
from tests.pipeline.answering import Answering, important
from tests.pipeline.desk import NOON, Desk, an_order

FAR = 15_000  # more than the supervisor may approve


@pytest.fixture
def answering(desk: Desk) -> Answering:
    """A voucher of 90.00 waits for a person."""
    important(desk)
    made = Answering(desk)
    made.ask()
    return made


def say(answering: Answering, login: str, decision: str = "approve", amount: int = 9000, **words: Any) -> Answered:
    with answering.desk.engine.begin() as conn:
        (number,) = answering.desk.ask("select max(approval_id) from approval")
        role = words.pop("role", None)
        by = By(login, role)
        return answer(conn, answering.desk.policy, by, words.pop("number", number), decision, amount, **words)  # type: ignore[arg-type]


def refused(answering: Answering, code: str, *args: Any, **words: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        say(answering, *args, **words)
    assert caught.value.code == code
    assert answering.desk.ask("select count(*) from timeline where event = 'answered'") == [0]
    return caught.value


def test_a_yes_lets_the_act_go_once(answering: Answering) -> None:
    done = say(answering, "supervisor", reason="a good customer")
    assert (done.outcome, done.let_go, done.role) == ("approved", True, "customer_service_supervisor")
    assert answering.states("issue_voucher") == ["planned"]
    assert answering.perform("issue_voucher").state == answering.perform("issue_voucher").state == "done"
    assert answering.sinks.count() == {"voucher": 1}


def test_the_gate_knows_the_answer_and_asks_nobody_else(answering: Answering) -> None:
    say(answering, "supervisor")
    assert answering.ask().label == "approved by supervisor: ¥90.00"
    assert answering.out_of_time().label == "approved by supervisor: ¥90.00"


def test_a_no_says_why_and_nothing_goes_out(answering: Answering) -> None:
    refused(answering, "no_reason", "supervisor", "reject")
    done = say(answering, "supervisor", "reject", reason="not our fault")
    assert (done.outcome, done.let_go) == ("rejected", False)
    assert answering.perform("issue_voucher").label == "rejected by supervisor"
    assert not answering.sinks.count()
    assert answering.desk.ask("select note from approval_answer") == ["not our fault"]


def test_the_answer_is_a_line_of_the_timeline_in_both_languages(answering: Answering) -> None:
    from orderwatch.core.history import say_event

    say(answering, "supervisor", reason="<b>ok</b>")
    ((event, actor, detail),) = answering.desk.ask("select event, actor, detail from timeline where event = 'answered'")
    assert say_event(event, detail, actor, "en") == "supervisor says yes (¥90.00): <b>ok</b>"
    assert say_event(event, detail, actor, "zh-CN") == "supervisor批准（¥90.00）: <b>ok</b>"


@pytest.mark.parametrize("login", ["viewer", "picker", "engineer"])
def test_who_is_not_asked_cannot_answer_and_hears_who_can(answering: Answering, login: str) -> None:
    said = refused(answering, "not_asked_of_you", login).say("en")
    assert "customer service supervisor, operations manager" in said


def test_more_than_the_right_of_the_role_is_refused_with_who_may(desk: Desk) -> None:
    important(desk, value=1_500_000)
    answering = Answering(desk)
    answering.ask()
    said = refused(answering, "above_your_right", "supervisor", "approve", FAR).say("en")
    assert "¥150.00" in said and "operations manager" in said
    assert say(answering, "manager", amount=FAR).outcome == "approved"


def test_who_asked_cannot_answer(desk: Desk) -> None:
    important(desk)
    answering = Answering(desk)
    answering.ask(by="supervisor")
    assert "supervisor asked for this" in refused(answering, "asked_yourself", "supervisor").say("en")
    assert say(answering, "manager").outcome == "approved"


def test_an_answer_to_another_amount_than_is_asked_about_now_does_not_count(answering: Answering) -> None:
    answering.desk.scan(orders=[an_order("SO1", value_minor=990_000, version=NOON)])
    answering.ask()
    assert "¥99.00" in refused(answering, "another_amount", "supervisor", "approve", 9000).say("en")
    (first,) = answering.desk.ask("select min(approval_id) from approval")
    refused(answering, "answered_already", "supervisor", number=first)
    assert say(answering, "supervisor", amount=9900).outcome == "approved"


def test_of_two_who_answer_the_second_hears_what_the_first_has_said(answering: Answering) -> None:
    say(answering, "supervisor", "reject", reason="no")
    with pytest.raises(Refusal, match="rejected, supervisor"):
        say(answering, "manager")
    assert answering.desk.ask("select decision from approval_answer") == ["reject"]


def test_where_two_have_to_say_yes_one_alone_lets_nothing_go(answering: Answering) -> None:
    answering.desk.ask_to_change("alter table approval disable trigger user")
    answering.desk.ask_to_change("update approval set approvers = 2")
    answering.desk.ask_to_change("alter table approval enable trigger user")
    done = say(answering, "supervisor")
    assert (done.outcome, done.let_go) == (None, False)
    with pytest.raises(Refusal, match="another person has to say so"):
        say(answering, "supervisor")
    assert answering.states("issue_voucher") == ["held"]
    assert say(answering, "manager").let_go


def test_a_chosen_role_is_the_one_that_answers(answering: Answering) -> None:
    refused(answering, "not_asked_of_you", "manager", role="vice_president")
    assert say(answering, "manager", role="operations_manager").role == "operations_manager"


def test_a_question_that_is_none_is_not_found(answering: Answering) -> None:
    refused(answering, "no_question", "supervisor", number=77)
