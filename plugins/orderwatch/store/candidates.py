"""Late orders read from the database in the words that the rules speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from orderwatch.core.words import Candidate, DelayRequest, Line, Node, Order, Package, Shipment
from orderwatch.store.database import run

PAGE = 5000
BEFORE_ALL = (datetime(1970, 1, 1, tzinfo=UTC), "", 0)


def read_candidates(
    conn: Connection, nodes: Sequence[Node], now: datetime, triage_before: datetime
) -> Iterator[Candidate]:
    """Every order whose alert time has come in one of the nodes and that nobody has judged, oldest first.

    Doubtful ones come again when they have been in triage since ``triage_before``.
    """
    after = BEFORE_ALL
    while True:
        rows = run(
            conn,
            "detect/read_candidates",
            now=now,
            triage_before=triage_before,
            nodes=[int(node) for node in nodes],
            page_size=PAGE,
            after_alert_at=after[0],
            after_order_id=after[1],
            after_node=after[2],
        ).all()
        yield from map(_candidate, rows)
        if len(rows) < PAGE:
            return
        after = (rows[-1].alert_at, rows[-1].order_id, rows[-1].node)


def _candidate(row: Row[Any]) -> Candidate:
    return Candidate(
        order=order_of(row.orders, row.shipment, row.tier, row.delay_requests),
        node=Node(row.node),
        entered_at=row.entered_at,
        alert_at=row.alert_at,
        threshold=timedelta(seconds=row.ceiling_s if row.threshold_s is None else row.threshold_s),
        working_time=row.working_time,
        batch_no=row.batch_no,
        promise_broken_at=row.granted_until,
        in_triage_since=row.in_triage_since,
        promise_alert_at=row.promise_alert_at,
        chance=row.chance,
        samples=row.samples or 0,
        quantiles=tuple(row.quantiles or ()),
        alike=row.alike,
    )


def order_of(
    order: Mapping[str, Any],
    shipment: Mapping[str, Any] | None,
    tier: str | None,
    requests: Sequence[Mapping[str, Any]],
) -> Order:
    """One order of our tables, each part as JSON of its row."""
    return Order(
        order_id=order["order_id"],
        kind=order["kind"],
        status=order["status"],
        payment=order["payment"],
        value_minor=order["value_minor"],
        currency=order["currency"],
        channel=order["channel"],
        region=order["region"],
        category=order["category"],
        customer_id=order["customer_id"],
        tier=tier,
        warehouse=order["warehouse"],
        lines=tuple(map(_line, order["lines"])),
        paid_at=_instant(order["paid_at"]),
        balance_paid_at=_instant(order["balance_paid_at"]),
        platform_deadline_at=_instant(order["platform_deadline_at"]),
        promised_at=_instant(order["promised_at"]),
        entered_by=order["entered_by"],
        appointment_at=_instant(order["appointment_at"]),
        flags=frozenset(order["flags"]),
        sources_disagree_since=_instant(order["sources_disagree_since"]),
        delay_requests=tuple(map(_delay_request, requests)),
        shipment=_shipment(shipment) if shipment else Shipment(),
    )


def _line(line: Mapping[str, Any]) -> Line:
    within = line["ship_within_s"]
    return Line(
        line_no=line["line_no"],
        sku=line["sku"],
        category=line["category"],
        quantity=line["quantity"],
        presale=bool(line["presale"]),
        ship_by=_instant(line["ship_by"]),
        original_ship_by=_instant(line["original_ship_by"]),
        ship_within=None if within is None else timedelta(seconds=within),
        perishable=bool(line["perishable"]),
        bulky=bool(line["bulky"]),
        weight_g=line["weight_g"],
        fulfilment=line["fulfilment"],
        supplier=line["supplier"],
        supplier_acknowledged_at=_instant(line["supplier_acknowledged_at"]),
        supplier_slot_at=_instant(line["supplier_slot_at"]),
    )


def _shipment(shipment: Mapping[str, Any]) -> Shipment:
    return Shipment(
        wave_no=shipment["wave_no"],
        manifest_no=shipment["manifest_no"],
        carrier=shipment["carrier"],
        shortage_skus=tuple(shipment["shortage_skus"]),
        fault_code=shipment["fault_code"],
        packages=tuple(map(_package, shipment["packages"])),
        customs_status=shipment["customs_status"],
        customs_entered_at=_instant(shipment["customs_entered_at"]),
        customs_route=shipment["customs_route"],
    )


def _package(package: Mapping[str, Any]) -> Package:
    return Package(
        package_no=package["package_no"],
        line_nos=tuple(package["line_nos"]),
        eta_at=_instant(package["eta_at"]),
        shipped_at=_instant(package["shipped_at"]),
        signed_at=_instant(package["signed_at"]),
    )


def _delay_request(request: Mapping[str, Any]) -> DelayRequest:
    return DelayRequest(
        request_id=request["request_id"],
        requested_by=request["requested_by"],
        requested_at=datetime.fromisoformat(request["requested_at"]),
        until_at=_instant(request["until_at"]),
        state=request["state"],
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
