"""Broken records: visible in the feeds, listed in the truth, and never taken for late orders."""

from __future__ import annotations

import json

from demo_client import Client


def test_every_broken_record_is_in_its_feed_and_in_the_truth(company: Client) -> None:
    feeds = {
        "orders": [row["order_no"] for row in company.orders()],
        "shipments": [row["outbound_no"] for row in company.shipments()],
        "customers": [row["id"] for row in company.people("customers")],
        "delay_requests": [row["id"] for row in company.people("delay-requests")],
    }
    truth = company.truth()
    assert len(truth["quarantined"]) == 14
    for broken in truth["quarantined"]:
        assert broken["record_id"] in feeds[broken["feed"]]
    told = {one["order_id"] for one in truth["anomalies"] + truth["suppressed"]}
    assert not told & {broken["record_id"] for broken in truth["quarantined"]}


def test_the_broken_records_are_broken(company: Client) -> None:
    rows = {row["order_no"]: row for row in company.orders(modified_from="2026-10-08 00:00:00")}
    number = {one["reason"]: one["record_id"] for one in company.truth()["quarantined"] if one["source"] == "erp"}
    assert rows[number["negative_amount"]]["pay"]["amount"].startswith("-")
    assert rows[number["wrong_type"]]["pay"]["amount"] == "abc"
    assert rows[number["future_time"]]["paid_time"] > "2026-10-10 10:00:00"
    assert rows[number["time_order"]]["audit_time"] < rows[number["time_order"]]["paid_time"]
    assert len(json.dumps(rows[number["too_large"]], ensure_ascii=False).encode()) > 1_000_000
    shipments = {row["outbound_no"]: row for row in company.shipments()}
    assert shipments["OB00000000001"]["order_no"] not in rows
    assert shipments["OB00000000002"]["shipped"] < shipments["OB00000000002"]["picked"]
