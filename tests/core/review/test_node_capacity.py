"""A step of one warehouse in which not one wave, but many orders are late."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.core.review.causes.node_capacity import check
from orderwatch.core.review.facts import CauseFacts, Traffic

from .about import about, the_rules


def slow(**changes: Any) -> CauseFacts:
    return about(**{"place": "WH-SH", "in_place": 10, "here": Traffic(100, 31, 3)} | changes)


def test_fires_where_fewer_than_seven_in_ten_came_through_in_time() -> None:
    found = check(slow(), the_rules())
    assert (found.outcome, found.share) == ("match", 1.0)
    assert found.facts == {"orders": 10, "of": 10, "place": "WH-SH", "seen": 100, "late": 31, "batches": 3}


def test_speaks_for_a_single_order_as_well_where_those_around_it_are_late() -> None:
    assert check(slow(orders=1, in_place=1), the_rules()).outcome == "match"


@pytest.mark.parametrize(
    "changes", [{"here": Traffic(100, 30, 3)}, {"here": Traffic(100, 90, 2)}, {"in_place": 4}, {"in_place": 0}], ids=str
)
def test_stays_silent(changes: dict[str, Any]) -> None:
    assert check(slow(**changes), the_rules()).outcome == "no_match"


def test_cannot_tell_from_a_handful_of_orders() -> None:
    assert check(slow(here=Traffic(19, 19, 9)), the_rules()).outcome == "unknown"
    assert check(slow(here=Traffic(20, 20, 9)), the_rules()).outcome == "match"


def test_stays_silent_without_orders() -> None:
    assert check(about(orders=0), the_rules()).outcome == "no_match"
