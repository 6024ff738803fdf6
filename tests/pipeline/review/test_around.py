"""What went on around an incident: who else was in its step, and was late as well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.pipeline.desk import HOUR, MINUTE, NOON, a_shipment, an_order
from tests.pipeline.review.conftest import Office

IN_TIME = {"picked_at": NOON - 46 * HOUR, "shipped_at": NOON - 45 * HOUR}


def bring(office: Office, waves: dict[str, Iterable[int]], in_time: Iterable[int], **shipment: Any) -> int:
    """Orders that wait in picking, wave by wave, beside others that came through; the number of the first incident."""
    late = [a_shipment(f"SO{n}", wave_no=wave, **shipment) for wave, orders in waves.items() for n in orders]
    fine = [a_shipment(f"SO{n}", wave_no="W9", **{**shipment, **IN_TIME}) for n in in_time]
    office.desk.scan(orders=[an_order(one["order_id"]) for one in [*late, *fine]], shipments=[*late, *fine])
    return int(office.desk.ask("select min(incident_id) from incident")[0])


def said(office: Office, incident_id: int) -> Any:
    """What the rules say beside a person's word; of a collection, what they say of this incident."""
    office.close(incident_id)
    office.review()
    found = office.document(incident_id)
    if found["kind"] == "single":
        return found["cause"]["rules"]
    return next(one["cause"]["rules"] for one in found["incidents"] if one["incident"] == incident_id)


def facts_of(rules: Any, cause: str) -> Any:
    return next(one["facts"] for one in rules["findings"] if one["cause"] == cause)


def test_many_waves_late_in_one_warehouse_say_that_it_was_short_of_hands(office: Office) -> None:
    number = bring(office, {"W1": range(6), "W2": range(6, 12), "W3": range(12, 18)}, range(18, 24))
    rules = said(office, number)
    assert rules["cause"] == "node_capacity"
    assert facts_of(rules, "node_capacity") == {
        "orders": 6, "of": 6, "place": "WH-SH", "seen": 24, "late": 18, "batches": 3
    }  # fmt: skip


def test_one_late_wave_is_that_waves_trouble(office: Office) -> None:
    rules = said(office, bring(office, {"W1": range(18)}, range(18, 24)))
    assert rules["cause"] is None
    assert facts_of(rules, "node_capacity")["batches"] == 1


def test_what_it_caught_up_with_afterwards_does_not_hide_it(office: Office) -> None:
    number = bring(office, {"W1": range(6), "W2": range(6, 12), "W3": range(12, 18)}, range(18, 24))
    office.desk.advance(15 * MINUTE)
    quick = [f"SO{n}" for n in range(100, 160)]
    office.desk.scan(
        orders=[an_order(one) for one in quick],
        shipments=[a_shipment(one, printed_at=NOON + MINUTE, picked_at=NOON + 2 * MINUTE) for one in quick],
    )
    assert said(office, number)["cause"] == "node_capacity"


def test_an_ordinary_incident_stands_beside_what_was_around_it_as_well(office: Office) -> None:
    bring(
        office,
        {"W1": range(2), "W2": range(6, 8), "W3": range(12, 14), **{f"V{n}": [n] for n in range(20, 32)}},
        range(18, 20),
    )
    rules = said(office, office.youngest())
    assert rules["cause"] == "node_capacity"


def test_on_the_road_the_hands_are_the_carriers(office: Office) -> None:
    road = {**IN_TIME, "manifest_no": "M1"}
    number = bring(office, {"W1": range(24)}, (), **road)
    rules = said(office, number)
    assert facts_of(rules, "node_capacity")["orders"] == 0
    assert rules["cause"] is None


@pytest.mark.parametrize(("manifests", "cause"), [(3, "carrier_delay"), (1, None)])
def test_a_carrier_is_late_on_more_than_one_manifest(office: Office, manifests: int, cause: str | None) -> None:
    road = {**IN_TIME, "wave_no": "W1"}
    late = [a_shipment(f"SO{n}", manifest_no=f"M{n % manifests}", carrier="SF", **road) for n in range(18)]
    fine = [
        a_shipment(f"SO{n}", manifest_no="M9", carrier="ZTO", status="signed", signed_at=NOON - 44 * HOUR, **road)
        for n in range(18, 40)
    ]
    office.desk.scan(orders=[an_order(one["order_id"]) for one in [*late, *fine]], shipments=[*late, *fine])
    assert said(office, 1)["cause"] == cause
