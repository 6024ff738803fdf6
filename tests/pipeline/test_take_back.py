"""A person takes back what a playbook has done: once, through the ledger, and the money is free again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from orderwatch.core.effect import Outcome
from orderwatch.core.playbook.actions import ACTIONS
from orderwatch.core.playbook.undo import undo
from orderwatch.pipeline.dispatch import dispatch
from orderwatch.pipeline.take_back import take_back
from orderwatch.store import ledger, pauses
from orderwatch.store.ledger import StepAct
from tests.pipeline.answering import Answering, important
from tests.pipeline.desk import MINUTE, NOON, Desk, a_shipment


@pytest.fixture
def answering(engine: Engine) -> Answering:
    desk = Desk(engine)
    important(desk, value=90_000)
    return Answering(desk)


def effect_of(answering: Answering, step: str) -> int:
    return int(answering.desk.ask("select max(effect_id) from effect where step = :s", s=step)[0])


def taken_back(answering: Answering, effect_id: int, because: str = "the customer wants none") -> int:
    with answering.desk.engine.begin() as conn:
        return take_back(conn, answering.desk.policy, effect_id, by="li.ting", because=because)


def send(answering: Answering) -> None:
    dispatch(answering.desk.engine, answering.sinks.senders())


def committed(answering: Answering) -> set[int]:
    return set(answering.desk.ask("select committed_minor from budget"))


def test_a_voucher_is_voided_and_its_money_is_free_again(answering: Answering) -> None:
    answering.perform("issue_voucher")
    assert committed(answering) == {900}
    taken_back(answering, effect_of(answering, "issue_voucher"))
    assert committed(answering) == {900}  # until the service has confirmed
    send(answering)
    last = [one for one in answering.sinks.arrived if one.sink == "voucher"][-1]
    assert (last.payload["op"], last.payload["voucher"], last.recipient) == ("void", "voucher-1", "voucher-1")
    assert answering.states("issue_voucher") == ["undone"]
    assert committed(answering) == {0}


def test_the_step_that_is_run_again_issues_no_second_voucher_and_the_letter_offers_none(answering: Answering) -> None:
    answering.perform("issue_voucher")
    taken_back(answering, effect_of(answering, "issue_voucher"))
    send(answering)
    assert answering.perform("issue_voucher").label == "somebody has taken it back: see the incident's timeline"
    assert answering.perform("apologise").state == "done"
    assert "voucher-1" not in str(answering.sinks.arrived[-1].payload)
    assert answering.sinks.count()["voucher"] == 2  # one issued, one voided


def test_a_work_order_is_cancelled_by_its_number(answering: Answering) -> None:
    answering.perform("call_customer")
    taken_back(answering, effect_of(answering, "call_customer"))
    send(answering)
    orders = [one.payload for one in answering.sinks.arrived if one.sink == "work_order"]
    assert orders[1:] == [{"op": "cancel", "number": "work_order-1"}]


def test_it_is_taken_back_once_whoever_asks_again(answering: Answering) -> None:
    answering.perform("issue_voucher")
    number = effect_of(answering, "issue_voucher")
    planned = taken_back(answering, number)
    with pytest.raises(ValueError, match=f"taken back by effect {planned} already"):
        taken_back(answering, number)
    send(answering)
    send(answering)
    assert answering.sinks.count()["voucher"] == 2


def test_what_the_service_refuses_to_take_back_stays_done_and_can_be_tried_again(answering: Answering) -> None:
    answering.perform("issue_voucher")
    number = effect_of(answering, "issue_voucher")
    answering.sinks.outcome["voucher"] = Outcome("refused", "the voucher has been used")
    taken_back(answering, number)
    send(answering)
    assert answering.states("issue_voucher") == ["delivered"]
    assert answering.states("undo issue_voucher") == ["failed"]
    assert committed(answering) == {900}
    answering.sinks.outcome.clear()
    taken_back(answering, number)
    send(answering)
    assert answering.states("issue_voucher") == ["undone"]


def test_a_person_who_has_taken_over_takes_back(answering: Answering) -> None:
    answering.perform("call_customer")
    with answering.desk.engine.begin() as conn:
        pauses.take(
            conn, scope="everything", subject="", by="x", reason="mine", lasting=timedelta(hours=1),
            now=answering.desk.now(),
        )  # fmt: skip
    taken_back(answering, effect_of(answering, "call_customer"))
    send(answering)
    assert answering.states("call_customer") == ["undone"]


def test_a_playbook_that_takes_back_is_held_by_a_pause_like_every_act_of_it(answering: Answering) -> None:
    answering.perform("issue_voucher")
    number, now = effect_of(answering, "issue_voucher"), answering.desk.now()
    with answering.desk.engine.begin() as conn:
        ledger.plan(
            conn, key="void", family="response", sink="voucher", recipient="voucher-1", level=1, now=now,
            payload={"op": "void", "voucher": "voucher-1"}, valid_for=timedelta(hours=24),
            about=StepAct(incident_id=1, step="void_voucher", slot="SO1", order_id="SO1", undoes=number),
        )  # fmt: skip
        held = pauses.take(
            conn, scope="everything", subject="", by="x", reason="mine", lasting=timedelta(hours=1), now=now
        )
    send(answering)
    assert answering.states("issue_voucher") == ["delivered"]
    with answering.desk.engine.begin() as conn:
        pauses.end(conn, held, "x", now)
    send(answering)
    assert answering.states("issue_voucher") == ["undone"]


def test_another_incident_about_the_order_does_not_pay_again_what_was_taken_back(answering: Answering) -> None:
    answering.perform("issue_voucher")
    taken_back(answering, effect_of(answering, "issue_voucher"))
    send(answering)
    answering.desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    answering.desk.advance(timedelta(hours=30))
    answering.desk.scan()  # late again, in the next step
    again = answering.perform("issue_voucher")
    assert again.state == "skipped" and "late_delivery:SO1 is done already, for incident #1" in again.label
    assert answering.states("issue_voucher") == ["undone"]


def test_who_and_why_stands_in_the_timeline(answering: Answering) -> None:
    answering.perform("call_customer")
    taken_back(answering, effect_of(answering, "call_customer"), "wrong customer")
    lines = answering.desk.ask("select actor, detail ->> 'note' from timeline where event = 'taken_back'")
    assert lines == [("li.ting", "wrong customer")]


def test_what_cannot_be_taken_back_says_why(answering: Answering) -> None:
    answering.perform("apologise")
    letter = effect_of(answering, "apologise")
    with pytest.raises(ValueError, match=rf"{letter} \(apologise, customer_mail\) cannot be taken back"):
        taken_back(answering, letter)
    with pytest.raises(ValueError, match="there is no effect 999"):
        taken_back(answering, 999)
    with pytest.raises(ValueError, match="say why"):
        taken_back(answering, letter, " ")
    answering.sinks.outcome["work_order"] = Outcome("refused", "no such project")
    answering.perform("call_customer")
    with pytest.raises(ValueError, match="only what has arrived can be taken back"):
        taken_back(answering, effect_of(answering, "call_customer"))


def test_every_action_that_has_an_undo_can_be_taken_back() -> None:
    done = {
        "voucher.issue": {"op": "issue", "order_id": "SO1", "amount_minor": 1, "currency": "CNY"},
        "work_order.create": {"op": "create"},
        "shipment.hold": {"op": "hold", "order_ids": ["SO1"], "shipment_ids": ["OB1"]},
    }
    assert set(done) == {name for name, action in ACTIONS.items() if action.reversible}
    for name, payload in done.items():
        assert undo(str(ACTIONS[name].sink), "N-1", payload) is not None
