"""Ordinary incidents: one collection per step and week, and each of them in it in time."""

from __future__ import annotations

from datetime import timedelta

from tests.pipeline.desk import a_shipment, an_order
from tests.pipeline.review.conftest import Office


def test_incidents_of_one_step_and_week_stand_in_one_collection(office: Office) -> None:
    office.close(office.late("SO1"), "human", "misplaced")
    office.desk.scan(orders=[an_order("SO2", value_minor=900_000)], shipments=[a_shipment("SO2")])
    office.close(office.youngest(), "external", "heavy snow")
    assert office.review() == {"written": 1, "unchanged": 0, "failed": 0}
    said = office.document(1)
    assert (said["kind"], said["node"], said["week"]) == ("weekly", "pick", "2026-11-16")
    assert [(one["incident"], one["level"]) for one in said["incidents"]] == [(1, 0), (2, 1)]
    assert said["causes"] == {"human": 1, "external": 1}
    assert office.document(2) == said


def test_one_that_closes_later_stands_in_the_next_version(office: Office) -> None:
    office.close(office.late("SO1"))
    office.review()
    office.desk.advance(timedelta(hours=2))
    office.close(office.late("SO2"))
    office.review()
    assert len(office.versions(1)) == 2
    assert [one["incident"] for one in office.document(1)["incidents"]] == [1, 2]


def test_an_ordinary_incident_asks_nobody_for_its_cause(office: Office) -> None:
    office.goes_by(office.late("SO1"), "SO1")
    office.review()
    assert office.standing(1) == ("published", [], None, None)
    assert office.document(1)["causes"] == {"undetermined": 1}


def test_the_next_week_and_another_step_have_collections_of_their_own(office: Office) -> None:
    office.close(office.late("SO1"))
    office.desk.scan(orders=[an_order("SO2", approved_at=None)])
    office.close(office.youngest())
    office.desk.advance(timedelta(days=7))
    office.close(office.late("SO3"))
    office.review()
    assert office.desk.ask("select node, week::text from review order by review_id") == [
        (3, "2026-11-16"), (1, "2026-11-16"), (3, "2026-11-23")
    ]  # fmt: skip
    assert [one["incident"] for one in office.document(3)["incidents"]] == [3]
