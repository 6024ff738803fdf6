"""From a source's words to ours: every kind of value, and what is said about the ones that do not fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from orderwatch.hooks.sources.config import AnyField, SourceConfig, load_source
from orderwatch.hooks.sources.decode import decode
from orderwatch.hooks.sources.fields import NotDecodable, decoder, show
from orderwatch.hooks.sources.paths import ABSENT, NotAnObject, compile_path
from orderwatch.paths import POLICY

from .builders import NOW, make_order

ORDERS = load_source(POLICY / "sources" / "erp.yaml").feed("orders")
FIELD: TypeAdapter[AnyField] = TypeAdapter(AnyField)
Orders = Callable[..., dict[str, Any]]
Shipped = Callable[[str], SourceConfig]


def read(kind: str, value: object, zone: str = "Asia/Shanghai", **options: object) -> Any:
    return decoder(FIELD.validate_python({"path": "x", "as": kind, **options}), ZoneInfo(zone))(value)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year to second, as datetime takes them


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", " SO1 ", "SO1"),
        ("text", "  ", None),
        ("text", 17, "17"),
        ("local_time", "2026-10-08 09:58:13", utc(2026, 10, 8, 1, 58, 13)),
        ("local_time", "2026-10-08T09:58:13+00:00", utc(2026, 10, 8, 9, 58, 13)),
        ("local_time", "", None),
        ("epoch_ms", 1791424693000, utc(2026, 10, 8, 1, 58, 13)),
        ("epoch_ms", "1791424693000", utc(2026, 10, 8, 1, 58, 13)),
        ("iso_time", "2026-09-01T02:03:04Z", utc(2026, 9, 1, 2, 3, 4)),
        ("iso_time", "2026-09-01T10:03:04+08:00", utc(2026, 9, 1, 2, 3, 4)),
        ("money", "1234.50", 123450),
        ("money", "-0.01", -1),
        ("money", 19.99, 1999),
        ("money", 12, 1200),
        ("money", "7.500", 750),
        ("integer", 3, 3),
        ("integer", "-3", -3),
        ("integer", 3.0, 3),
        ("boolean", True, True),
        ("boolean", 0, False),
        ("text_list", ["a", "b"], ["a", "b"]),
        ("integer_list", [1, "2"], [1, 2]),
    ],
)
def test_good_values(kind: str, value: object, expected: object) -> None:
    found = read(kind, value)
    assert (found, type(found)) == (expected, type(expected))


BAD: dict[str, list[Any]] = {
    "text": [True, 1.5, [], {}, "a\x00b", "\ud800", 10**30],
    "local_time": [
        "2026-10-08", "2026-13-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", 5, "x" * 30,
        "0000-00-00 00:00:00",
    ],
    "epoch_ms": [0, -5, 10**17, 10**30, "soon", True, 1.5, math.nan],
    "iso_time": ["2026-09-01T02:03:04", "yesterday, I think", {}, 0],
    "money": [
        "abc", "1,234.50", "12.345", "1e3", "NaN", "Infinity", "", True, None, math.inf, "１２", "1_000",
        10**30, "9" * 18, 0.1 + 0.2,
    ],
    "integer": ["3.0", 3.5, True, 10**30, math.nan, "٣"],
    "boolean": ["true", 2, "", 1.0],
    "text_list": ["a", {}, [None], [""], ["a", 1.5]],
    "integer_list": [[1, None]],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), [(kind, bad) for kind, values in BAD.items() for bad in values])
def test_bad_values_are_refused(kind: str, value: object) -> None:
    with pytest.raises(NotDecodable) as found:
        read(kind, value)
    assert all(len(why) < 80 for _, why in found.value.args)


def test_wall_time_of_a_clock_change() -> None:
    """The repeated hour means its first pass; both sides of the gap stay in order."""
    assert read("local_time", "2026-11-01 01:30:00", "America/New_York") == utc(2026, 11, 1, 5, 30)
    assert read("local_time", "2026-03-08 03:30:00", "America/New_York") == utc(2026, 3, 8, 7, 30)


def test_units_and_limits_of_whole_numbers() -> None:
    assert read("integer", 48, times=3600) == 172800
    with pytest.raises(NotDecodable, match="at least 1"):
        read("integer", 0, at_least=1)


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("integer", -1, "-1 is not at least 0"),
        ("integer", "8761", "'8761' is not at most 8760"),
        ("integer", 99_999_999, "is not at most 8760"),
        ("money", "-0.01", "'-0.01' is not at least 0"),
        ("money", "8760.01", "is not at most 8760"),
    ],
)
def test_a_number_beyond_its_limits_is_refused(kind: str, value: object, why: str) -> None:
    with pytest.raises(NotDecodable, match=why):
        read(kind, value, at_least=0, at_most=8760)


def test_a_number_exactly_on_its_limits_is_taken() -> None:
    assert [read("integer", hours, times=3600, at_least=0, at_most=8760) for hours in (0, 8760)] == [0, 31_536_000]
    assert [read("money", amount, at_least=0, at_most=8760) for amount in ("0", "8760.00")] == [0, 876_000]


LONG = "很" * 64


def test_a_text_inside_a_list_or_an_object_may_have_64_characters_unless_the_file_says_otherwise() -> None:
    inside = {"sku": {"path": "sku", "as": "text"}}
    assert read("text_list", [LONG]) == [LONG]
    assert read("objects", [{"sku": LONG}], fields=inside) == [{"sku": LONG}]
    assert read("text", LONG + "x") == LONG + "x"  # a column's length is for its suite to judge
    for kind, value, options in (
        ("text_list", [LONG + "x"], {}),
        ("text_list", ["abc"], {"max_length": 2}),
        ("objects", [{"sku": LONG + "x"}], {"fields": inside}),
        ("objects", [{"sku": "abc"}], {"fields": {"sku": inside["sku"] | {"max_length": 2}}}),
        ("text", "abc", {"max_length": 2}),
    ):
        with pytest.raises(NotDecodable, match=r"a text of at most (64|2) characters"):
            read(kind, value, **options)


@pytest.mark.parametrize(
    "change",
    [
        {"sku": "S" * 3000}, {"category": "c" * 3000}, {"supplier": "s" * 3000}, {"ship_within_hours": 99_999_999},
        {"ship_within_hours": -1}, {"qty": 10**9}, {"weight_g": -1}, {"price": "-1.00"}, {"line_no": 10**12},
    ],
    ids=str,
)  # fmt: skip
def test_a_line_beyond_all_measure_is_an_error_of_its_order_alone(
    change: dict[str, Any], shipped: Shipped, make_order: Orders, now: datetime
) -> None:
    wrong = make_order(lines=[make_order()["lines"][0] | change])
    told = decode([wrong, make_order()], shipped("erp").feed("orders"), now).decode_errors
    assert told[0].startswith(f"wrong_type: lines[0].{next(iter(change))}: ")
    assert len(told[0]) < 100
    assert told[1] is None


def test_the_first_line_number_that_occurs_twice_is_named(shipped: Shipped, make_order: Orders, now: datetime) -> None:
    line = make_order()["lines"][0]
    twice, apart, none = ([line | {"line_no": no} for no in numbers] for numbers in ([2, 1, 1, 2], [1, 2], []))
    orders = [make_order(lines=lines) for lines in (twice, apart, none, "?")]
    assert list(decode(orders, shipped("erp").feed("orders"), now).repeated_line) == [1, None, None, None]


def test_enum_keeps_unknown_words_apart_from_ours() -> None:
    table = {"10": "open", "WAIT": "open", "DONE": "signed"}
    assert [read("enum", word, values=table) for word in (10, "10", "WAIT", " DONE ")] == ["open"] * 3 + ["signed"]
    assert read("enum", "FROZEN", values=table) == "FROZEN"
    assert read("enum", "open", values=table) == "?open"
    assert read("enum", "", values=table) is None
    with pytest.raises(NotDecodable):
        read("enum", True, values=table)


def test_shown_values_are_short_and_hide_long_numbers() -> None:
    assert show("call 13800138000 now") == "'call *** now'"
    assert show("x" * 500) == "'" + "x" * 20 + "…'"
    assert show({"phone": "1"}) == "an object"
    assert show(10**5000) == "a very large number"
    assert "\n" not in show("a\nb\ud800")


def test_paths() -> None:
    assert compile_path("a.b")({"a": {"b": 1}}) == 1
    assert compile_path("a.b")({"a": None}) is None
    assert compile_path("a.b")({"a": {}}) is ABSENT
    assert compile_path("a[0].b")({"a": [{"b": 2}]}) == 2
    assert compile_path("sum(a)")({"a": "x"}) is None
    with pytest.raises(NotAnObject):
        compile_path("a.b")({"a": "text"})


def test_order_becomes_a_row(shipped: Shipped, make_order: Orders, now: datetime) -> None:
    feed = shipped("erp").feed("orders")
    frame = decode([make_order()], feed, now)
    row = frame.iloc[0]
    assert list(frame.columns) == [
        *feed.columns, "record_no", "record_id", "decode_errors", "too_large", "content_id", "received_at",
    ]  # fmt: skip
    assert (row.order_id, row.record_id, row.status, row.kind) == ("SO26100800012",) * 2 + ("open", "normal")
    assert row.paid_at == pd.Timestamp("2026-10-07T13:14:05Z")
    assert pd.isna(row.approved_at)
    assert (row.value_minor, row.currency, row["flags"], row.category) == (
        123450,
        "CNY",
        ["stocking"],
        "fresh",
    )
    assert row.decode_errors is None
    assert row.lines[0]["price_minor"] == 6170
    assert row.lines[0]["ship_by"] is None
    types = frame.dtypes.astype(str)
    assert {types[name] for name in ("version", "paid_at", "approved_at")} == {"datetime64[us, UTC]"}
    assert (types["value_minor"], types["line_count"], types["order_id"]) == ("Int64", "Int64", "object")


def test_types_do_not_depend_on_the_records(shipped: Shipped, make_order: Orders, now: datetime) -> None:
    feed = shipped("erp").feed("orders")
    given: list[list[Any]] = [[make_order()], [], [{}, None]]
    full, none, junk = (decode(records, feed, now) for records in given)
    assert list(full.dtypes) == list(none.dtypes) == list(junk.dtypes)


def test_nested_values(shipped: Shipped, make_order: Orders, now: datetime) -> None:
    presale, plain = (dict(make_order()["lines"][0]) for _ in range(2))
    presale |= {"presale": True, "ship_by": "2026-10-20 00:00:00", "ship_within_hours": 48, "category": "tv",
                "fulfilment": "SUPPLIER", "qty": 1, "price": "4999.00"}  # fmt: skip
    row = decode([make_order(lines=[plain, presale])], shipped("erp").feed("orders"), now).iloc[0]
    assert row.lines[1]["ship_by"] == "2026-10-19T16:00:00Z"
    assert row.lines[1]["ship_within_s"] == 172800
    assert row.lines[1]["fulfilment"] == "supplier"
    assert (row.category, row.line_count) == ("tv", 2)


@pytest.mark.parametrize("buyer", [{"province": "", "address": "x"}, {"province": "x", "address": None}, None, "?"])
def test_address_incomplete(buyer: object, shipped: Shipped, make_order: Orders, now: datetime) -> None:
    row = decode([make_order(buyer=buyer)], shipped("erp").feed("orders"), now).iloc[0]
    assert row["flags"] == ["stocking", "address_incomplete"]


def test_masked_address_is_still_complete(shipped: Shipped, make_order: Orders, now: datetime) -> None:
    buyer = make_order()["buyer"] | {"address": "***"}
    row = decode([make_order(buyer=buyer)], shipped("erp").feed("orders"), now).iloc[0]
    assert row["flags"] == ["stocking"]


def test_mistakes_are_named_by_their_place(shipped: Shipped, make_order: Orders, now: datetime) -> None:
    line = make_order()["lines"][0] | {"qty": 0, "fulfilment": "DRONE", "sku": None}
    wrong = make_order(pay="PAID", lines=[line], audit_time="soon")
    told = decode([wrong], shipped("erp").feed("orders"), now).decode_errors[0]
    for mistake in (
        "pay.amount: has no field amount",
        "audit_time: 'soon' is not a time",
        "lines[0].qty: 0 is not at least 1",
        "lines[0].fulfilment: 'DRONE' is not a known word",
        "lines[0].sku: is empty",
    ):
        assert mistake in told or "more" in told
    assert told.startswith("wrong_type: ")


def test_shipment_and_customs(shipped: Shipped, now: datetime) -> None:
    row = {
        "outbound_no": "OB1",
        "order_no": "SO1",
        "modified": 1791424693000,
        "wh": "WH-SH",
        "state": 40,
        "shortage": ["SKU-1"],
        "customs": {"status": "DOCS_MISSING", "entered": 1791424693000, "route": "HK-SZ"},
        "packages": [{"no": "P1", "lines": [1, 2], "eta": 1791424693000, "shipped": None, "signed": None}],
    }
    frame = decode([row, row | {"customs": None, "state": 77}], shipped("wms").feed("shipments"), now)
    assert list(frame.status) == ["open", "77"]
    assert list(frame.customs_status) == ["documents_missing", None]
    assert frame.packages[0] == [
        {
            "package_no": "P1",
            "line_nos": [1, 2],
            "eta_at": "2026-10-08T01:58:13Z",
            "shipped_at": None,
            "signed_at": None,
        }
    ]


def test_field_that_no_record_has_is_drift(shipped: Shipped, make_order: Orders, now: datetime) -> None:
    renamed = [make_order(order_no=f"SO{n}") for n in range(20)]
    for order in renamed:
        order["payed_time"] = order.pop("paid_time")
    feed = shipped("erp").feed("orders")
    assert "paid_at" not in decode(renamed, feed, now).columns
    assert "paid_at" in decode(renamed[:19], feed, now).columns
    assert "paid_at" in decode([*renamed, make_order()], feed, now).columns


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.sampled_from(["2026-10-08 09:58:13", "12.50", "CNY", "WAIT_AUDIT", "\ud800", "\x00", "NaN"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given_by(data=st.data())
def test_junk_never_breaks_decoding(data: st.DataObject) -> None:

    keys = st.sampled_from(sorted(make_order()))
    records = data.draw(
        st.lists(JSON | st.dictionaries(keys, JSON, max_size=4).map(lambda wrong: make_order(**wrong)), max_size=4)
    )
    frame = decode(records, ORDERS, NOW)
    assert list(frame.record_no) == list(range(len(records)))
    assert all(key is None or isinstance(key, str) for key in frame.record_id)
    for told in frame.decode_errors.dropna():
        assert told.startswith("wrong_type: ") and told.encode()
