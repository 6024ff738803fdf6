"""Whoever may say yes hears that they are asked, in the language they read, once per question."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.pipeline.answering import Answering, important
from tests.pipeline.desk import MINUTE, NOON, Desk, an_order


@pytest.fixture
def answering(engine: Engine) -> Answering:
    desk = Desk(engine)
    important(desk)
    return Answering(desk)


def heard(answering: Answering) -> set[tuple[str, str]]:
    return {(one.sink, one.recipient) for one in answering.sinks.summoned}


SUPERVISORS = {
    ("wecom_app", "li.ting"), ("mail", "li.ting@example.com"),
    ("wecom_app", "chen.chen"), ("mail", "chen.chen@example.com"),
}  # fmt: skip


def test_everyone_in_the_role_hears_what_is_asked_about_which_order_and_for_how_much(answering: Answering) -> None:
    answering.ask()
    assert heard(answering) == SUPERVISORS
    assert answering.sinks.arrived == answering.sinks.summoned  # whatever else waits in the ledger is not the gate's
    texts = {one.recipient: one.payload["text"] for one in answering.sinks.summoned}
    assert all("SO1" in text and "¥90.00" in text and "Required Actions" in text for text in texts.values())
    assert "待您审批" in texts["chen.chen"] and "Your decision" in texts["li.ting"]


def test_clearing_the_gate_asks_nobody_twice(answering: Answering) -> None:
    for _ in range(5):
        answering.ask()
    assert len(answering.sinks.summoned) == len(SUPERVISORS)


def test_when_nobody_answers_the_next_role_hears(answering: Answering) -> None:
    answering.ask()
    answering.out_of_time()
    assert heard(answering) - SUPERVISORS == {
        ("wecom_app", "wang.fang"), ("mail", "wang.fang@example.com"),
        ("wecom_app", "zhao.lei"), ("mail", "zhao.lei@example.com"),
    }  # fmt: skip


def test_a_question_about_another_amount_is_another_question(answering: Answering) -> None:
    answering.ask()
    answering.desk.scan(orders=[an_order("SO1", value_minor=990_000, version=NOON + MINUTE)])
    answering.ask()
    assert len(answering.sinks.summoned) == 2 * len(SUPERVISORS)
    assert "¥99.00" in answering.sinks.summoned[-1].payload["text"]


def test_an_answered_question_is_told_to_nobody(answering: Answering) -> None:
    answering.ask()
    before = len(answering.sinks.summoned)
    answering.answer("approve", "operations")
    answering.ask()
    assert len(answering.sinks.summoned) == before
