"""Frames of each feed from records of the company's systems, and the suites as they are shipped."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest

from orderwatch.hooks.sources.config import SourceConfig, load_source
from orderwatch.hooks.sources.decode import decode
from orderwatch.paths import POLICY
from orderwatch.validation.suite import Suite, load_suite
from orderwatch.validation.validate import FeedValidation, validate
from tests.hooks.sources.builders import NOW, make_order, make_shipment

CUSTOMER = {"id": "C00017", "tier": "VIP", "updated_at": "2026-09-01T02:03:04Z"}
REQUEST = {
    "id": "DR-0007", "order_no": "SO26100800012", "asked_by": "CUSTOMER", "asked_at": "2026-10-01T00:00:00Z",
    "until": "2026-10-12T00:00:00Z", "state": "CONFIRMED", "updated_at": "2026-10-01T00:00:00Z",
}  # fmt: skip
COMPLAINT = {
    "id": "CP-00007", "order_no": "SO26100800012", "customer": "C00017", "category": "LATE", "text": "***",
    "complained_at": "2026-10-06T09:00:00Z", "updated_at": "2026-10-06T09:00:00Z",
}  # fmt: skip
SOURCES: dict[str, tuple[str, dict[str, Any], str]] = {
    "orders": ("erp", make_order(), "order_no"),
    "shipments": ("wms", make_shipment(), "outbound_no"),
    "customers": ("crm", CUSTOMER, "id"),
    "delay_requests": ("crm", REQUEST, "id"),
    "complaints": ("crm", COMPLAINT, "id"),
}
Check = Callable[..., FeedValidation]


@cache
def shipped_source(name: str) -> SourceConfig:
    return load_source(POLICY / "sources" / f"{name}.yaml")


@cache
def shipped_suite(feed: str) -> Suite:
    return load_suite(POLICY / "suites" / f"{feed}.yaml")


def frame_of(feed: str, records: list[Any]) -> pd.DataFrame:
    """Decoded, and with what the caller knows: all orders exist."""
    source = shipped_source(SOURCES[feed][0])
    frame = decode(records, source.feed(feed), NOW)
    if feed in {"shipments", "delay_requests", "complaints"}:
        frame["order_known"] = True
    return frame


@pytest.fixture
def check() -> Check:
    """Decode records (or take a frame) and validate them by the shipped suite, with changes to it."""

    def run(feed: str, given: list[Any] | pd.DataFrame, **changes: Any) -> FeedValidation:
        suite = shipped_suite(feed).model_copy(update=changes)
        return validate(given if isinstance(given, pd.DataFrame) else frame_of(feed, given), suite, NOW)

    return run
