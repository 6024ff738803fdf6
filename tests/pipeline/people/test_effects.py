"""What people decide about acts: what is held goes on, what is in doubt is settled, what was done is taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orderwatch.core.effect import Outcome
from orderwatch.pipeline.people.release import Wanted, release
from orderwatch.pipeline.people.settle import settle
from orderwatch.pipeline.people.undo import report, undo
from tests.pipeline.answering import Answering
from tests.pipeline.people.conftest import People
from tests.pipeline.people.test_actions import refused


@pytest.fixture
def held(people: People) -> Answering:
    """The response to SO1, whose voucher waits for the supervisor's word."""
    answering = Answering(people.desk)
    answering.perform("call_customer")
    assert answering.ask().state == "asks"
    return answering


def amount(people: People) -> int:
    (asked,) = people.desk.ask("select amount_minor from approval where outcome is null")
    return int(asked)


def test_what_is_released_is_approved_by_that_person_and_sent_once(people: People, held: Answering) -> None:
    people.do("supervisor", release, people.seen(), Wanted(amount(people)), "they have waited long enough")
    assert held.states("issue_voucher") == ["planned"]
    assert people.desk.ask("select login, role, decision from approval_answer") == [
        ("supervisor", "customer_service_supervisor", "approve")
    ]
    assert people.lines()[-1][:3] == ("released", "supervisor", "customer_service_supervisor")
    assert held.ask().label.startswith("approved by supervisor")  # the question in Airflow finds its answer
    assert held.perform("issue_voucher").state == "done"
    assert held.sinks.count()["voucher"] == 1
    refused("nothing_held", people.do, "supervisor", release, people.seen(), Wanted(0))


def test_what_needs_two_persons_waits_for_the_second(people: People) -> None:
    held = Answering(people.desk)
    assert held.loaded is not None
    playbook = held.loaded.playbook
    step = playbook.steps["approve_voucher"]
    assert step.gate is not None
    two = step.model_copy(update={"gate": step.gate.model_copy(update={"approvers": 2})})
    steps = {**playbook.steps, "approve_voucher": two}
    held.loaded = replace(held.loaded, playbook=playbook.model_copy(update={"steps": steps}))
    held.perform("call_customer")
    held.ask()
    people.do("supervisor", release, people.seen(), Wanted(amount(people)))
    assert held.states("issue_voucher") == ["held"]
    people.do("manager", release, people.seen(), Wanted(amount(people)))
    assert held.states("issue_voucher") == ["planned"]


def test_only_what_was_seen_is_released(people: People, held: Answering) -> None:
    said = refused("another_amount", people.do, "supervisor", release, people.seen(), Wanted(amount(people) - 1))
    assert said.kind == "conflict" and held.states("issue_voucher") == ["held"]
    assert people.desk.ask("select count(*) from person_action") == [0]


def test_letters_alone_leave_the_money_where_it_is(people: People, held: Answering) -> None:
    refused("nothing_held", people.do, "supervisor", release, people.seen(), Wanted(0, money=False))
    assert held.states("issue_voucher") == ["held"]


def test_who_may_not_approve_it_may_not_release_it(people: People, held: Answering) -> None:
    refused("no_right", people.do, "engineer", release, people.seen(), Wanted(amount(people)))
    people.desk.ask_to_change("delete from approval_right where role = 'customer_service_supervisor'")
    refused("not_your_answer", people.do, "supervisor", release, people.seen(), Wanted(amount(people)))
    assert held.states("issue_voucher") == ["held"]


def test_who_asked_for_it_does_not_release_it(people: People) -> None:
    answering = Answering(people.desk)
    answering.perform("call_customer")
    answering.ask(by="supervisor")
    refused("not_your_answer", people.do, "supervisor", release, people.seen(), Wanted(amount(people)))
    assert answering.states("issue_voucher") == ["held"]


@pytest.fixture
def in_doubt(people: People, held: Answering) -> int:
    """The voucher's effect: sent, and nobody knows whether it arrived."""
    people.do("supervisor", release, people.seen(), Wanted(amount(people)))
    held.sinks.outcome["voucher"] = Outcome("unknown", "timed out")
    held.perform("issue_voucher")
    people.desk.ask_to_change("""
        update effect set state = 'needs_human' where step = 'issue_voucher' and state = 'unknown'
    """)
    (effect_id,) = people.desk.ask("select effect_id from effect where state = 'needs_human'")
    return int(effect_id)


@pytest.mark.parametrize(("arrived", "state"), [(True, "delivered"), (False, "failed")])
def test_a_person_says_whether_it_arrived(people: People, in_doubt: int, arrived: bool, state: str) -> None:
    words: dict[str, Any] = {"arrived": arrived, "reason": "looked it up in their console"}
    people.do("supervisor", settle, in_doubt, people.seen().version, **words)
    assert people.desk.ask("select state from effect where effect_id = :e", e=in_doubt) == [state]
    assert people.lines()[-1] == (
        "settled", "supervisor", "customer_service_supervisor", "looked it up in their console"
    )  # fmt: skip
    refused("not_asked", people.do, "supervisor", settle, in_doubt, people.seen().version, **words)


def test_settling_needs_the_right_over_the_sum_the_reason_and_the_latest_version(people: People, in_doubt: int) -> None:
    version = people.seen().version
    said = refused("too_much_money", people.do, "engineer", settle, in_doubt, version, arrived=True, reason="r")
    assert "¥" in said.say("en") and "operations manager" in said.say("en")
    refused("no_reason", people.do, "supervisor", settle, in_doubt, version, arrived=True, reason=" ")
    refused("changed", people.do, "supervisor", settle, in_doubt, version - 1, arrived=True, reason="r")
    refused("no_effect", people.do, "supervisor", settle, 777, version, arrived=True, reason="r")


def test_what_was_done_is_taken_back_with_one_line(people: People, held: Answering) -> None:
    people.do("supervisor", release, people.seen(), Wanted(amount(people)))
    held.perform("issue_voucher")
    (effect_id,) = people.desk.ask("select effect_id from effect where step = 'issue_voucher'")
    people.do("supervisor", undo, effect_id, people.seen().version, "the customer has the parcel")
    assert people.lines()[-1][:2] == ("taken_back", "supervisor")
    refused("undone_already", people.do, "supervisor", undo, effect_id, people.seen().version, "again")


def test_a_wrong_order_is_reported_by_somebody_who_may(people: People) -> None:
    refused("no_role", people.do, "viewer", report, "SO1", "wrong_item", "SKU-7")
    people.do("picker", report, "SO1", "wrong_item", "SKU-7")
    assert people.desk.ask("select reported_by from incident") == ["picker"]
    assert people.desk.ask("""
        select t.event, p.order_id from timeline t join person_action p using (action_id)
    """) == [("reported", "SO1")]
