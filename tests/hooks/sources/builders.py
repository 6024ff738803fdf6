"""Records as the company's systems send them; a test states only what matters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 10, 8, 2, 0, tzinfo=UTC)


def make_order(**changes: Any) -> dict[str, Any]:
    """An order as the ERP sends it."""
    line = {
        "line_no": 1, "sku": "FRESH-0012", "category": "fresh", "qty": 2, "price": "61.70", "presale": False,
        "ship_by": None, "original_ship_by": None, "ship_within_hours": None, "perishable": True,
        "bulky": False, "weight_g": 1200, "fulfilment": "WAREHOUSE", "supplier": None,
        "supplier_ack_time": None, "supplier_slot_time": None,
    }  # fmt: skip
    order = {
        "order_no": "SO26100800012", "modified": "2026-10-08 09:58:13", "state": "WAIT_AUDIT",
        "order_type": "NORMAL", "shop": {"code": "tmall-01", "channel": "tmall"},
        "buyer": {"customer_no": "C00017", "name": "王小明", "phone": "13800138000",
                  "province": "广东", "address": "中山路1号"},
        "paid_time": "2026-10-07 21:14:05", "balance_paid_time": None, "audit_time": None,
        "pay": {"state": "PAID", "amount": "1234.50", "currency": "CNY"}, "latest_ship_time": None,
        "promise_time": None,
        "warehouse": "WH-SH", "tags": ["stocking"], "remark": None, "lines": [line],
    }  # fmt: skip
    return order | changes


def make_shipment(**changes: Any) -> dict[str, Any]:
    """A shipment as the WMS sends it: waiting for its label."""
    ms = int(NOW.timestamp()) * 1000
    return {
        "outbound_no": "OB26100800012", "order_no": "SO26100800012", "modified": ms - 60_000, "wh": "WH-SH",
        "state": 10, "wave": None, "manifest": None, "carrier": "SF", "created": ms - 60_000, "printed": None,
        "picked": None, "shipped": None, "signed": None, "shortage": [], "fault": None, "packages": [],
        "customs": None,
    } | changes  # fmt: skip
