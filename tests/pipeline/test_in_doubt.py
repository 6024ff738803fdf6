"""A voucher that may have been issued is never taken for one that was not: its money stays reserved."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from orderwatch.core.effect import Outcome
from orderwatch.pipeline.dispatch import dispatch
from tests.pipeline.answering import Answering, important
from tests.pipeline.desk import MINUTE, NOON, Desk, a_shipment


@pytest.fixture
def answering(engine: Engine) -> Answering:
    """An order of 5,000.00 yuan, whose voucher of 50.00 needs nobody's word; the answer to it is lost."""
    desk = Desk(engine)
    important(desk, value=500_000)
    made = Answering(desk)
    made.sinks.outcome["voucher"] = Outcome("unknown", "the answer was lost")
    assert made.perform("issue_voucher").state == "again"
    return made


def moves_on(answering: Answering) -> None:
    answering.desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])


def committed(answering: Answering) -> set[int]:
    return set(answering.desk.ask("select committed_minor from budget"))


def test_for_an_order_that_has_moved_on_it_is_not_repeated_and_a_person_looks(answering: Answering) -> None:
    moves_on(answering)
    answering.desk.advance(2 * MINUTE)
    dispatch(answering.desk.engine, answering.sinks.senders())
    assert "voucher" not in answering.sinks.count()
    assert answering.states("issue_voucher") == ["needs_human"]
    assert committed(answering) == {5000}


def test_a_repeat_that_was_surely_not_sent_gives_no_money_back(answering: Answering) -> None:
    answering.sinks.outcome["voucher"] = Outcome("not_sent", "the service is down")
    answering.desk.advance(2 * MINUTE)
    assert dispatch(answering.desk.engine, answering.sinks.senders())["not_sent"] == 1
    moves_on(answering)
    dispatch(answering.desk.engine, {})
    assert answering.states("issue_voucher") == ["needs_human"]
    assert committed(answering) == {5000}


def test_a_repeat_that_was_refused_gives_no_money_back(answering: Answering) -> None:
    answering.sinks.outcome["voucher"] = Outcome("refused", "this key was used")
    answering.desk.advance(2 * MINUTE)
    assert dispatch(answering.desk.engine, answering.sinks.senders())["refused"] == 1
    assert answering.states("issue_voucher") == ["needs_human"]
    assert committed(answering) == {5000}
