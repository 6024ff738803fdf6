"""Days on which nobody worked."""

from __future__ import annotations

from typing import Any

from orderwatch.core.review.causes.holiday import check
from orderwatch.core.review.facts import CauseFacts, Traffic

from .about import about, the_rules


def over(**changes: Any) -> CauseFacts:
    plain = {"over_holiday": 5, "holiday": "National Day", "others": Traffic(90, 12, 3)}
    return about(**plain | changes)


def test_fires_where_it_explains_half_of_the_orders() -> None:
    found = check(over(), the_rules())
    assert (found.outcome, found.share) == ("match", 0.5)
    assert found.facts == {"orders": 5, "of": 10, "holiday": "National Day", "batches": 3}


def test_stays_silent_below_half() -> None:
    assert check(over(over_holiday=4), the_rules()).outcome == "no_match"
    assert check(about(), the_rules()).outcome == "no_match"


def test_explains_nothing_where_what_others_carried_over_it_came_in_time() -> None:
    assert check(over(others=Traffic(90, 12, 2)), the_rules()).outcome == "no_match"


def test_knows_nothing_of_an_incident_without_orders() -> None:
    assert check(about(orders=0), the_rules()).outcome == "unknown"
