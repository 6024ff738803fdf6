"""The words of the business as types: an order, its lines, its shipment, and one order in one node.

Everything here is already parsed and trusted: instants are aware and UTC, money is integer minor units,
``None`` means "the source says nothing about it".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, Literal


class Node(IntEnum):
    """The five critical steps of an order, in the order in which it passes them."""

    REVIEW = 1
    PRINT = 2
    PICK = 3
    OUTBOUND = 4
    TRANSPORT = 5

    @property
    def code(self) -> str:
        return self.name.lower()


CODES: Final[Mapping[int, str]] = {int(node): node.code for node in Node}
"""Number to code."""
NODES: Final[Mapping[str, Node]] = {node.code: node for node in Node}
"""Code to node."""

OrderKind = Literal["normal", "presale"]
OrderStatus = Literal["open", "completed", "cancelled"]
Payment = Literal["unpaid", "deposit", "paid", "refunded"]
Fulfilment = Literal["warehouse", "supplier"]
CustomsStatus = Literal["clearing", "hold", "documents_missing", "released"]


@dataclass(frozen=True, slots=True)
class Line:
    """One article of an order."""

    line_no: int
    sku: str
    category: str
    quantity: int = 1
    presale: bool = False
    ship_by: datetime | None = None  # presale: the date promised now
    original_ship_by: datetime | None = None  # presale: the date promised first; a later one is the seller's
    ship_within: timedelta | None = None  # presale: promise relative to the payment of the balance
    perishable: bool = False
    bulky: bool = False
    weight_g: int | None = None
    fulfilment: Fulfilment = "warehouse"
    supplier: str | None = None
    supplier_acknowledged_at: datetime | None = None
    supplier_slot_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """One parcel of a split plan, with its own promised arrival in the next step."""

    package_no: str
    line_nos: tuple[int, ...]
    eta_at: datetime | None
    shipped_at: datetime | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DelayRequest:
    """A wish for later delivery, whoever uttered it."""

    request_id: str
    requested_by: Literal["customer", "seller"]
    requested_at: datetime
    until_at: datetime | None
    state: Literal["confirmed", "pending", "refused"]


@dataclass(frozen=True, slots=True)
class Shipment:
    """What the warehouse and the carrier know of an order."""

    wave_no: str | None = None
    manifest_no: str | None = None
    carrier: str | None = None
    shortage_skus: tuple[str, ...] = ()
    fault_code: str | None = None  # the warehouse's own systems failed on this order
    packages: tuple[Package, ...] = ()
    customs_status: CustomsStatus | None = None
    customs_entered_at: datetime | None = None
    customs_route: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One customer's order as the three systems together describe it."""

    order_id: str
    kind: OrderKind
    status: OrderStatus
    payment: Payment
    value_minor: int
    currency: str
    channel: str
    region: str
    category: str
    customer_id: str
    tier: str | None
    warehouse: str
    lines: tuple[Line, ...]
    paid_at: datetime | None
    balance_paid_at: datetime | None = None
    platform_deadline_at: datetime | None = None
    promised_at: datetime | None = None  # the customer is to have it by then
    entered_by: str | None = None  # customer, sales, service, or a way in that only the source knows
    appointment_at: datetime | None = None  # when it is to be installed or handed over
    flags: frozenset[str] = frozenset()  # stocking, test, duplicate, placeholder, fraud_hold, address_incomplete
    sources_disagree_since: datetime | None = None
    delay_requests: tuple[DelayRequest, ...] = ()
    shipment: Shipment = field(default_factory=Shipment)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One order in one node whose alert time has passed: the question put to every rule.

    ``threshold`` is the learned normal limit of orders like it (working time where ``working_time``),
    ``batch_no`` the wave or carrier manifest it travels with, ``promise_broken_at`` the end of an
    exemption that was granted earlier and has run out. ``promise_alert_at`` is set where the promise to the customer
    decides what is late, ``chance`` that it breaks.
    """

    order: Order
    node: Node
    entered_at: datetime
    alert_at: datetime
    threshold: timedelta
    working_time: bool = True
    batch_no: str | None = None
    promise_broken_at: datetime | None = None
    in_triage_since: datetime | None = None  # a person was asked to look at it first
    promise_alert_at: datetime | None = None
    chance: float | None = None
    samples: int = 0  # orders like it, and how long they took at each share (see ``models.quantiles``)
    quantiles: tuple[int, ...] = ()
    alike: str | None = None  # in what they are: ``cell`` (all keys of the node), ``node`` (none), or some keys


def stopped(candidate: Candidate) -> bool:
    """The parcel is held at the border or lacks papers: no waiting will move it."""
    return candidate.node is Node.TRANSPORT and candidate.order.shipment.customs_status in {"hold", "documents_missing"}


def packages_waiting(line: Line, candidate: Candidate) -> tuple[Package, ...]:
    """The parcels with this article that have not left the node yet."""
    return tuple(
        package
        for package in candidate.order.shipment.packages
        if line.line_no in package.line_nos
        and (package.signed_at if candidate.node is Node.TRANSPORT else package.shipped_at) is None
    )


def lines_waiting(candidate: Candidate) -> tuple[Line, ...]:
    """The articles that are still in the node: all but those whose parcels have all left it."""
    packed = {no for package in candidate.order.shipment.packages for no in package.line_nos}
    return tuple(
        line for line in candidate.order.lines if line.line_no not in packed or packages_waiting(line, candidate)
    )
