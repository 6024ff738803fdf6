"""The operator asks whoever is to be asked, sends what may leave, says so beside the task, and asks nobody twice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from orderwatch.core.addresses import NOWHERE, Addresses
from orderwatch.core.effect import Effect, Outcome
from orderwatch.edge import parking
from orderwatch.notifiers import senders
from orderwatch.operators.ask_customers import AskCustomersOperator
from tests.pipeline.desk import Desk
from tests.pipeline.harness import the_policy
from tests.pipeline.people.conftest import publish, with_logins
from tests.pipeline.review.conftest import Office
from tests.pipeline.survey.conftest import A_DAY, Survey


@pytest.fixture
def survey(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Survey:
    desk = Desk(engine, with_logins(the_policy()))
    publish(desk)
    found = Survey(Office(desk))
    monkeypatch.setattr(AskCustomersOperator, "engine", staticmethod(lambda: desk.engine))
    monkeypatch.setattr(AskCustomersOperator, "policy", staticmethod(lambda: desk.policy))

    class OurSenders(senders.Senders):
        addresses = Addresses("https://airflow.example", b"k" * 32)  # type: ignore[assignment]  # a value for a property

        def way(self, customer_id: str) -> Any:
            return found.ways.get(customer_id, "mail")

        def by_sink(self) -> Any:
            return found.sinks.senders()

        def finders(self) -> Any:
            return {}

    monkeypatch.setattr(senders, "Senders", OurSenders)
    return found


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(parking, "say", lambda context, label: said.append(label))
    return said


def ask() -> Any:
    about: Any = {"run_id": "one", "params": {}}
    return AskCustomersOperator(task_id="ask_customers").execute(about)


def test_customers_are_asked_and_the_label_says_so(survey: Survey, words: list[str]) -> None:
    survey.over("SO1", "SO2")
    survey.ways["C-SO2"] = "opted_out"
    survey.desk.advance(A_DAY)
    assert ask() == {"invited": 2, "asked": 1, "waits": 0, "not_asked": 1, "expired": 0}
    assert ask()["asked"] == 0
    assert words == ["2 new, 1 asked, 1 not asked", "nobody to ask"]
    assert [one.recipient for one in survey.sinks.arrived] == ["C-SO1"]
    assert survey.states()["C-SO1"] == ("sent", None)


def test_it_sends_surveys_and_nothing_else(survey: Survey, words: list[str]) -> None:
    """What the scan has to tell is the scan's to tell."""
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    ask()
    sent: list[Effect] = survey.sinks.arrived
    assert {one.sink for one in sent} == {"customer_mail"}
    assert survey.desk.ask("select count(*) from effect where state = 'planned' and family <> 'survey'")[0] > 0


def test_a_letter_that_cannot_leave_yet_is_tried_by_the_next_run(survey: Survey, words: list[str]) -> None:
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    survey.sinks.outcome["customer_mail"] = Outcome("not_sent", "the mail server is down")
    ask()
    survey.sinks.outcome.clear()
    survey.desk.advance(A_DAY / 24)
    assert ask()["asked"] == 0
    assert survey.states() == {"C-SO1": ("sent", None)}


def test_without_a_key_nobody_is_asked_and_everybody_waits(
    survey: Survey, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders.Senders, "addresses", NOWHERE)
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    assert ask()["waits"] == 1
    assert survey.states() == {"C-SO1": ("planned", "no_key")}
