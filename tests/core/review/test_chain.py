"""Which link of the chain broke its limit first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from orderwatch.core.review.chain import STEPS, Link, Usual, chain, first_broken

MINUTE = timedelta(minutes=1)
LIMITS: Any = {"detected": 15 * MINUTE, "told": 5 * MINUTE, "acknowledged": 15 * MINUTE, "contacted": 15 * MINUTE}


def took(**minutes: float | None) -> dict[str, Link]:
    """Everything in time, but for what a test states."""
    usual = {"detected": 10.0, "told": 1.0, "acknowledged": 9.0, "contacted": 12.0, "resolved": 150.0, "closed": 900.0}
    seconds: Any = {step: None if m is None else int(m * 60) for step, m in (usual | minutes).items()}
    return {one.step: one for one in chain(seconds, LIMITS, {"told": Usual(212, 40, 55)})}


def first(**minutes: float | None) -> str | None:
    return first_broken(list(took(**minutes).values()))


def test_nothing_is_broken_where_all_was_in_time_and_exactly_on_the_limit() -> None:
    assert first() is None
    assert first(detected=15, told=5, acknowledged=15, contacted=15) is None


def test_a_late_link_is_the_first_where_it_is_the_only_one() -> None:
    assert first(contacted=31) == "contacted"
    assert first(acknowledged=16) == "acknowledged"


def test_of_several_the_one_whose_time_was_over_first_counts() -> None:
    assert first(told=90, contacted=16) == "told"
    assert first(acknowledged=16, contacted=600) == "acknowledged"
    assert first(detected=16, told=90) == "detected"


def test_what_never_happened_is_broken_only_if_the_incident_lasted_longer() -> None:
    assert first(acknowledged=None) == "acknowledged"
    assert first(acknowledged=None, resolved=15) is None
    assert first(acknowledged=None, resolved=None, closed=16) == "acknowledged"


def test_no_limit_no_breach() -> None:
    links = took(resolved=10_000, closed=20_000)
    assert not links["resolved"].broken
    assert not links["closed"].broken


def test_every_link_stands_beside_what_is_usual() -> None:
    links = took()
    assert list(links) == list(STEPS)
    assert links["told"].usual == Usual(212, 40, 55)
    assert links["closed"].usual == Usual(0, None, None)
