"""Sources tell what has happened so far, and nothing of what is still to come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderwatch.local.replay.story import Bodies, Story

from .stories import STEPS, a_company, a_passage, at, tell, write

LINES = json.dumps([
    {"line_no": 1, "sku": "A", "fulfilment": "supplier", "supplier_acknowledged_at": "2026-06-03T18:00:00+08:00"}
])
PACKAGES = json.dumps([
    {
        "package_no": "P1",
        "line_nos": [1],
        "eta_at": "2026-06-20T00:00:00+08:00",
        "signed_at": "2026-06-08T12:00:00+08:00",
    }
])
WISH = json.dumps([
    {"request_id": "R1", "requested_by": "customer", "requested_at": "2026-06-06T10:00:00+08:00", "state": "confirmed"}
])
WAYS: list[dict[str, Any]] = [
    a_passage("SO1", "review", "06-03 10:00", "06-03 12:00", lines=LINES, packages=PACKAGES, delay_requests=WISH),
    a_passage("SO1", "print", "06-03 12:00", "06-03 13:00"),
    a_passage("SO1", "pick", "06-03 13:00", "06-04 09:00", fault_code="WMS-7"),
    a_passage("SO1", "outbound", "06-04 09:00", "06-05 09:00"),
    a_passage(
        "SO1", "transport", "06-05 09:00", "06-09 09:00", customs_status="hold", customs_entered_at="2026-06-06 08:00"
    ),
    a_passage("SO2", "review", "06-03 11:00", "06-03 15:00", customer_segment="SVIP", order_value=5000),
    a_passage("SO2", "outbound", "06-04 08:00", "06-05 08:00"),
    a_passage("SO3", "review", "06-03 11:00", None, kind="presale", payment="paid"),
]  # fmt: skip


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    others = a_company(40).assign(kind=None, flags=None).to_dict("records")
    return tell(write(tmp_path_factory.mktemp("story"), [*WAYS, *others]))[1]


def of(bodies: Bodies, feed: str, order_id: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [one for one in bodies[feed] if one.get("order_id") == order_id]
    assert len(found) == 1, found
    return found[0]


def test_an_order_is_told_step_by_step(story: Story) -> None:
    told = story.known(at("06-03 12:30"))
    order, shipment = of(told, "orders", "SO1"), of(told, "shipments", "SO1")
    assert order["paid_at"] == "2026-06-03T02:00:00+00:00" and order["approved_at"] == "2026-06-03T04:00:00+00:00"
    assert order["status"] == "open" and shipment["status"] == "open"
    assert [shipment[name] for name in ("printed_at", "picked_at", "shipped_at", "signed_at")] == [None] * 4
    later = of(story.known(at("06-05 09:00")), "shipments", "SO1")
    assert later["shipped_at"] == "2026-06-05T01:00:00+00:00" and later["signed_at"] is None
    assert of(story.known(at("06-09 09:00")), "orders", "SO1")["status"] == "completed"


def test_nobody_knows_of_an_order_before_it_comes(story: Story) -> None:
    assert not [one for one in story.known(at("06-03 09:59"))["orders"] if one["order_id"] == "SO1"]


def test_what_a_step_says_is_known_when_it_begins(story: Story) -> None:
    assert of(story.known(at("06-03 12:59")), "shipments", "SO1")["fault_code"] is None
    assert of(story.known(at("06-03 13:00")), "shipments", "SO1")["fault_code"] == "WMS-7"


def test_what_lies_ahead_is_hidden(story: Story) -> None:
    before, after = story.known(at("06-03 17:59")), story.known(at("06-03 18:00"))
    assert of(before, "orders", "SO1")["lines"][0]["supplier_acknowledged_at"] is None
    assert of(after, "orders", "SO1")["lines"][0]["supplier_acknowledged_at"] is not None
    packages = of(before, "shipments", "SO1")["packages"]
    assert packages[0]["signed_at"] is None and packages[0]["eta_at"] is not None  # a plan may lie ahead
    assert before["delay_requests"] == []
    assert of(story.known(at("06-05 09:30")), "shipments", "SO1").get("customs_status") is None
    late = story.known(at("06-08 12:00"))
    assert of(late, "shipments", "SO1")["packages"][0]["signed_at"] is not None
    assert of(late, "shipments", "SO1")["customs_status"] == "hold"
    assert of(late, "delay_requests", "SO1")["request_id"] == "R1"


def test_news_are_the_changes_since(story: Story) -> None:
    assert {one["order_id"] for one in story.news(at("06-03 11:59"), at("06-03 12:00"))["orders"]} == {"SO1"}
    assert story.news(at("06-03 12:00"), at("06-03 12:59"))["orders"] == []  # what has been told is no news
    assert {one["order_id"] for one in story.news(at("06-06 09:00"), at("06-06 10:00"))["orders"]} == {
        "SO1"
    }  # the wish


def test_an_unchanged_side_of_an_order_keeps_its_version(story: Story) -> None:
    """Else every scan would ask anew about orders of which nothing has changed."""
    packed, shipped = story.known(at("06-04 10:00")), story.known(at("06-05 10:00"))
    assert of(packed, "orders", "SO1")["version"] == of(story.known(at("06-04 09:30")), "orders", "SO1")["version"]
    assert of(packed, "shipments", "SO1")["version"] < of(shipped, "shipments", "SO1")["version"]


def test_a_skipped_step_takes_no_time_and_who_goes_no_further_has_gone(story: Story) -> None:
    told = story.known(at("06-04 07:59"))
    assert of(told, "shipments", "SO2")["printed_at"] is None
    shipment = of(story.known(at("06-04 08:00")), "shipments", "SO2")
    assert shipment["printed_at"] == shipment["picked_at"] == "2026-06-04T00:00:00+00:00"
    assert of(story.known(at("06-05 08:00")), "orders", "SO2")["status"] == "cancelled"


def test_customers_and_money(story: Story) -> None:
    told = story.known(at("06-03 12:00"))
    tiers = {one["customer_id"]: one["tier"] for one in told["customers"]}
    assert tiers["C-SO1"] == "regular" and tiers["C-SO2"] == "svip"
    assert of(told, "orders", "SO2")["value_minor"] == 500_000 and of(told, "orders", "SO2")["currency"] == "CNY"
    assert of(told, "orders", "SO3")["balance_paid_at"] == of(told, "orders", "SO3")["paid_at"]


def test_every_step_of_a_made_up_company_is_told(tmp_path: Path) -> None:
    history, story = tell(write(tmp_path, a_company(60)))
    assert history.steps == STEPS
    told = story.known(at("12-01 00:00"))
    assert {one["status"] for one in told["orders"]} == {"completed", "open"}
    assert len(told["shipments"]) == len(told["orders"]) == 60
