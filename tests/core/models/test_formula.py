"""``mean × 1.8 + buffer``, exact to the second, with a coarser cell where there are too few orders."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from orderwatch.core.models.formula import learn, limits_of
from orderwatch.core.models.model import ModelError
from orderwatch.core.models.terms import terms_of
from orderwatch.core.words import Node

from ..builders import the_policy


def _rows(dwell: list[int] | np.ndarray[Any, Any], node: int = 3, **keys: str) -> pd.DataFrame:
    plain = {"category": "fresh", "region": "广东", "channel": "tmall"} | keys
    return pd.DataFrame({"node": Node(node).code if node in list(Node) else "nowhere", **plain, "dwell_s": dwell})


def _learn(*parts: pd.DataFrame) -> pd.DataFrame:
    return learned(pd.concat(parts, ignore_index=True))


def learned(history: pd.DataFrame) -> pd.DataFrame:
    return limits_of(history, learn(history, terms_of(the_policy())))


def _cell(learned: pd.DataFrame, node: int = 3, **keys: str | None) -> dict[str, Any]:
    plain = {"category": "fresh", "region": "广东", "channel": "tmall"} | keys
    found = learned[learned["node"] == Node(node).code]
    for key, value in plain.items():
        found = found[found[key].isna()] if value is None else found[found[key] == value]
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}


NODE = {"category": None, "region": None, "channel": None}


def test_by_hand() -> None:
    cell = _cell(_learn(_rows([100, 101] * 15)))
    assert cell["threshold_s"] == 181  # 100.5 × 1.8 = 180.9
    assert (cell["mean_s"], cell["n"], cell["buffer_s"], cell["fallback_level"]) == (100.5, 30, 0, "cell")


def test_half_a_second_is_rounded_up() -> None:
    assert _cell(_learn(_rows([5] * 29 + [20])))["threshold_s"] == 10  # 5.5 × 1.8 = 9.9
    assert _cell(_learn(_rows([2, 3] * 15)))["threshold_s"] == 5  # 2.5 × 1.8 = 4.5


def test_exactly_the_least_number_of_orders_is_enough() -> None:
    other = _rows([1000] * 70, channel="jd")
    enough = _cell(_learn(_rows([100] * 30), other))
    assert (enough["threshold_s"], enough["n"], enough["fallback_level"]) == (180, 30, "cell")
    thin = _cell(_learn(_rows([100] * 29), other))
    assert (thin["n"], thin["cell_n"], thin["fallback_level"]) == (99, 29, "category_region")
    assert thin["mean_s"] == (29 * 100 + 70 * 1000) / 99


def test_falls_back_step_by_step_to_the_node() -> None:
    learned = _learn(
        _rows([100] * 10),
        _rows([100] * 10, region="四川"),
        _rows([100] * 10, region="上海"),
        _rows([9000] * 5, category="home"),
    )
    assert _cell(learned)["fallback_level"] == "category"
    home = _cell(learned, category="home")
    assert (home["fallback_level"], home["n"]) == ("node", 35)
    assert home["threshold_s"] == _cell(learned, **NODE)["threshold_s"]


def test_a_node_may_ignore_a_key() -> None:
    """Review is keyed by category and channel: the region makes no difference there."""
    learned = _learn(_rows([100] * 15, node=1), _rows([200] * 15, node=1, region="四川"))
    assert [_cell(learned, 1)["threshold_s"], _cell(learned, 1, region="四川")["threshold_s"]] == [270, 270]
    assert _cell(learned, 1)["fallback_level"] == "cell"


def test_the_regional_buffer_is_added_on_transport_only() -> None:
    dwell = list(range(0, 31 * 100, 100))  # 31 values: p50 = 1500, p90 = 2700
    learned = _learn(_rows(dwell, node=5), _rows(dwell, node=4))
    road, gate = _cell(learned, 5), _cell(learned, 4)
    assert (road["buffer_s"], road["threshold_s"]) == (1200, 2700 + 1200)
    assert (gate["buffer_s"], gate["threshold_s"]) == (0, 2700)


def test_a_region_with_too_few_orders_takes_the_buffer_of_all() -> None:
    usual = _rows(list(range(0, 3100, 100)), node=5)
    far = _rows([50_000] * 29, node=5, region="西藏")
    learned = _learn(usual, far)
    everything = sorted([*range(0, 3100, 100), *[50_000] * 29])
    overall = np.percentile(everything, 90) - np.percentile(everything, 50)
    assert _cell(learned, 5, region="西藏")["buffer_s"] == pytest.approx(overall)
    assert _cell(learned, 5)["buffer_s"] == 1200
    assert _cell(learned, 5, **NODE)["buffer_s"] == pytest.approx(overall)


def test_a_region_with_exactly_enough_orders_has_its_own_buffer() -> None:
    learned = _learn(_rows([100] * 30, node=5), _rows(list(range(0, 9000, 100)), node=5, region="四川"))
    assert _cell(learned, 5)["buffer_s"] == 0


def test_one_row_per_cell_and_one_per_node() -> None:
    learned = _learn(_rows([1]), _rows([2], channel="jd"), _rows([3], node=5))
    assert len(learned) == 5
    assert {"node", "category", "region", "channel", "threshold_s", "n", "fallback_level"} <= set(learned)


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = pd.concat([_rows(list(range(40)), node=5), _rows(list(range(7)), channel="jd")], ignore_index=True)
    turned = rows.iloc[::-1]
    pd.testing.assert_frame_equal(learned(rows), learned(turned))


@settings(max_examples=40, deadline=None)
@given(some.lists(some.integers(0, 10**7), min_size=30, max_size=60))
def test_equals_the_calculation_by_hand(dwell: list[int]) -> None:
    ordered = sorted(dwell)

    def percentile(percent: int) -> Fraction:
        place = Fraction((len(ordered) - 1) * percent, 100)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (place - below) * (ordered[above] - ordered[below])

    exact = Fraction(sum(dwell), len(dwell)) * Fraction(9, 5) + percentile(90) - percentile(50)
    by_hand = Decimal(exact.numerator * 10**9 // exact.denominator).scaleb(-9).quantize(Decimal(1), ROUND_HALF_UP)
    assert _cell(_learn(_rows(dwell, node=5)), 5)["threshold_s"] == by_hand


def test_an_empty_history_says_so() -> None:
    with pytest.raises(ModelError, match="history is empty"):
        learned(_rows([]))


def test_bad_rows_are_named() -> None:
    with pytest.raises(ModelError, match="lacks the columns region"):
        learned(_rows([1]).drop(columns="region"))
    with pytest.raises(ModelError, match="1 rows lack a key or a dwell"):
        learned(_rows([1]).assign(region=None))
    with pytest.raises(ModelError, match="impossible node or dwell"):
        learned(_rows([-1]))
    with pytest.raises(ModelError, match="impossible node or dwell"):
        learned(_rows([1], node=6))
