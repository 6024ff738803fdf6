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
    ("orders", "wrong_type", {"lines": [LINE | {"ship_within_hours": 99_999_999}]}),
    ("orders", "wrong_type", {"lines": [LINE | {"sku": "S" * 3000}]}),
    ("orders", "wrong_type", {"tags": ["t" * 3000]}),
    ("orders", "too_long", {"shop": {"channel": "c" * 65}}),
    ("orders", "too_long", {"warehouse": "w" * 3000}),
    ("orders", "too_long", {"entry": {"by": "p" * 65}}),
    ("orders", "too_long", {"buyer": {"customer_no": "c" * 65, "province": "x", "address": "x"}}),
    ("orders", "too_long", {"buyer": {"customer_no": "C1", "province": "省" * 3000, "address": "x"}}),
    ("orders", "duplicate_line", {"lines": [LINE, LINE | {"sku": "FRESH-0013"}]}),
    ("orders", "missing_payment_time", {"paid_time": None}),
    ("orders", "missing_payment_time", {"paid_time": "", "state": "AUDITED"}),
    ("orders", "missing_payment_time", {"paid_time": None, "order_type": "PRESALE"}),
    ("orders", "missing_payment_time", {"paid_time": None, "balance_paid_time": "2026-10-07 21:14:05"}),
    ("orders", "no_lines", {"lines": []}),
    ("orders", "future_time", {"paid_time": "2026-10-10 10:00:00"}),
    ("orders", "future_time", {"modified": "2026-10-08 10:05:01"}),
    ("orders", "time_order", {"audit_time": "2026-10-07 21:14:04"}),
    ("orders", "too_large", {"_too_large": "remark"}),
    ("shipments", "missing_key", {"order_no": None}),
    ("shipments", "too_long", {"order_no": "S" * 65}),
    *(("shipments", "too_long", {name: "x" * 3000}) for name in ("wh", "wave", "manifest", "carrier", "fault")),
    ("shipments", "too_long", {"customs": {"status": "HOLD", "entered": NOW_MS, "route": "x" * 65}}),
    ("shipments", "wrong_type", {"shortage": ["S" * 3000]}),
    ("shipments", "wrong_type", {"packages": [{"no": "P" * 3000, "lines": [1]}]}),
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
    ("delay_requests", "too_long", {"order_no": "S" * 65}),
    ("delay_requests", "unknown_value", {"asked_by": "NEIGHBOUR"}),
    ("delay_requests", "unknown_status", {"state": "LATER"}),
    ("delay_requests", "future_time", {"asked_at": "2026-10-09T00:00:00Z"}),
    ("delay_requests", "wrong_type", {"asked_at": "2026-10-01"}),
    ("complaints", "missing_key", {"customer": None}),
    ("complaints", "missing_key", {"order_no": None}),
    ("complaints", "too_long", {"order_no": "S" * 65}),
    ("complaints", "too_long", {"customer": "C" * 65}),
    ("complaints", "unknown_value", {"category": "RUDE_DRIVER"}),
    ("complaints", "unknown_value", {"category": "late"}),
    ("complaints", "unknown_value", {"category": None}),
    ("complaints", "wrong_type", {"complained_at": None}),
    ("complaints", "wrong_type", {"complained_at": "yesterday"}),
    ("complaints", "future_time", {"complained_at": "2026-10-09T00:00:00Z"}),
]
GOOD: list[tuple[str, dict[str, Any]]] = [
    ("orders", {"audit_time": "2026-10-07 21:14:05"}),  # at the same second as the payment
    ("orders", {"modified": "2026-10-08 10:05:00"}),  # five minutes ahead: clocks differ a little
    *(
        ("orders", {"pay": {"state": state, "amount": "0", "currency": "CNY"}, "paid_time": None})
        for state in ("UNPAID", "DEPOSIT", "REFUNDED")
    ),
    *(("orders", {"state": state, "paid_time": None}) for state in ("FINISHED", "CANCELLED")),  # over: nobody waits
    ("orders", {"order_type": "PRESALE", "paid_time": None, "balance_paid_time": "2026-10-07 21:14:05"}),
    ("orders", {"order_type": "PRESALE", "balance_paid_time": None}),
    ("orders", {"shop": {"channel": "渠" * 64}, "warehouse": None}),
    ("orders", {"lines": [LINE, LINE | {"line_no": 2}]}),
    ("orders", {"lines": [LINE | {"ship_within_hours": 8760}]}),
    ("orders", {"pay": {"state": "PAID", "amount": "10000000", "currency": "HKD"}}),
    ("orders", {"latest_ship_time": "2026-12-01 00:00:00"}),
    ("orders", {"promise_time": "2026-12-01 23:59:59"}),
    *(("orders", {"entry": {"by": who}}) for who in ("SALES", "PARTNER", None)),  # a way in that we do not know yet
    ("orders", {"appointment_time": "2026-12-01 10:00:00"}),
    ("orders", {"buyer": {"customer_no": "C1", "province": None, "address": ""}}),
    ("shipments", {"printed": NOW_MS, "picked": NOW_MS, "shipped": NOW_MS, "signed": NOW_MS, "state": 50}),
    ("shipments", {"wave": "w" * 64, "fault": "f" * 64}),
    ("shipments", {"shipped": NOW_MS}),  # steps that the warehouse does not record are no contradiction
    ("shipments", {"packages": [{"no": "P1", "lines": [1], "eta": NOW_MS + 24 * HOUR}]}),
    ("customers", {"tier": "REGULAR"}),
    ("delay_requests", {"until": None}),
    *(("complaints", {"category": word}) for word in ("NOT_RECEIVED", "WRONG_GOODS", "DAMAGED", "OTHER")),
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


@pytest.mark.parametrize("feed", ["shipments", "delay_requests", "complaints"])
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


@pytest.mark.parametrize("feed", list(SOURCES))
def test_every_text_column_has_a_limit(feed: str) -> None:
    """An index takes 2704 bytes: one text that is longer would stop the company's whole scan."""
    suite, config = shipped_suite(feed), shipped_source(SOURCES[feed][0]).feed(feed)
    closed = {"expect_column_value_lengths_to_be_between", "expect_column_values_to_be_in_set"}
    limited = {check.columns[0] for check in suite.checks if check.expectation in closed}
    texts = {name for name, field in config.fields.items() if field.kind in {"text", "enum"}}
    texts |= {name for name, rule in config.derive.items() if rule.by == "value_of_largest"}
    assert texts - limited == {config.key}  # whose form, and with it the length, is checked on its own


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
