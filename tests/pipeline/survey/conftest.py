"""A desk on which incidents end, a CRM that says how customers want to be asked, and sinks that remember."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from orderwatch.core.effect import Outcome
from orderwatch.core.policy import Policy
from orderwatch.core.survey.link import SurveyLink
from orderwatch.hooks.crm_client import Way
from orderwatch.pipeline.dispatch import dispatch
from orderwatch.pipeline.survey.answer import Answer, answer
from orderwatch.pipeline.survey.ask import Asking, ask
from orderwatch.pipeline.survey.invite import invite
from orderwatch.store.surveys import list_keys
from tests.pipeline.answering import Sinks
from tests.pipeline.desk import Desk
from tests.pipeline.harness import the_policy
from tests.pipeline.people.conftest import publish, with_logins
from tests.pipeline.review.conftest import Office

A_DAY = timedelta(hours=24, minutes=1)


@dataclass
class Survey:
    """The office a day after an incident: who is asked how, and what becomes of it."""

    office: Office
    ways: dict[str, Way | Outcome] = field(default_factory=dict)
    sinks: Sinks = field(default_factory=Sinks)
    has_links: bool = True

    @property
    def desk(self) -> Desk:
        return self.office.desk

    def rules(self, **changes: Any) -> None:
        """Other rules of ``survey.yaml`` from now on."""
        policy = self.desk.policy
        survey = type(policy.survey).model_validate(policy.survey.model_dump() | changes)
        self.desk.policy = Policy.model_construct(None, **dict(policy) | {"survey": survey})

    def over(self, *orders: str, **shipment: Any) -> int:
        """An incident of level 3 about these orders that a person has closed; its number."""
        number = self.office.late(*orders, fault_code="E42", **shipment)
        self.office.close(number, "system", "the conveyor")
        return number

    @property
    def asking(self) -> Asking:
        return Asking(
            self.desk.engine,
            self.desk.policy,
            lambda customer: self.ways.get(customer, "mail"),
            lambda: secrets.token_urlsafe(8),
            self.has_links,
        )

    def ask(self) -> Mapping[str, int]:
        """Invite and ask, without sending."""
        new = invite(self.desk.engine, self.desk.policy, self.desk.now())
        return {"invited": new} | ask(self.asking, self.desk.now())

    def send(self) -> Counter[str]:
        with self.desk.engine.connect() as conn:
            keys = list_keys(conn)
        return dispatch(self.desk.engine, self.sinks.senders(), only=keys)

    def states(self) -> dict[str, tuple[str, str | None]]:
        """(state, reason, or what it waits for) by customer."""
        found = self.desk.ask(
            "select coalesce(customer_id, ''), state, coalesce(reason, waits_for) from survey_invitation"
            " order by invitation_id"
        )
        return {customer: (state, why) for customer, state, why in found}

    def link(self, customer: str) -> SurveyLink:
        """The link that the customer has got."""
        ((number, until, link_id),) = self.desk.ask(
            "select invitation_id, valid_until, link_id from survey_invitation where customer_id = :c", c=customer
        )
        return SurveyLink(number, customer, until, link_id)

    def answer(self, customer: str, score: int, words: str | None = None) -> int:
        link = self.link(customer)
        with self.desk.engine.begin() as conn:
            return answer(conn, link, Answer(score, words))


@pytest.fixture
def survey(engine: Engine) -> Survey:
    desk = Desk(engine, with_logins(the_policy()))
    publish(desk)
    return Survey(Office(desk))
