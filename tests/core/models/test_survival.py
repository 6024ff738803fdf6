"""How long passages last when some have not ended yet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from statsmodels.duration.survfunc import SurvfuncRight

from orderwatch.core.models.survival import mean_of, product_limit


@settings(max_examples=200, deadline=None)
@given(some.lists(some.tuples(some.integers(1, 40), some.booleans()), min_size=2, max_size=120))
def test_agrees_with_a_survival_library(passages: list[tuple[int, bool]]) -> None:
    lasted = np.array([one for one, _ in passages], dtype=np.int64)
    ended = np.array([two for _, two in passages])
    if not ended.any():
        return
    curve = product_limit(lasted, ended)
    known = SurvfuncRight(lasted.astype(float), ended.astype(int))
    assert curve.at_s.tolist() == known.surv_times.tolist()
    assert curve.alive == pytest.approx(known.surv_prob, abs=1e-9)
    for share in (0.1, 0.5, 0.8):
        expected = known.quantile(share)
        mine = int(curve.quantile(np.array([share]))[0])
        assert mine == (curve.at_s[-1] if np.isnan(expected) else expected) or curve.alive[curve.at_s == mine][
            0
        ] == pytest.approx(1 - share)


def test_those_that_are_still_there_count_until_now() -> None:
    """Three ended after 1, 2 and 3; one is there since 2: 3/4, then 2 of 3 left, then none."""
    curve = product_limit(np.array([1, 2, 3, 2]), np.array([True, True, True, False]))
    assert curve.at_s.tolist() == [1, 2, 3]
    assert curve.alive.tolist() == pytest.approx([0.75, 0.5, 0.0])
    assert curve.beyond(np.array([0, 1, 2, 9])).tolist() == pytest.approx([1, 0.75, 0.5, 0])
    assert mean_of(curve) == pytest.approx(1 + 0.75 + 0.5)


def test_leaving_out_the_open_ones_makes_the_mean_too_short() -> None:
    draw = np.random.default_rng(5)
    true = draw.exponential(100, 20_000)
    seen_for = draw.uniform(0, 600, 20_000)
    ended = true < seen_for
    lasted = np.minimum(true, seen_for).astype(np.int64) + 1
    assert lasted[ended].mean() / 100 < 0.9
    assert mean_of(product_limit(lasted, ended)) / 100 == pytest.approx(1, abs=0.05)
