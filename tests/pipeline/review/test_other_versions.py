"""What another threshold version would have done: how much earlier, and which other orders it would have named."""

from __future__ import annotations

import pytest

from tests.pipeline.desk import HOUR, NOON, a_shipment, late_in_pick
from tests.pipeline.review.conftest import Office

SHORT, LONG = 2 * 3600, 8 * 3600
"""Seconds of work; the desk's version 1 says four hours."""


@pytest.fixture
def learned(office: Office) -> Office:
    """Version 2 gives less time, version 3 more; the incident begins under version 1, which is in force again."""
    office.desk.set_limits(dict.fromkeys(range(1, 6), SHORT))
    office.desk.set_limits(dict.fromkeys(range(1, 6), LONG))
    office.desk.use(1)
    return office


def rows(office: Office, incident_id: int) -> dict[int, dict[str, object]]:
    return {one["version"]: one for one in office.document(incident_id)["versions"]["rows"]}


def test_a_version_that_gives_less_time_would_have_spoken_earlier(learned: Office) -> None:
    number = learned.late("SO1", "SO2", "SO3", fault_code="E42", printed_at=NOON - 5 * HOUR)
    learned.close(number, "system")
    learned.review()
    said = rows(learned, number)
    assert list(said) == [1, 3, 2]
    assert (said[1]["used"], said[1]["earlier_s"], said[1]["of_incident"]) == (True, 0, 3)
    assert (said[2]["earlier_s"], said[2]["of_incident"]) == (SHORT, 3)
    assert (said[3]["first_at"], said[3]["earlier_s"]) == (said[3]["first_at"], -(LONG - 4 * 3600))


def test_what_it_would_have_cost_is_counted_with_the_orders(learned: Office) -> None:
    """SO9 took three hours of work: two are too short for it, four are not."""
    quick = a_shipment("SO9", printed_at=NOON - 5 * HOUR, picked_at=NOON - HOUR)
    late = late_in_pick("SO1", "SO2", "SO3", "SO9", fault_code="E42", printed_at=NOON - 5 * HOUR)
    learned.desk.scan(orders=late["orders"], shipments=[*late["shipments"][:3], quick])
    number = learned.youngest()
    learned.close(number, "system")
    learned.review()
    said = rows(learned, number)
    assert {version: one["alerts"] for version, one in said.items()} == {1: 3, 2: 4, 3: 3}
    assert (said[2]["more"], said[2]["fewer"]) == ({"count": 1, "orders": ["SO9"]}, {"count": 0, "orders": []})
    assert said[1]["more"]["count"] == 0  # type: ignore[index]


def test_a_version_under_which_nobody_would_have_heard_of_it_in_time_says_so(office: Office) -> None:
    office.desk.set_limits(dict.fromkeys(range(1, 6), 400 * 3600))
    office.desk.use(1)
    number = office.late("SO1", "SO2", "SO3", fault_code="E42")
    office.close(number, "system")
    office.review()
    said = rows(office, number)
    assert (said[2]["first_at"], said[2]["earlier_s"], said[2]["of_incident"]) == (None, None, 0)
    assert said[2]["fewer"] == {"count": 0, "orders": []}  # they were late two days before: other days' alerts


def test_a_rejected_version_and_an_incident_of_no_step_are_left_out(office: Office) -> None:
    office.desk.set_limits(dict.fromkeys(range(1, 6), SHORT))
    office.desk.use(1)
    office.desk.ask_to_change(
        "insert into threshold_decision (version, decision, decided_by, reason, at)"
        " values (2, 'rejected', 'test', 'test', now())"
    )
    number = office.late("SO1", "SO2", "SO3", fault_code="E42")
    office.close(number, "system")
    office.desk.advance(24 * HOUR)
    office.desk.scan(silent=["wms"])
    silent = office.youngest()
    office.close(silent, "system")
    office.review()
    assert list(rows(office, number)) == [1]
    assert office.document(silent)["versions"] is None
