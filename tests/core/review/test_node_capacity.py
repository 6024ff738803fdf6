"""A step that lets through less than usual."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.core.review.causes.node_capacity import check
from orderwatch.core.review.facts import CauseFacts

from .about import about, the_rules


def slow(**changes: Any) -> CauseFacts:
    return about(**{"place": "pick WH-SH", "in_place": 10, "passed": 69, "usual": 100.0} | changes)


def test_fires_below_seven_tenths_of_the_usual() -> None:
    found = check(slow(), the_rules())
    assert (found.outcome, found.share) == ("match", 1.0)
    assert found.facts == {"orders": 10, "of": 10, "place": "pick WH-SH", "passed": 69, "usual": 100}


@pytest.mark.parametrize("changes", [{"passed": 70}, {"passed": 140}, {"in_place": 4}], ids=str)
def test_stays_silent(changes: dict[str, int]) -> None:
    assert check(slow(**changes), the_rules()).outcome == "no_match"


@pytest.mark.parametrize("changes", [{"usual": None}, {"usual": 19.0, "passed": 0}, {"orders": 1}], ids=str)
def test_knows_nothing_of_a_step_with_too_little_to_compare_nor_of_a_single_order(changes: dict[str, Any]) -> None:
    assert check(slow(**changes), the_rules()).outcome == "unknown"


def test_twenty_usual_orders_are_enough() -> None:
    assert check(slow(usual=20.0, passed=13), the_rules()).outcome == "match"
