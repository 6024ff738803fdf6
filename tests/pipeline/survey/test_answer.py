"""An answer is taken once, from whoever was asked, and is news for the review; whoever does not answer is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from orderwatch.core.refusals import Refusal
from orderwatch.core.survey.nps import Answers
from orderwatch.pipeline.survey.answer import Answer, answer
from orderwatch.store.surveys import Opinion, compare
from tests.pipeline.desk import HOUR, MINUTE, NOON, a_shipment, an_order
from tests.pipeline.survey.conftest import A_DAY, Survey


@pytest.fixture
def asked(survey: Survey) -> Survey:
    """Four customers of incident 1, of whom one has opted out; its review is written."""
    survey.over("SO1", "SO2", "SO3", "SO4")
    survey.ways["C-SO4"] = "opted_out"
    survey.desk.advance(A_DAY)
    survey.ask()
    survey.send()
    survey.desk.advance(MINUTE)
    survey.office.review()
    survey.desk.advance(MINUTE)
    return survey


def test_an_answer_makes_a_new_version_of_the_review(asked: Survey) -> None:
    before = asked.office.document(1)["survey"]
    assert (before["invited"], before["sent"], before["answered"], before["nps"]) == (4, 3, 0, None)
    assert asked.office.review()["written"] == 0
    asked.answer("C-SO1", 10, "quick")
    asked.answer("C-SO2", 3, "我的电话13812345678，等到晚上也没动静")
    assert asked.office.review()["written"] == 1
    assert len(asked.office.versions(1)) == 2
    assert asked.office.document(1)["survey"] == {
        "invited": 4, "waiting": 0, "sent": 3, "answered": 2, "not_answered": 1, "open": 1, "promoters": 1,
        "passives": 0, "detractors": 1, "nps": 0, "not_asked": {"opt_out": 1},
        "words": [{"score": 3, "words": "我的电话…,等到晚上也没动静"}, {"score": 10, "words": "quick"}],
    }  # fmt: skip


def test_whoever_does_not_answer_while_the_link_is_valid_is_counted(asked: Survey) -> None:
    asked.desk.advance(asked.desk.policy.survey.valid_for)
    assert asked.ask()["expired"] == 3
    assert asked.office.review()["written"] == 1
    said = asked.office.document(1)["survey"]
    assert (said["sent"], said["answered"], said["not_answered"], said["open"], said["nps"]) == (3, 0, 3, 0, None)


def test_a_second_answer_is_refused_by_the_desk_and_by_the_database(asked: Survey) -> None:
    number = asked.answer("C-SO1", 9)
    with pytest.raises(Refusal, match="has been used"):
        asked.answer("C-SO1", 0)
    for refused in (
        "insert into survey_answer (invitation_id, at, score, channel)"
        " select invitation_id, business_now(), 0, channel from survey_answer",
        f"update survey_answer set score = 0 where answer_id = {number}",
        "truncate survey_answer",
    ):
        with pytest.raises(DBAPIError):
            asked.desk.ask_to_change(refused)
    assert asked.desk.ask("select score from survey_answer") == [9]


@pytest.mark.parametrize("changes", [{"customer_id": "C-SO2"}, {"link_id": "another"}, {"invitation_id": 77}])
def test_a_link_of_another_customer_or_another_letter_is_refused(asked: Survey, changes: dict[str, object]) -> None:
    link = replace(asked.link("C-SO1"), **changes)
    with asked.desk.engine.begin() as conn, pytest.raises(Refusal, match="not valid"):
        answer(conn, link, Answer(5))
    assert asked.desk.ask("select count(*) from survey_answer") == [0]


def test_what_is_over_takes_no_answer_whether_or_not_it_has_been_noted_yet(asked: Survey) -> None:
    link = asked.link("C-SO1")
    asked.desk.advance(asked.desk.policy.survey.valid_for + MINUTE)
    late = f"insert into survey_answer values (default, {link.invitation_id}, business_now(), 5, null, 'mail')"
    with pytest.raises(DBAPIError, match="takes no answer"):
        asked.desk.ask_to_change(late)
    for _ in range(2):
        with asked.desk.engine.begin() as conn, pytest.raises(Refusal, match="has expired"):
            answer(conn, link, Answer(5))
        asked.ask()


def test_a_collection_counts_per_incident(survey: Survey) -> None:
    survey.desk.scan(orders=[an_order("SO1", value_minor=900_000)], shipments=[a_shipment("SO1")])
    survey.office.close(survey.office.youngest(), "human", "misplaced")
    survey.office.close(survey.office.late("SO2"), "human", "misplaced")  # level 0: nobody is asked
    survey.desk.advance(A_DAY)
    survey.ask()
    survey.send()
    survey.answer("C-SO1", 8)
    survey.office.review()
    counted = {one["incident"]: one["survey"] for one in survey.office.document(1)["incidents"]}
    assert counted[2] is None
    assert (counted[1]["sent"], counted[1]["passives"], counted[1]["nps"]) == (1, 1, 0)


def arrived(survey: Survey, *orders: str) -> None:
    """Orders that went through without anybody being late, two days ago."""
    at = NOON - 40 * HOUR
    survey.desk.scan(
        orders=[an_order(one, status="completed") for one in orders],
        shipments=[
            a_shipment(one, printed_at=at, picked_at=at, shipped_at=at, signed_at=at + HOUR, status="signed")
            for one in orders
        ],
    )  # fmt: skip


def test_a_sample_of_those_who_were_never_late_is_asked_in_the_week_after_once(survey: Survey) -> None:
    survey.rules(others_per_week=2)
    arrived(survey, "SO1", "SO2", "SO3")
    assert survey.ask()["invited"] == 0
    survey.desk.advance(timedelta(days=7))
    assert survey.ask() == {"invited": 2, "asked": 2, "waits": 0, "not_asked": 0, "expired": 0}
    assert survey.ask()["invited"] == 0
    assert survey.desk.ask("select distinct week::text from survey_invitation") == ["2026-11-16"]
    survey.send()
    assert "sorry" not in survey.sinks.arrived[0].payload["texts"]["en"]["text"]


def test_the_sample_leaves_out_whoever_was_late_and_keeps_every_limit(survey: Survey) -> None:
    arrived(survey, "SO1", "SO2")
    survey.desk.scan(
        orders=[an_order("SO3", customer_id="C-SO1"), an_order("SO4")],
        shipments=[a_shipment("SO3", fault_code="E42"), a_shipment("SO4", fault_code="E42")],
    )
    survey.ways["C-SO2"] = "opted_out"
    survey.desk.advance(timedelta(days=7))
    survey.ask()
    assert survey.states() == {"C-SO2": ("not_asked", "opt_out")}


def test_those_who_were_affected_stand_beside_the_others(asked: Survey) -> None:
    arrived(asked, "SO8", "SO9")
    asked.desk.advance(timedelta(days=6))
    asked.ask()
    asked.send()
    asked.answer("C-SO1", 2)
    asked.answer("C-SO8", 10)
    with asked.desk.engine.connect() as conn:
        found = compare(conn, NOON, asked.desk.now() + MINUTE)
    assert found == {
        "affected": Opinion(3, Answers(0, 0, 1)),
        "others": Opinion(2, Answers(1, 0, 0)),
    }
    assert (found["affected"].answers.nps, found["others"].answers.nps) == (-100, 100)
