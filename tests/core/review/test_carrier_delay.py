"""A carrier whose orders are late while those of the others are not."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.core.review.causes.carrier_delay import check
from orderwatch.core.review.facts import CauseFacts, Traffic

from .about import about, the_rules


def with_sf(**changes: Any) -> CauseFacts:
    plain = {"carrier": "SF", "with_carrier": 9, "traffic": Traffic(30, 9, 3), "others": Traffic(100, 10)}
    return about(**plain | changes)


def test_fires_where_its_orders_are_late_three_times_as_often() -> None:
    found = check(with_sf(), the_rules())
    assert (found.outcome, found.share) == ("match", 0.9)
    assert found.facts == {"orders": 9, "of": 10, "carrier": "SF", "batches": 3, "others": 100, "others_late": 10}


@pytest.mark.parametrize("changes", [{"others": Traffic(100, 11)}, {"with_carrier": 4}, {"with_carrier": 0}], ids=str)
def test_stays_silent(changes: dict[str, Any]) -> None:
    assert check(with_sf(**changes), the_rules()).outcome == "no_match"


def test_cannot_tell_without_orders_of_other_carriers() -> None:
    assert check(with_sf(others=Traffic(19, 0)), the_rules()).outcome == "unknown"
    assert check(with_sf(others=Traffic(20, 0)), the_rules()).outcome == "match"


def test_stays_silent_without_orders() -> None:
    assert check(about(orders=0), the_rules()).outcome == "no_match"


def test_one_late_manifest_is_not_the_carriers_trouble() -> None:
    assert check(with_sf(traffic=Traffic(30, 9, 2), others=Traffic(100, 0)), the_rules()).outcome == "no_match"
