"""Splitting a feed: repeats, contradictions, critical failures, and that nothing gets lost."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderwatch.hooks.sources.errors import ConfigError
from orderwatch.hooks.sources.intake import take_in
from orderwatch.validation.suite import Check as SuiteCheck
from orderwatch.validation.validate import FeedValidation, validate
from tests.hooks.sources.builders import NOW, make_order

from .conftest import Check, frame_of, shipped_suite


def numbers(found: FeedValidation) -> tuple[list[int], list[int]]:
    return list(found.good.record_no), [bad.record_no for bad in found.bad]


def test_the_same_record_twice_is_one(check: Check) -> None:
    found = check("orders", [make_order(), make_order()])
    assert numbers(found) == ([0], [])
    assert (found.received, found.repeated) == (2, 1)


def test_the_newest_version_stays(check: Check) -> None:
    old, new = make_order(), make_order(modified="2026-10-08 09:59:00", state="AUDITED")
    for records, kept in (([old, new, old], 1), ([new, old], 0)):
        found = check("orders", records)
        assert numbers(found) == ([kept], [])
        assert found.good.version[0] == pd.Timestamp("2026-10-08T01:59:00Z")


def test_one_version_with_two_contents_is_a_contradiction(check: Check) -> None:
    """Even where they differ in a field that is masked before anybody sees it."""
    first, second, other = (make_order(remark=text) for text in ("first", "second", "first"))
    other["order_no"] = "SO2"
    found = check("orders", take_in([first, second, other], ["remark"], 65536))
    assert numbers(found) == ([2], [0, 1])
    assert {bad.reasons for bad in found.bad} == {("duplicate_id",)}
    assert "first" not in str(found.bad)


def test_an_old_contradiction_is_overtaken_by_a_newer_version(check: Check) -> None:
    records = [make_order(remark="1"), make_order(remark="2"), make_order(modified="2026-10-08 09:59:00")]
    assert numbers(check("orders", records)) == ([2], [])


def test_a_version_from_the_future_replaces_nothing(check: Check) -> None:
    records = [make_order(), make_order(modified="2099-01-01 00:00:00"), make_order(modified=None)]
    found = check("orders", records)
    assert numbers(found) == ([0], [1, 2])
    assert [bad.reasons for bad in found.bad] == [("future_time",), ("missing_key",)]


def test_records_without_a_key_do_not_contradict_each_other(check: Check) -> None:
    found = check("orders", [make_order(order_no=None), make_order(order_no=None, state="AUDITED")])
    assert [bad.reasons for bad in found.bad] == [("missing_key",)] * 2
    assert [bad.record_id for bad in found.bad] == [None, None]


def test_an_empty_feed_passes(check: Check) -> None:
    found = check("orders", [])
    assert (len(found.good), found.bad, found.checks, found.critical) == (0, [], [], None)


def test_missing_columns_stop_the_feed(check: Check) -> None:
    frame = frame_of("shipments", []).drop(columns=["order_known", "signed_at"])
    found = check("shipments", frame)
    assert found.critical == "columns missing: signed_at, order_known"
    assert len(found.good) == 0


def orders(good: int, bad: int) -> list[dict[str, Any]]:
    states = ["WAIT_AUDIT"] * good + ["FROZEN"] * bad
    return [make_order(order_no=f"SO{n:04d}", state=state) for n, state in enumerate(states)]


@pytest.mark.parametrize(
    ("good", "bad", "stops"),
    [(80, 20, False), (79, 21, True), (0, 19, False), (0, 20, True)],
)
def test_too_many_bad_rows_stop_the_feed(good: int, bad: int, stops: bool, check: Check) -> None:
    """More than a fifth, and at least twenty."""
    found = check("orders", orders(good, bad))
    assert (found.critical is not None) is stops
    assert (len(found.good), len(found.bad)) == (good, bad)


def test_critical_check_stops_the_feed(check: Check) -> None:
    volume = SuiteCheck.model_validate_json(
        json.dumps({
            "expectation": "expect_table_row_count_to_be_between",
            "kwargs": {"min_value": 5},
            "reason": "too_few",
            "severity": "critical",
            "message": {"zh-CN": "太少", "en": "Too few rows"},
        })
    )
    found = check(
        "customers", [{"id": "C00001", "tier": "VIP", "updated_at": "2026-09-01T02:03:04Z"}], checks=(volume,)
    )
    assert found.critical == "too_few: table: Too few rows"


def test_kwargs_that_gx_refuses_are_a_mistake_of_the_suite(check: Check) -> None:
    suite = shipped_suite("orders")
    wrong = suite.checks[0].model_copy(update={"kwargs": {"colum": "order_id"}})
    with pytest.raises(ConfigError, match=r"checks\.0"):
        check("orders", [make_order()], checks=(wrong,))


def test_details_hold_no_personal_values(check: Check) -> None:
    canary = "13800138000"
    wrong = make_order(order_no=canary + " x", state=canary, pay={"amount": canary + "x", "currency": canary})
    found = check("orders", take_in([wrong], ["buyer.name"], 65536))
    assert canary not in found.bad[0].detail
    assert len(found.bad[0].detail) <= 80


JUNK: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just([{}]) | st.just({"a": 1})
)
WRONG = st.dictionaries(st.sampled_from(sorted(make_order())), JUNK, min_size=0, max_size=3)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 3), WRONG | JUNK), max_size=12))
def test_junk_is_set_aside_and_good_rows_stay(given_rows: list[tuple[int, Any]]) -> None:
    """Whatever comes between them, untouched orders survive, and every row is accounted for."""
    good = [make_order(order_no=f"GOOD{n}") for n in range(3)]
    junk = [
        make_order(order_no=f"JUNK{n}", **{k: v for k, v in wrong.items() if k != "order_no"})
        if isinstance(wrong, dict)
        else wrong
        for n, wrong in given_rows
    ]
    records = take_in([good[0], *junk, good[1], good[2]], ["buyer.name", "buyer.phone", "remark"], 4096)
    found = validate(frame_of("orders", records), shipped_suite("orders"), NOW)
    assert {"GOOD0", "GOOD1", "GOOD2"} <= set(found.good.order_id)
    assert all(bad.reasons and bad.detail for bad in found.bad)
    assert len(found.good) + len(found.bad) + found.repeated == len(records)
    assert found.good.order_id.is_unique
    assert found.good.decode_errors.isna().all()
