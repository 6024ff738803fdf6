"""What the company's systems say of the orders, each change when it happens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from bench.year.orders import Orders
from demo.vocabulary import CARRIERS, CATEGORIES, CHANNELS, REGIONS, WAREHOUSES

Bodies = dict[str, list[dict[str, Any]]]
LINE: Final[dict[str, Any]] = {
    "line_no": 1, "sku": "SKU-0", "quantity": 1, "price_minor": 20_000, "presale": False, "ship_by": None,
    "original_ship_by": None, "ship_within_s": None, "perishable": False, "bulky": False, "weight_g": 500,
    "fulfilment": "warehouse", "supplier": None, "supplier_acknowledged_at": None, "supplier_slot_at": None,
}  # fmt: skip
UNKNOWN_CUSTOMERS: Final = 50  # of one in so many the CRM has never heard


class Feed:
    """The sources of the company: whatever has changed since they were asked last."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        n = len(orders)
        at = [orders.entries.ravel()]
        whose = [np.repeat(np.arange(n), orders.entries.shape[1])]
        for i, said in orders.said.items():
            times = np.array([time for one in said for time in (one.begins, one.ends)], dtype=np.int64)
            at.append(times)
            whose.append(np.full(len(times), i))
        every, owners = np.concatenate(at), np.concatenate(whose)
        order = np.argsort(every, kind="stable")
        self._at, self._whose = every[order], owners[order]

    def news(self, after: int, until: int) -> Bodies:
        """Whatever changed after ``after``, as it is at ``until``."""
        first, last = np.searchsorted(self._at, (after, until), side="right")
        bodies: Bodies = {"orders": [], "shipments": [], "customers": []}
        for i in np.unique(self._whose[first:last]).tolist():
            version = iso(until)
            bodies["orders"].append(self._order(i, until, version))
            if self.orders.entries[i, 1] <= until:
                bodies["shipments"].append(self._shipment(i, until, version))
            if after < self.orders.entries[i, 0] and i % UNKNOWN_CUSTOMERS:
                tier = "vip" if self.orders.important[i] else "regular"
                bodies["customers"].append({"customer_id": f"C{i}", "version": version, "tier": tier})
        return bodies

    def _order(self, i: int, at: int, version: str) -> dict[str, Any]:
        orders, said = self.orders, self._said(i, at, "of_order")
        entries = orders.entries[i]
        category = CATEGORIES[orders.category[i]]
        return {
            "order_id": f"SO{i}", "version": version, "status": "completed" if entries[5] <= at else "open",
            "kind": "normal", "payment": "paid", "channel": CHANNELS[orders.channel[i]],
            "region": REGIONS[orders.region[i]], "category": category, "customer_id": f"C{i}",
            "warehouse": WAREHOUSES[orders.warehouse[i]], "paid_at": iso(int(entries[0])), "balance_paid_at": None,
            "approved_at": past(int(entries[1]), at), "value_minor": 20_000, "currency": "CNY",
            "platform_deadline_at": None, "promised_at": None, "flags": said.get("flags", []),
            "lines": [LINE | {"category": category} | said.get("line", {})],
        }  # fmt: skip

    def _shipment(self, i: int, at: int, version: str) -> dict[str, Any]:
        orders, entries = self.orders, self.orders.entries[i]
        plain: dict[str, Any] = {
            "shipment_id": f"OB{i}", "order_id": f"SO{i}", "version": version,
            "status": "signed" if entries[5] <= at else "open", "warehouse": WAREHOUSES[orders.warehouse[i]],
            "wave_no": orders.wave[i], "manifest_no": orders.manifest[i] if entries[3] <= at else None,
            "carrier": CARRIERS[orders.carrier[i]], "created_at": iso(int(entries[1])),
            "printed_at": past(int(entries[2]), at), "picked_at": past(int(entries[3]), at),
            "shipped_at": past(int(entries[4]), at), "signed_at": past(int(entries[5]), at),
            "shortage_skus": [], "fault_code": None, "packages": [], "customs_status": None,
            "customs_entered_at": None, "customs_route": None,
        }  # fmt: skip
        return plain | self._said(i, at, "of_shipment")

    def _said(self, i: int, at: int, part: str) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for one in self.orders.said.get(i, ()):
            if one.begins <= at < one.ends:
                merged |= getattr(one, part)
        return merged


def iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def past(event: int, at: int) -> str | None:
    """An instant that has come; nothing of what is still to happen."""
    return iso(event) if event <= at else None
