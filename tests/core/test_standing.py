"""An order has moved on as soon as its own systems say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orderwatch.core.standing import MovedOn, OrderNow, ShipmentNow, moved_on
from orderwatch.core.words import Node

AT = datetime(2026, 11, 18, 4, tzinfo=UTC)
WAITS = OrderNow("open", "paid", AT)


def shipment(name: str = "OB1", version: datetime = AT, status: str = "open", **times: datetime) -> ShipmentNow:
    return ShipmentNow(name, version, status, **times)


@pytest.mark.parametrize(
    ("node", "milestone", "says"),
    [
        (Node.PRINT, "printed_at", "printed"), (Node.PICK, "picked_at", "picked"),
        (Node.OUTBOUND, "shipped_at", "shipped"), (Node.TRANSPORT, "signed_at", "signed for"),
        (Node.PICK, "shipped_at", "shipped"), (Node.PRINT, "signed_at", "signed for"),
    ],
)  # fmt: skip
def test_a_milestone_behind_the_node_ends_its_waiting(node: Node, milestone: str, says: str) -> None:
    assert moved_on(node, WAITS, [shipment(**{milestone: AT})]) == MovedOn(says, AT)


def test_an_order_in_review_moves_on_with_its_approval() -> None:
    assert moved_on(Node.REVIEW, OrderNow("open", "paid"), []) is None
    assert moved_on(Node.REVIEW, WAITS, []) == MovedOn("approved", AT)


def test_what_brought_it_into_the_node_is_no_reason() -> None:
    assert moved_on(Node.OUTBOUND, WAITS, [shipment(printed_at=AT, picked_at=AT)]) is None
    assert moved_on(Node.PICK, WAITS, []) is None


@pytest.mark.parametrize("order", [OrderNow("cancelled", "paid"), OrderNow("completed", "paid")])
def test_an_order_that_is_over_waits_for_nothing(order: OrderNow) -> None:
    assert moved_on(Node.PICK, order, [shipment()]) == MovedOn(order.status)


@pytest.mark.parametrize("payment", ["refunded", "unpaid", "deposit"])
def test_an_order_that_is_not_paid_waits_for_nothing(payment: str) -> None:
    assert moved_on(Node.PICK, OrderNow("open", payment), []) == MovedOn(payment)  # type: ignore[arg-type]


def test_a_shipment_that_was_cancelled_or_begun_anew_does_not_count() -> None:
    again = shipment("OB2", AT + timedelta(hours=1))
    assert moved_on(Node.PICK, WAITS, [shipment(status="cancelled", picked_at=AT), again]) is None
    assert moved_on(Node.PICK, WAITS, [shipment(picked_at=AT), again]) is None
    assert moved_on(Node.PICK, WAITS, [again, shipment("OB3", AT + timedelta(hours=2), picked_at=AT)]) is not None


@pytest.mark.parametrize("status", ["cancelled", "signed"])
def test_a_shipment_that_is_over_does_not_count_beside_one_that_waits_however_late_it_was_touched(status: str) -> None:
    over = shipment("OB2", AT + timedelta(hours=1), status, picked_at=AT, signed_at=AT)
    assert moved_on(Node.PICK, WAITS, [shipment(), over]) is None
    assert moved_on(Node.PICK, WAITS, [over, shipment()]) is None
