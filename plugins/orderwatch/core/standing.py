"""Where an order stands by the sources' own words at this moment, asked before a customer or money is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orderwatch.core.words import Node, OrderStatus, Payment


@dataclass(frozen=True, slots=True)
class OrderNow:
    """What the order system says of one order."""

    status: OrderStatus
    payment: Payment
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShipmentNow:
    """What the warehouse says of one shipment of the order."""

    shipment_id: str
    version: datetime
    status: str
    printed_at: datetime | None = None
    picked_at: datetime | None = None
    shipped_at: datetime | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MovedOn:
    """Why the order is no longer where it was late, and since when, if its source says when."""

    what: str
    at: datetime | None = None


_LEAVES = ("approved_at", "printed_at", "picked_at", "shipped_at", "signed_at")  # each node in turn
_SAYS = {
    "approved_at": "approved",
    "printed_at": "printed",
    "picked_at": "picked",
    "shipped_at": "shipped",
    "signed_at": "signed for",
}


def moved_on(node: Node, order: OrderNow, shipments: Sequence[ShipmentNow]) -> MovedOn | None:
    """Why nobody needs to be told or paid for waiting in this node any more; none while the order still stands there.

    Of several shipments the one counts that is not cancelled, else the newest, as in ``shipment_of`` of the books.
    """
    if order.status != "open":
        return MovedOn(order.status)
    if order.payment != "paid":
        return MovedOn(order.payment)
    shipment = _the_one_that_counts(shipments)
    for milestone in _LEAVES[node - 1 :]:
        at = order.approved_at if milestone == "approved_at" else getattr(shipment, milestone, None)
        if at is not None:
            return MovedOn(_SAYS[milestone], at)
    return None


def _the_one_that_counts(shipments: Sequence[ShipmentNow]) -> ShipmentNow | None:
    return min(
        shipments,
        key=lambda one: (one.status == "cancelled", one.status == "signed", -one.version.timestamp()),
        default=None,
    )
