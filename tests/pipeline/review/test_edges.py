"""Incidents that came back, were joined, or of which little is known: a correct review, or a stated reason for none."""

from __future__ import annotations

from typing import Any

from orderwatch.pipeline.people.merge import merge
from tests.pipeline.desk import HOUR, MINUTE, NOON, a_line, a_shipment, an_order
from tests.pipeline.review.conftest import Office


def rules(office: Office, incident_id: int) -> dict[str, Any]:
    """What each rule of evidence answered."""
    said = office.document(incident_id)
    return {one["cause"]: one["outcome"] for one in said["cause"]["rules"]["findings"]}


def test_one_that_wakes_before_its_close_is_reviewed_once_and_says_so(office: Office) -> None:
    number = office.late("SO1", "SO2", fault_code="E42")
    over = [a_shipment(one, version=NOON + MINUTE, picked_at=NOON + MINUTE) for one in ("SO1", "SO2")]
    office.desk.advance(15 * MINUTE)
    office.desk.scan(shipments=over)
    office.desk.advance(15 * MINUTE)
    office.desk.scan()
    assert office.state(number) == "resolved"
    assert office.review()["written"] == 0
    office.late("SO3", fault_code="E42")
    assert office.state(number) == "open"
    office.goes_by(number, "SO1", "SO2", "SO3")
    office.review()
    said = office.document(number)
    assert (said["incident"]["reopened"], said["orders"]["orders"], len(office.versions(number))) == (1, 3, 1)


def test_what_comes_back_after_the_close_is_another_incident_with_a_review_of_its_own(office: Office) -> None:
    office.goes_by(office.late("SO1", "SO2", fault_code="E42"), "SO1", "SO2")
    office.review()
    before = office.versions(1)
    again = office.late("SO3", fault_code="E42")
    office.goes_by(again, "SO3")
    office.review()
    assert again != 1
    assert office.versions(1) == before
    assert [one["incident_id"] for one in office.document(again)["repeats"]] == [1]


def test_a_merged_one_is_reviewed_with_what_it_was_merged_into(office: Office) -> None:
    one, other = office.late("SO1", "SO2", fault_code="E1"), office.late("SO3", fault_code="E2")
    office.do("vp", merge, office.seen(one), other, "one power cut")
    office.close(other, "system", "one power cut")
    office.review()
    said = office.document(other)
    assert {each["order_id"] for each in said["members"]["shown"]} == {"SO1", "SO2", "SO3"}
    assert said["cause"]["rules"]["cause"] == "system_fault"
    assert office.desk.ask("select state, excuse from incident_review where incident_id = :i", i=one) == [
        ("excused", "merged")
    ]  # fmt: skip


def test_orders_of_whose_customers_the_crm_has_never_told_are_reviewed_all_the_same(office: Office) -> None:
    number = office.late("SO1", "SO2", "SO3", fault_code="E42")
    assert office.desk.ask("select count(*) from customer") == [0]
    office.close(number, "system", "the conveyor")
    assert office.review() == {"written": 1, "unchanged": 0, "failed": 0}
    assert {name: office.document(number)["orders"][name] for name in ("orders", "customers", "important")} == {
        "orders": 3, "customers": 3, "important": 0
    }  # fmt: skip


def test_what_a_silent_source_has_not_told_of_is_unknown(office: Office) -> None:
    office.desk.scan()
    office.desk.advance(HOUR)
    office.desk.scan(silent=["crm"], orders=[an_order("SO1")], shipments=[a_shipment("SO1", fault_code="E42")])
    office.close(office.youngest(), "system", "the conveyor")
    office.review()
    said = rules(office, office.youngest())
    assert (said["moved_by_seller"], said["address_incomplete"], said["system_fault"]) == (
        "unknown", "no_match", "match"
    )  # fmt: skip


def test_a_supplier_is_not_called_silent_by_a_source_that_was(office: Office) -> None:
    direct = [a_line(fulfilment="supplier", supplier="SUP-1")]
    office.desk.scan(orders=[an_order(f"SO{n}", lines=direct) for n in (1, 2, 3)])
    office.desk.advance(HOUR)
    office.desk.scan(silent=["erp"], shipments=[a_shipment(f"SO{n}", wave_no="W1") for n in (1, 2, 3)])
    (number,) = office.desk.ask("select incident_id from incident where kind = 'batch'")
    office.close(number)
    office.review()
    assert rules(office, number)["supplier_silent"] == "unknown"


def test_after_the_source_is_back_it_is_known_again(office: Office) -> None:
    office.desk.scan()
    office.desk.advance(HOUR)
    office.desk.scan(silent=["crm"])
    office.desk.advance(15 * MINUTE)
    office.desk.scan(orders=[an_order("SO1")], shipments=[a_shipment("SO1", fault_code="E42")])
    office.close(office.youngest(), "system", "the conveyor")
    office.review()
    assert rules(office, office.youngest())["moved_by_seller"] == "no_match"
