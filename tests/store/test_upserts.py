"""Facts arrive in any order, twice, or late: the books end in the same state and never go back."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Engine

from tests.pipeline.desk import HOUR, MINUTE, NOON, Body, Desk, a_shipment, an_order

STATE = """
    select md5(string_agg(t::text, '' order by t::text)) from (
        select concat('o', o) from orders o union all select concat('s', s) from shipment s
        union all select concat('c', c) from customer c union all select concat('d', d) from delay_request d
        union all select concat('n', order_id, node, entered_at, left_at, batch_no) from order_stage
        union all select concat('a', order_id, node, entered_at, alert_at, threshold_s) from order_alert
    ) as t (t)
"""


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def bring(desk: Desk, **feeds: list[Body]) -> int:
    return desk.bring_in(desk.open(), **feeds)


@pytest.mark.parametrize(
    ("feed", "newer", "older", "column"),
    [
        ("orders", an_order(version=NOON, payment="refunded"), an_order(version=NOON - MINUTE), "payment"),
        ("shipments", a_shipment(version=NOON, carrier="JD"), a_shipment(version=NOON - MINUTE), "carrier"),
        (
            "customers",
            {"customer_id": "C1", "version": NOON, "tier": "vip"},
            {"customer_id": "C1", "version": NOON - MINUTE, "tier": "regular"},
            "tier",
        ),
        (
            "delay_requests",
            {"request_id": "D1", "order_id": "SO1", "version": NOON, "requested_by": "customer",
             "requested_at": NOON, "until_at": None, "state": "confirmed"},
            {"request_id": "D1", "order_id": "SO1", "version": NOON - MINUTE, "requested_by": "customer",
             "requested_at": NOON, "until_at": None, "state": "pending"},
            "state",
        ),
        (
            "complaints",
            {"complaint_id": "CP1", "order_id": "SO1", "version": NOON, "customer_id": "C1",
             "complained_at": NOON - HOUR, "about": "damaged"},
            {"complaint_id": "CP1", "order_id": "SO1", "version": NOON - MINUTE, "customer_id": "C1",
             "complained_at": NOON - HOUR, "about": "late"},
            "about",
        ),
    ],
    ids=["orders", "shipments", "customers", "delay_requests", "complaints"],
)  # fmt: skip
def test_an_older_version_never_overwrites_a_newer_one(
    desk: Desk, feed: str, newer: Body, older: Body, column: str
) -> None:
    table = {"orders": "orders", "shipments": "shipment", "customers": "customer", "complaints": "complaint"}.get(
        feed, "delay_request"
    )
    bring(desk, **{feed: [newer]})
    assert bring(desk, **{feed: [older]}) == 0
    assert desk.ask(f"select {column} from {table}") == [newer[column]]


def test_the_same_rows_again_change_nothing(desk: Desk) -> None:
    feeds = {"orders": [an_order()], "shipments": [a_shipment()]}
    assert bring(desk, **feeds) == 1
    before = desk.ask(
        "select xmin::text, ctid::text from order_stage union all select xmin::text, ctid::text from orders"
    )
    assert bring(desk, **feeds) == 0
    assert before == desk.ask(
        "select xmin::text, ctid::text from order_stage union all select xmin::text, ctid::text from orders"
    )


def life_of(number: int) -> list[tuple[str, Body]]:
    """Everything the systems ever say about one order, with their versions."""
    order_id, start = f"SO{number}", NOON - timedelta(hours=50 + number)
    fate = number % 3
    said: list[tuple[str, Body]] = [
        ("orders", an_order(order_id, version=start, approved_at=None, payment="unpaid", paid_at=None)),
        ("orders", an_order(order_id, version=start + HOUR, approved_at=None, paid_at=start + HOUR)),
        ("orders", an_order(order_id, version=start + 2 * HOUR, paid_at=start + HOUR, approved_at=start + 2 * HOUR)),
        ("shipments", a_shipment(order_id, version=start + 3 * HOUR, printed_at=None)),
        ("shipments", a_shipment(order_id, version=start + 4 * HOUR, printed_at=start + 4 * HOUR, wave_no="W1")),
        ("customers", {"customer_id": f"C-{order_id}", "version": start, "tier": "regular"}),
        ("customers", {"customer_id": f"C-{order_id}", "version": start + HOUR, "tier": "vip"}),
    ]
    if fate == 1:
        cancelled = {"version": start + 5 * HOUR, "status": "cancelled"}
        said.append(("orders", an_order(order_id, paid_at=start + HOUR, approved_at=start + 2 * HOUR, **cancelled)))
        said.append(("shipments", a_shipment(order_id, printed_at=start + 4 * HOUR, wave_no="W1", **cancelled)))
    if fate == 2:
        times = {"printed_at": start + 4 * HOUR, "picked_at": start + 5 * HOUR, "shipped_at": start + 6 * HOUR}
        said.append(("shipments", a_shipment(order_id, version=start + 6 * HOUR, wave_no="W1", **times)))
    return said


def test_twenty_shuffles_of_the_same_events_end_in_the_same_state(desk: Desk) -> None:
    events = [event for number in range(9) for event in life_of(number)]
    ends = set()
    for seed in range(20):
        desk.forget()
        dice = Random(seed)
        told = [*events, *dice.sample(events, 20)]
        if seed:
            dice.shuffle(told)
        rest = told
        while rest:
            size = dice.randint(20, 60)
            bring(desk, **newest_per_key(rest[:size]))
            rest = rest[size:]
        ends.add(desk.ask(STATE)[0])
    assert len(ends) == 1


def newest_per_key(events: list[tuple[str, Body]]) -> dict[str, list[Body]]:
    """One pull as validation leaves it: of each record the newest version."""
    keys = {"orders": "order_id", "shipments": "shipment_id", "customers": "customer_id"}
    feeds: dict[str, dict[str, Body]] = {}
    for feed, body in events:
        known = feeds.setdefault(feed, {}).get(body[keys[feed]])
        if known is None or body["version"] >= known["version"]:
            feeds[feed][body[keys[feed]]] = body
    return {feed: list(bodies.values()) for feed, bodies in feeds.items()}


def test_a_second_shipment_for_an_order_stops_nothing(desk: Desk) -> None:
    bring(desk, orders=[an_order()], shipments=[a_shipment(version=NOON - HOUR)])
    bring(desk, shipments=[a_shipment(version=NOON, status="cancelled")])
    again = a_shipment(shipment_id="OB-again", version=NOON + MINUTE, printed_at=NOON + MINUTE)
    bring(desk, shipments=[again])
    assert desk.ask("select node, entered_at from order_alert") == [(3, NOON + MINUTE)]


def test_an_order_shipped_twice_over_waits_for_the_shipment_that_is_not_cancelled(desk: Desk) -> None:
    old = a_shipment(version=NOON, status="cancelled")
    new = a_shipment(shipment_id="OB-again", version=NOON - MINUTE, printed_at=NOON - MINUTE)
    bring(desk, orders=[an_order()], shipments=[old, new])
    assert desk.ask("select node, entered_at from order_alert") == [(3, NOON - MINUTE)]
