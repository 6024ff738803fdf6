"""Whatever ends an incident, its review is due 72 hours later, or there is a reason for none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderwatch.pipeline.people.dismiss import dismiss
from orderwatch.pipeline.people.merge import merge
from orderwatch.pipeline.review import write_review
from tests.pipeline.review.conftest import Office


def due(office: Office) -> list[tuple[int, str, str | None, timedelta]]:
    return office.desk.ask(
        "select incident_id, state, excuse, due_at - ended_at from incident_review order by incident_id"
    )


def test_nothing_is_due_while_an_incident_lives(office: Office) -> None:
    office.late("SO1")
    assert due(office) == []


def test_a_closed_incident_is_due_from_the_moment_of_its_close_without_any_event(office: Office) -> None:
    office.close(office.late("SO1"))
    assert due(office) == [(1, "wanted", None, timedelta(hours=72))]


def test_an_incident_that_the_scan_closes_is_due_as_well(office: Office) -> None:
    office.goes_by(office.late("SO1", "SO2", "SO3", wave_no="W1"), "SO1", "SO2", "SO3")
    assert due(office) == [(1, "wanted", None, timedelta(hours=72))]


def test_dismissed_and_merged_incidents_have_a_stated_reason_for_none(office: Office) -> None:
    office.late("SO1")
    office.late("SO2")
    office.late("SO3")
    office.do("vp", dismiss, office.seen(1), "false_alarm", "the customer had agreed")
    office.do("vp", merge, office.seen(2), 3, "the same pallet")
    assert [(row[1], row[2]) for row in due(office)] == [("excused", "dismissed"), ("excused", "merged")]
    assert office.review() == {"written": 0, "unchanged": 0, "failed": 0}
    with office.desk.engine.begin() as conn:
        for number, said in ((1, "it was dismissed"), (2, "it was merged"), (3, "is not over")):
            with pytest.raises(ValueError, match=said):
                write_review(conn, office.desk.policy, number, office.desk.now())


def test_a_second_end_changes_nothing_that_was_due(office: Office) -> None:
    office.close(office.late("SO1"))
    before = due(office)
    office.desk.advance(timedelta(hours=5))
    office.desk.ask_to_change("update incident set state = 'closed'")
    assert due(office) == before
