"""Records as broken as real systems send them; the truth lists each as quarantined, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.feed import Loose, Row
from demo.instants import DAY, HOUR, day_code, local_text, utc_text

Change = Callable[[Row, int], None]  # spoils a good row in place, given now


@dataclass(frozen=True, slots=True)
class Quarantined:
    """What a perfect validation keeps out."""

    source: str
    feed: str
    record_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Dirt:
    """The broken records of the three systems, and their places in the truth."""

    orders: tuple[Loose, ...] = ()
    shipments: tuple[Loose, ...] = ()
    customers: tuple[Loose, ...] = ()
    delay_requests: tuple[Loose, ...] = ()
    truth: tuple[Quarantined, ...] = ()


def _set(*path: str, to: Any) -> Change:
    def change(row: Row, now: int) -> None:
        target = row
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = to

    return change


def _paid_in_two_days(row: Row, now: int) -> None:
    row["paid_time"] = local_text(now // DAY * DAY + 3 * DAY)  # the same record, however often it is asked for


def _audited_before_paid(row: Row, now: int) -> None:
    row["state"] = "AUDITED"
    row["audit_time"], row["paid_time"] = row["paid_time"], row["modified"]


ORDERS: tuple[tuple[str, Change], ...] = (
    ("negative_amount", _set("pay", "amount", to="-12.00")),
    ("unknown_status", _set("state", to="PENDING_REVIEW_2")),
    ("missing_key", _set("order_no", to=None)),
    ("future_time", _paid_in_two_days),
    ("bad_currency", _set("pay", "currency", to="XXX")),
    ("wrong_type", _set("pay", "amount", to="abc")),
    ("duplicate_id", _set("remark", to="first")),
    ("duplicate_id", _set("remark", to="second")),
    ("time_order", _audited_before_paid),
    ("too_large", _set("remark", to="很" * 350_000)),
)


def make_dirt(now: int, template: Row, shipment: Row, order_no: str, customer: Row) -> Dirt:
    """Spoiled copies of a good order, a good shipment and a good customer; ``order_no`` exists in the ERP."""
    orders = tuple(_dirty_order(at, reason, change, template, now) for at, (reason, change) in enumerate(ORDERS))
    shipped = int(shipment["picked"]) - HOUR * 1000
    shipments = (
        _shipment("OB00000000001", shipment, now, order_no="SO00000000001", state=40, signed=None),
        _shipment("OB00000000002", shipment, now, shipped=shipped, state=40, signed=None),
    )
    gold = _loose("C90001", customer | {"tier": "GOLD"}, now - 5 * HOUR)
    request = {
        "id": "DR-9001",
        "order_no": order_no,
        "asked_by": "CUSTOMER",
        "asked_at": utc_text(now - DAY),
        "until": utc_text(now - 2 * DAY),
        "state": "CONFIRMED",
    }
    backwards = _loose("DR-9001", request, now - DAY)
    truth = [
        Quarantined("erp", "orders", one.key or None, reason) for one, (reason, _) in zip(orders, ORDERS, strict=True)
    ]
    truth += [
        Quarantined("wms", "shipments", "OB00000000001", "unknown_order"),
        Quarantined("wms", "shipments", "OB00000000002", "time_order"),
        Quarantined("crm", "customers", "C90001", "unknown_tier"),
        Quarantined("crm", "delay_requests", "DR-9001", "time_order"),
    ]
    return Dirt(orders, shipments, (gold,), (backwards,), tuple(truth))


def _dirty_order(at: int, reason: str, change: Change, template: Row, now: int) -> Loose:
    twin = at - 1 if ORDERS[at - 1][0] == reason else at
    modified = now - 2 * HOUR - twin * 7 * 60
    paid = modified - HOUR
    number = f"SO{day_code(paid)}9{twin + 1:04d}"

    def render(current: int) -> Row:
        row = template | {
            "order_no": number,
            "modified": local_text(modified),
            "state": "WAIT_AUDIT",
            "paid_time": local_text(paid),
            "audit_time": None,
            "pay": dict(template["pay"]),
        }
        change(row, current)
        return row

    key = "" if reason == "missing_key" else number
    return Loose(key, modified, render)


def _shipment(number: str, good: Row, now: int, **changes: Any) -> Loose:
    modified = now - 3 * HOUR
    row = good | {"outbound_no": number, "modified": modified * 1000} | changes
    return Loose(number, modified, lambda current: row)


def _loose(key: str, row: Row, modified: int) -> Loose:
    stamped = row | {"id": key, "updated_at": utc_text(modified)}
    return Loose(key, modified, lambda current: stamped)
