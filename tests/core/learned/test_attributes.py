"""What a rule may ask is a fixed list of facts that repeat; people, numbers and free texts are not among them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderwatch.core.learned.attributes import ATTRIBUTES, facts_of, say_fact
from orderwatch.core.learned.predicate import holds, predicate, say_predicate
from tests.core.builders import DAY, NOW, make_line, make_order, make_shipment


def test_no_fact_tells_who_the_customer_is_or_which_order_it_is() -> None:
    order = make_order(order_id="SO-7", customer_id="C-7", lines=(make_line(1, sku="SKU-7"),))
    said = {value for values in facts_of(order).values() for value in values}
    assert not said & {"SO-7", "C-7", "SKU-7"}
    assert not {"order_id", "customer_id", "sku", "remark"} & ATTRIBUTES.keys()


def test_what_nobody_has_said_is_no_fact() -> None:
    facts = facts_of(make_order(entered_by=None, appointment_at=None, tier=None))
    assert (facts["entered_by"], facts["appointment"], facts["tier"]) == (frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize(("days", "early"), [(14, False), (15, True)])
def test_an_appointment_is_early_from_two_weeks_after_the_payment_on(days: int, early: bool) -> None:
    order = make_order(paid_at=NOW, appointment_at=NOW + timedelta(days=days))
    assert bool(facts_of(order)["appointment_early"]) is early


@pytest.mark.parametrize(
    ("value_minor", "band"),
    [(9_999, "<10000"), (10_000, "<50000"), (99_999, "<100000"), (499_999, "<500000"), (500_000, ">=500000")],
)
def test_the_value_is_told_by_its_band(value_minor: int, band: str) -> None:
    assert facts_of(make_order(value_minor=value_minor))["value"] == {band}


def test_of_the_lines_only_what_all_have_in_common_counts() -> None:
    lines = (make_line(1, bulky=True, fulfilment="supplier"), make_line(2, bulky=False, fulfilment="supplier"))
    facts = facts_of(make_order(lines=lines))
    assert (facts["bulky"], facts["fulfilment"]) == (frozenset(), {"supplier"})
    mixed = (make_line(1, fulfilment="supplier"), make_line(2))
    assert facts_of(make_order(lines=mixed))["fulfilment"] == {"mixed"}


def test_a_value_from_outside_that_is_too_long_to_read_is_no_fact() -> None:
    assert facts_of(make_order(shipment=make_shipment(carrier="x" * 65)))["carrier"] == frozenset()


def test_words_from_outside_mention_nobody_and_mark_up_nothing() -> None:
    assert say_fact("region", "@all **now**\n", "en") == "region: ＠all ＊＊now＊＊"


def test_every_fact_has_words_in_both_languages_and_no_leftovers() -> None:
    for name, one in ATTRIBUTES.items():
        for value in (*one.values, "yes"):
            zh, en = say_fact(name, value, "zh-CN"), say_fact(name, value, "en")
            assert (zh != en and en.isascii()) or value.startswith((">", "<")), (name, value)


def test_a_condition_holds_where_every_fact_does() -> None:
    asked = predicate([["appointment", "yes"], ["entered_by", "sales"]])
    assert say_predicate(asked, "en") == "entered by: sales and has an appointment"
    both = make_order(entered_by="sales", appointment_at=NOW + DAY)
    assert holds(asked, facts_of(both))
    assert not holds(asked, facts_of(make_order(entered_by="sales")))


@pytest.mark.parametrize(
    "pairs",
    [[], [["customer_id", "C1"]], [["flag", ""]], [["flag", "x" * 65]], [["flag", str(n)] for n in range(4)]],
)
def test_what_cannot_be_asked_is_refused(pairs: list[list[str]]) -> None:
    with pytest.raises(ValueError, match=r"rule|value"):
        predicate(pairs)
