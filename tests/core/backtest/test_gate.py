"""A clock is published only with evidence that it is right often enough."""

from __future__ import annotations

import pytest

from orderwatch.core.backtest.gate import Candidate, choose
from orderwatch.core.backtest.scores import Score


def a_candidate(model: str, rec48: float, alerted: int, false: int, window: str = "all") -> Candidate:
    figures: Score = {"rec48": rec48, "rec24": 1.0}
    return Candidate(model, window, figures, alerted, false)


GOOD, EAGER, SHY = a_candidate("good", 0.6, 200, 20), a_candidate("eager", 0.9, 200, 80), a_candidate("shy", 1.0, 49, 0)


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    """Of 0 false in n alerts, 90 % sure: 1 - 0.1 ** (1/n)."""
    assert a_candidate("x", 1, 50, 0).bound == pytest.approx(1 - 0.1 ** (1 / 50))
    assert a_candidate("x", 1, 10, 10).bound == 1
    assert a_candidate("x", 1, 0, 0).bound == 1
    assert 0.10 < GOOD.bound < 0.14


def test_the_earliest_warning_under_the_limit_wins() -> None:
    choice = choose([EAGER, GOOD, a_candidate("late", 0.5, 500, 10)], 0.15, 50, "rec48")
    assert choice.best is GOOD
    assert "good learned from all: rec48 0.6, false alarms at most 13.3% (limit 15%)" in choice.reason
    assert choose([EAGER, GOOD], 0.50, 50, "rec48").best is EAGER


@pytest.mark.parametrize(
    ("candidates", "why"),
    [
        ([], "no candidate could be judged"),
        ([SHY], "49 alerts on orders that are over, and 50 are needed"),
        ([EAGER, SHY], "may be wrong more often than in 15% of its alerts; the nearest is eager"),
    ],
)
def test_none_is_published_without_evidence(candidates: list[Candidate], why: str) -> None:
    choice = choose(candidates, 0.15, 50, "rec48")
    assert choice.best is None
    assert why in choice.reason


def test_of_two_that_warn_as_early_the_surer_one_wins() -> None:
    surer = a_candidate("surer", 0.6, 400, 20)
    assert choose([GOOD, surer], 0.15, 50, "rec48").best is surer
