"""Suppliers who never answered."""

from __future__ import annotations

from orderwatch.core.review.causes.supplier_silent import check

from .about import about, the_rules


def test_fires_where_it_explains_half_of_the_orders() -> None:
    found = check(about(supplier_silent=5), the_rules())
    assert (found.outcome, found.share) == ("match", 0.5)
    assert found.facts == {"orders": 5, "of": 10}


def test_stays_silent_below_half() -> None:
    assert check(about(supplier_silent=4), the_rules()).outcome == "no_match"
    assert check(about(), the_rules()).outcome == "no_match"


def test_whether_he_has_answered_is_not_known_while_the_source_that_would_say_so_is_out() -> None:
    assert check(about(supplier_silent=10, silent=("erp",)), the_rules()).outcome == "unknown"
    assert check(about(supplier_silent=10, silent=("wms",)), the_rules()).outcome == "match"


def test_knows_nothing_of_an_incident_without_orders() -> None:
    assert check(about(orders=0), the_rules()).outcome == "unknown"
