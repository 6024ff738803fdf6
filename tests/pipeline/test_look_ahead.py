"""What becomes late right after a scan is found by that scan, so that nobody waits for the next one and the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from orderwatch.core.policy.grading import GradingFile
from orderwatch.core.words import Node
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, a_shipment, an_order, late_in_pick


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def in_picking_until(desk: Desk, late_at: timedelta, order_id: str = "SO1") -> None:
    """An order that is late so long after noon: the desk's limit is four hours, and the morning is all work."""
    printed = NOON - 4 * HOUR + late_at
    desk.scan(
        orders=[an_order(order_id, paid_at=printed - HOUR, approved_at=printed - HOUR)],
        shipments=[a_shipment(order_id, created_at=printed - HOUR, printed_at=printed)],
    )


def test_what_is_late_within_two_minutes_is_late_now(desk: Desk) -> None:
    in_picking_until(desk, 2 * MINUTE)
    (alert_at,) = desk.ask("select alert_at from order_alert")
    assert alert_at == NOON + 2 * MINUTE  # the limit itself is not moved
    assert desk.incidents() == {"order:SO1:pick": "open"}


def test_what_is_late_after_that_waits_for_the_next_scan(desk: Desk) -> None:
    in_picking_until(desk, 3 * MINUTE)
    assert desk.incidents() == {}
    desk.advance(15 * MINUTE)
    desk.scan()
    assert desk.incidents() == {"order:SO1:pick": "open"}


def test_it_stays_open_at_the_next_scan_and_is_told_once(desk: Desk) -> None:
    in_picking_until(desk, MINUTE)
    before = desk.ask("select count(*) from effect")
    for _ in range(2):
        desk.advance(15 * MINUTE)
        desk.scan()
    assert desk.incidents() == {"order:SO1:pick": "open"}
    assert desk.ask("select count(*) from effect where family in ('opened', 'digest')") == before


def changed_facts() -> dict[str, Any]:
    """The order has another region, and another one is late in review."""
    waiting = {"paid_at": NOON - 5 * HOUR, "approved_at": NOON - 5 * HOUR}
    return {"orders": [an_order("SO1", version=NOON, region="北京", **waiting), an_order("SO2", approved_at=None)]}


def still_open_before_its_limit(desk: Desk) -> bool:
    question = """
        select a.closed_at is null and w.alert_at > :now
        from anomaly as a inner join order_alert as w using (order_id, node) where order_id = 'SO1'
    """
    return bool(desk.ask(question, now=desk.now()) == [True])


def test_new_facts_about_it_before_its_limit_begin_nothing_anew(desk: Desk) -> None:
    in_picking_until(desk, MINUTE)
    desk.scan(**changed_facts())
    assert still_open_before_its_limit(desk)


def test_new_facts_about_it_close_nothing_while_its_source_is_out(desk: Desk) -> None:
    desk.set_time(NOON - 40 * MINUTE)
    in_picking_until(desk, MINUTE)
    desk.set_time(NOON - MINUTE / 2)
    desk.scan(silent=("wms",))
    assert still_open_before_its_limit(desk)
    desk.set_time(NOON + MINUTE / 2)
    assert desk.scan(silent=("wms",), **changed_facts())["unknown"] == 1  # nobody can judge it, and others are judged
    assert still_open_before_its_limit(desk)


def test_a_wish_whose_grace_ends_within_two_minutes_has_ended(desk: Desk) -> None:
    ends = NOON + MINUTE - desk.policy.node(Node.PICK).grace
    wish = {
        "request_id": "R1", "order_id": "SO1", "version": NOON - HOUR, "state": "confirmed",
        "requested_by": "customer", "requested_at": NOON - HOUR, "until_at": ends,
    }  # fmt: skip
    desk.scan(**late_in_pick("SO1"), delay_requests=[wish])
    assert desk.incidents() == {"order:SO1:pick": "open"}


def test_an_order_that_leaves_its_step_in_time_after_all_is_resolved(desk: Desk) -> None:
    in_picking_until(desk, MINUTE)
    picked = NOON + MINUTE / 2
    for _ in range(2):
        desk.advance(15 * MINUTE)
        desk.scan(shipments=[a_shipment("SO1", version=picked, picked_at=picked, printed_at=NOON - 4 * HOUR)])
    assert desk.incidents() == {"order:SO1:pick": "resolved"}


def test_nobody_may_look_so_far_ahead_that_orders_in_time_are_late(desk: Desk) -> None:
    grading = desk.policy.grading.model_dump() | {"look_ahead": "6m"}
    with pytest.raises(ValidationError, match="more than 5m would call orders late that are not"):
        GradingFile.model_validate(grading)
