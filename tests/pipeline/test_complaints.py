"""What customers complain about is known, and decides nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text

from orderwatch.hooks.sources.config import load_source
from orderwatch.hooks.sources.intake import take_in
from orderwatch.paths import POLICY
from orderwatch.pipeline.detect import detect
from orderwatch.pipeline.sources import feeds_of_all_sources
from tests.pipeline.desk import HOUR, MINUTE, NOON, Body, Desk, a_shipment, an_order, late_in_pick

BOOKS = """
    select order_id, alert_at::text, judged_at::text, verdict from order_alert
    union all select order_id, entered_at::text, left_at::text, node::text from order_stage
    union all select order_id, detected_at::text, closed_at::text, verdict from anomaly order by 1, 2, 3, 4
"""


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def a_complaint(order_id: str = "SO1", **changes: Any) -> Body:
    plain = {
        "complaint_id": f"CP-{order_id}", "order_id": order_id, "version": NOON, "customer_id": f"C-{order_id}",
        "complained_at": NOON - HOUR, "about": "late",
    }  # fmt: skip
    return plain | changes


def test_a_complaint_makes_no_order_late_and_asks_none_anew(desk: Desk) -> None:
    in_time = {"orders": [an_order("SO2")], "shipments": [a_shipment("SO2", printed_at=NOON - HOUR)]}
    late = late_in_pick("SO1")
    desk.scan(orders=[*late["orders"], *in_time["orders"]], shipments=[*late["shipments"], *in_time["shipments"]])
    before = desk.ask(BOOKS)
    scan_id = desk.open()
    assert desk.bring_in(scan_id, complaints=[a_complaint("SO1"), a_complaint("SO2")]) == 0
    found = detect(desk.engine, desk.policy, scan_id, feeds_of_all_sources(), "")
    assert (found["anomalies"], found["unknown"], found["messages_planned"]) == (0, 0, 0)
    assert desk.ask(BOOKS) == before
    assert desk.ask("select order_id, about from complaint order by 1") == [("SO1", "late"), ("SO2", "late")]


def test_without_the_complaints_orders_are_judged_all_the_same(desk: Desk) -> None:
    desk.scan()
    desk.advance(41 * MINUTE)
    assert desk.scan(silent=["crm"], **late_in_pick("SO1"))["anomalies"] == 1
    desk.scan(silent=["crm"])
    assert desk.incidents() == {"order:SO1:pick": "open", "source:crm": "open"}  # as for the CRM's other feeds


def test_the_words_of_a_customer_stay_outside(desk: Desk) -> None:
    feed = load_source(POLICY / "sources" / "crm.yaml").feed("complaints")
    said = {"id": "CP-1", "text": "我叫王小明，电话 13800138000"}
    (taken,) = take_in([said], feed.personal, 1000)
    assert taken["text"] == "***"
    assert "text" not in feed.columns
    columns = desk.ask("select column_name from information_schema.columns where table_name = 'complaint'")
    assert set(columns) == set(feed.columns) - {"decode_errors", "too_large"}


def test_the_database_takes_no_other_kind(desk: Desk) -> None:
    with pytest.raises(Exception, match="complaint_about_check"), desk.engine.begin() as conn:
        conn.execute(text("insert into complaint values ('CP-1', 'SO1', now(), 'C1', now(), 'rude')"))
