"""What a cause happened to."""

from __future__ import annotations

import pytest

from orderwatch.core.review.classify import CAUSES
from orderwatch.core.review.subject import subject_of

from .about import about

KNOWN = about(
    fault_code="E42", sku="SKU-1", place="WH-SH", step="pick", carrier="SF", route="HK-SZ", holiday="National Day",
    supplier="SUP-1", channel="jd", source="wms",
)  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "subject"),
    {
        "source_outage": "wms", "system_fault": "E42", "stock_shortage": "WH-SH SKU-1", "node_capacity": "pick WH-SH",
        "carrier_delay": "SF", "customs_stop": "HK-SZ", "holiday": "National Day", "supplier_silent": "SUP-1",
        "address_incomplete": "jd", "placeholder": "jd", "moved_by_seller": "jd",
    }.items(),
)  # fmt: skip
def test_every_cause_happens_to_something(cause: str, subject: str) -> None:
    assert subject_of(cause, KNOWN) == subject


def test_nothing_is_said_where_no_cause_is_named_or_nothing_is_known() -> None:
    assert subject_of(None, KNOWN) is None
    assert {subject_of(cause, about(orders=0)) for cause in CAUSES} == {None}
