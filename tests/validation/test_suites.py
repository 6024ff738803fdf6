"""The shipped suites: each reason fires on its own defect, and only there."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

import pytest

from orderwatch.paths import POLICY
from orderwatch.validation.suite import load_suite
from orderwatch.validation.validate import FeedValidation, validate
from tests.hooks.sources.builders import NOW

from .conftest import SOURCES, Check, frame_of, shipped_source, shipped_suite

HOUR = 3_600_000
NOW_MS = 1_791_424_800_000
LINE = SOURCES["orders"][1]["lines"][0]

DEFECTS: list[tuple[str, str, dict[str, Any]]] = [
    ("orders", "missing_key", {"order_no": None}),
    ("orders", "missing_key", {"modified": None}),
    ("orders", "missing_key", {"buyer": {"customer_no": "", "province": "x", "address": "x"}}),
    ("orders", "bad_key", {"order_no": "SO 1; drop"}),
    ("orders", "bad_key", {"order_no": "SO1\nx"}),
    ("orders", "negative_amount", {"pay": {"state": "PAID", "amount": "-0.01", "currency": "CNY"}}),
    ("orders", "amount_too_high", {"pay": {"state": "PAID", "amount": "10000000.01", "currency": "CNY"}}),
    ("orders", "bad_currency", {"pay": {"state": "PAID", "amount": "1", "currency": "XXX"}}),
    ("orders", "bad_currency", {"pay": {"state": "PAID", "amount": "1", "currency": None}}),
    ("orders", "wrong_type", {"pay": {"state": "PAID", "amount": "abc", "currency": "CNY"}}),
    ("orders", "wrong_type", {"pay": {"state": "PAID", "amount": None, "currency": "CNY"}}),
    ("orders", "wrong_type", {"lines": [LINE | {"qty": "two"}]}),
    ("orders", "unknown_status", {"state": "FROZEN"}),
    ("orders", "unknown_status", {"state": "open"}),
    ("orders", "unknown_status", {"state": None}),
    ("orders", "unknown_value", {"order_type": "GROUP"}),
    ("orders", "unknown_value", {"pay": {"state": "MAYBE", "amount": "1", "currency": "CNY"}}),
    ("orders", "no_lines", {"lines": []}),
    ("orders", "future_time", {"paid_time": "2026-10-10 10:00:00"}),
    ("orders", "future_time", {"modified": "2026-10-08 10:05:01"}),
    ("orders", "time_order", {"audit_time": "2026-10-07 21:14:04"}),
    ("orders", "too_large", {"_too_large": "remark"}),
    ("shipments", "missing_key", {"order_no": None}),
    ("shipments", "unknown_status", {"state": 77}),
    ("shipments", "unknown_status", {"customs": {"status": "LOST", "entered": NOW_MS, "route": "HK-SZ"}}),
    ("shipments", "future_time", {"signed": NOW_MS + HOUR}),
    ("shipments", "time_order", {"printed": NOW_MS, "picked": NOW_MS - 1}),
    ("shipments", "time_order", {"picked": NOW_MS, "shipped": NOW_MS - 1}),
    ("shipments", "time_order", {"shipped": NOW_MS, "signed": NOW_MS - 1}),
    ("shipments", "wrong_type", {"packages": [{"no": None, "lines": [1]}]}),
    ("customers", "unknown_tier", {"tier": "GOLD"}),
    ("customers", "unknown_tier", {"tier": None}),
    ("delay_requests", "time_order", {"until": "2026-09-30T00:00:00Z"}),
    ("delay_requests", "unknown_value", {"asked_by": "NEIGHBOUR"}),
    ("delay_requests", "unknown_status", {"state": "LATER"}),
    ("delay_requests", "future_time", {"asked_at": "2026-10-09T00:00:00Z"}),
    ("delay_requests", "wrong_type", {"asked_at": "2026-10-01"}),
]
GOOD: list[tuple[str, dict[str, Any]]] = [
    ("orders", {"audit_time": "2026-10-07 21:14:05"}),  # at the same second as the payment
    ("orders", {"modified": "2026-10-08 10:05:00"}),  # five minutes ahead: clocks differ a little
    ("orders", {"pay": {"state": "UNPAID", "amount": "0", "currency": "CNY"}, "paid_time": None}),
    ("orders", {"pay": {"state": "PAID", "amount": "10000000", "currency": "HKD"}}),
    ("orders", {"latest_ship_time": "2026-12-01 00:00:00"}),
    ("orders", {"buyer": {"customer_no": "C1", "province": None, "address": ""}}),
    ("shipments", {"printed": NOW_MS, "picked": NOW_MS, "shipped": NOW_MS, "signed": NOW_MS, "state": 50}),
    ("shipments", {"shipped": NOW_MS}),  # steps that the warehouse does not record are no contradiction
    ("shipments", {"packages": [{"no": "P1", "lines": [1], "eta": NOW_MS + 24 * HOUR}]}),
    ("customers", {"tier": "REGULAR"}),
    ("delay_requests", {"until": None}),
]


def rows(feed: str, *changes: dict[str, Any]) -> list[dict[str, Any]]:
    """A record with each of the changes and a key of its own, between two good ones."""
    _, good, key = SOURCES[feed]
    changed = [good | {key: f"B{number}"} | one for number, one in enumerate(changes)]
    return [good | {key: "A1"}, *changed, good | {key: "A2"}]


@cache
def judged(feed: str) -> FeedValidation:
    """All defects of a feed, then all unusual records, in one batch."""
    changes = [one for of, _, one in DEFECTS if of == feed] + [one for of, one in GOOD if of == feed]
    return validate(frame_of(feed, rows(feed, *changes)), shipped_suite(feed), NOW)


@pytest.mark.parametrize(("feed", "reason", "changes"), DEFECTS)
def test_defect_is_set_aside(feed: str, reason: str, changes: dict[str, Any]) -> None:
    place = 1 + [one for of, _, one in DEFECTS if of == feed].index(changes)
    bad = next(one for one in judged(feed).bad if one.record_no == place)
    assert bad.reasons == (reason,)
    assert 0 < len(bad.detail) <= 80
    assert any(one.reason == reason and one.unexpected and not one.success for one in judged(feed).checks)


@pytest.mark.parametrize("feed", list(SOURCES))
def test_nothing_else_is_set_aside(feed: str) -> None:
    """The good records around the defects and the unusual ones among them stay."""
    defects = sum(of == feed for of, _, _ in DEFECTS)
    unusual = sum(of == feed for of, _ in GOOD)
    last = defects + unusual + 1
    assert [bad.record_no for bad in judged(feed).bad] == list(range(1, defects + 1))
    assert list(judged(feed).good.record_no) == [0, *range(defects + 1, last), last]


@pytest.mark.parametrize("feed", list(SOURCES))
def test_good_feed_passes_every_check(feed: str, check: Check) -> None:
    found = check(feed, rows(feed))
    assert (len(found.good), found.bad, found.critical) == (2, [], None)
    assert all(one.success and not one.unexpected for one in found.checks)


@pytest.mark.parametrize("feed", ["shipments", "delay_requests"])
def test_order_that_nobody_knows(feed: str, check: Check) -> None:
    frame = frame_of(feed, rows(feed, {}))
    frame["order_known"] = [True, False, True]
    assert [bad.reasons for bad in check(feed, frame).bad] == [("unknown_order",)]


@pytest.mark.parametrize("feed", list(SOURCES))
def test_suite_looks_at_all_canonical_columns(feed: str) -> None:
    suite = shipped_suite(feed)
    config = shipped_source(SOURCES[feed][0]).feed(feed)
    assert set(config.columns) <= set(suite.columns)
    assert (suite.key, suite.version) == (config.key, config.version)
    assert {"missing_key", "duplicate_id", "wrong_type", "too_large", "future_time"} <= {
        one.reason for one in suite.checks
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("expect_column_values_to_be_null", "expect_column_values_to_be_nul", "checks.4"),
        ("{$now: 5m}", "{$now: 5}", "checks.6"),
        ("reason: bad_key", "reason: Bad key", "checks.1"),
        ("feed: customers", "feed: clients", "feed"),
        ("critical_rows: 20", "critical_rows: 20\ncritical_rows: 9", "critical_rows"),
        ("expect_column_values_to_match_regex", "expect_table_columns_to_match_set", "severity"),
    ],
)
def test_mistake_in_a_suite_is_named(old: str, new: str, told: str, tmp_path: Any) -> None:
    text = (POLICY / "suites" / "customers.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "customers.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"customers\.yaml") as found:
        load_suite(path)
    assert told in str(found.value)


def test_great_expectations_is_quiet(
    check: Check, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    check("customers", rows("customers", {"tier": "GOLD"}))
    assert not [one for one in caplog.records if one.name.startswith("great_expectations")]
    assert capfd.readouterr() == ("", "")
