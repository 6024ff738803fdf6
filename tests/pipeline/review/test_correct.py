"""A person says what the cause was: with a right and a reason, beside what the rules said, and the review follows."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.pipeline.people.correct_cause import correct_cause
from orderwatch.store.reviews import count_corrections
from tests.pipeline.people.test_actions import refused
from tests.pipeline.review.conftest import Office

WHY = "the power was cut in the whole street"


@pytest.fixture
def failure(office: Office) -> Office:
    """A fault of the warehouse's systems, over by itself; its review says so."""
    office.goes_by(office.late("SO1", "SO2", "SO3", fault_code="E42"), "SO1", "SO2", "SO3")
    office.review()
    return office


def correct(office: Office, login: str, root_cause: str, cause: str | None = None, why: str = WHY) -> Any:
    return office.do(login, correct_cause, office.seen(1), root_cause, cause, why)


def test_the_word_counts_at_once_and_the_wrong_rule_is_named(failure: Office) -> None:
    correct(failure, "vp", "external")
    assert failure.standing(1) == ("published", [], "external", None)
    assert len(failure.versions(1)) == 2
    said = failure.document(1)["cause"]
    assert (said["by"], said["rules"]["cause"]) == ("person", "system_fault")
    assert [(one["login"], one["reason"], one["wrong_rule"]) for one in said["words"]] == [("vp", WHY, "system_fault")]
    assert failure.lines()[-1] == ("cause_corrected", "vp", "vice_president", WHY)


def test_the_last_word_counts_and_every_word_is_kept(failure: Office) -> None:
    correct(failure, "vp", "external")
    correct(failure, "manager", "system", "system_fault", "the log says otherwise")
    assert failure.standing(1)[2:] == ("system", "system_fault")
    assert [one["login"] for one in failure.document(1)["cause"]["words"]] == ["vp", "manager"]
    with failure.desk.engine.connect() as conn:
        assert [tuple(row) for row in count_corrections(conn)] == [("system_fault", 1, 0)]


def test_a_word_after_the_close_outweighs_the_one_at_the_close_although_nothing_was_written_between(
    office: Office,
) -> None:
    office.close(office.late("SO1", "SO2", "SO3", wave_no="W1"), "human", "two pickers were ill")
    correct(office, "manager", "external")
    assert office.standing(1)[2] == "external"
    assert [one["given"] for one in office.document(1)["cause"]["words"]] == ["close", "review"]


def test_what_waited_for_a_cause_is_published_by_it(office: Office) -> None:
    office.goes_by(office.late("SO1", "SO2", "SO3", wave_no="W1"), "SO1", "SO2", "SO3")
    office.review()
    assert office.standing(1)[0] == "waiting"
    correct(office, "manager", "human", "node_capacity")
    assert office.standing(1) == ("published", [], "human", "node_capacity")


def test_right_reason_and_a_known_cause_are_needed(failure: Office) -> None:
    refused("no_right", correct, failure, "supervisor", "external")
    refused("no_right", correct, failure, "picker", "external")
    refused("no_reason", correct, failure, "vp", "external", None, " ")
    refused("no_cause", correct, failure, "vp", "external", "system_fault")
    refused("no_cause", correct, failure, "vp", "external", "the moon")
    assert failure.desk.ask("select count(*) from review_correction") == [0]
    assert len(failure.versions(1)) == 1


def test_there_is_no_cause_of_what_is_not_over(office: Office) -> None:
    office.late("SO1")
    refused("not_in_this_state", correct, office, "vp", "human")


def test_whoever_has_not_seen_the_last_word_is_told_so(failure: Office) -> None:
    seen = failure.seen(1)
    correct(failure, "vp", "external")
    refused("changed", failure.do, "manager", correct_cause, seen, "system", None, "no")
