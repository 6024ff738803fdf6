"""What a figure says to people: its value, of how many it speaks, and how it stands against the month before."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.core.programme.definitions import FIGURES
from orderwatch.core.programme.figure import COUNTS, Case, nps, quantile
from orderwatch.core.programme.words import say_change, say_count, say_figure, say_more, say_part


def a_share(value: float | None, hits: int = 39, count: int = 47, **more: Any) -> dict[str, Any]:
    return {"unit": "share", "value": value, "hits": hits, "count": count} | more


def some_money(value: int, currency: str = "CNY") -> dict[str, Any]:
    return {"unit": "money", "value": value, "hits": 1, "count": 2, "parts": [{"part": currency, "value": value}]}


def test_a_figure_without_data_says_so_and_is_no_zero() -> None:
    assert (say_figure(a_share(None), "en"), say_figure(a_share(None), "zh-CN")) == ("no data", "没有数据")
    assert say_figure(a_share(0.0), "en") == "0.0 %"
    assert say_change(a_share(None), a_share(0.5), "en") == say_change(a_share(0.5), a_share(None), "en") == ""


def test_values_are_said_with_their_units_and_counts() -> None:
    assert say_figure(a_share(0.8298), "en") == "83.0 %"
    assert (say_count(a_share(0.8298), "en"), say_count(a_share(0.8298), "zh-CN")) == ("39 of 47", "47 中 39")
    assert say_figure(some_money(1250), "zh-CN") == "¥12.50"
    assert say_figure({"unit": "nps", "value": 32, "hits": 5, "count": 9}, "en") == "+32"
    timed = a_share(0.5, p50_s=45, p90_s=7260)
    assert (say_more(timed, "en"), say_more(timed, "zh-CN")) == ("p50 45 s, p90 2 h 1 m", "p50 45 秒，p90 2 小时 1 分")


def test_a_change_is_said_in_points_in_money_or_not_at_all() -> None:
    assert say_change(a_share(0.83), a_share(0.765), "en") == "+6.5 points"
    assert say_change(a_share(0.1), a_share(0.125), "zh-CN") == "-2.5 个百分点"
    assert say_change(some_money(1000), some_money(1250), "en") == "-¥2.50"
    assert say_change(some_money(1000), some_money(1250, "EUR"), "en") == ""
    assert say_change(a_share(0.5), None, "en") == ""
    assert say_change(a_share(0.5), a_share(0.5001), "zh-CN") == "持平"


def test_parts_have_names_or_stay_as_they_are() -> None:
    assert (say_part("complaint", "zh-CN"), say_part("stock_shortage", "en")) == ("客户投诉", "stock_shortage")


@pytest.mark.parametrize(
    ("ordered", "q", "said"), [([], 0.5, None), ([7], 0.9, 7), ([0, 10], 0.9, 9), ([1, 2, 30], 0.5, 2)]
)
def test_quantiles_lie_between_the_two_nearest(ordered: list[float], q: float, said: int | None) -> None:
    assert quantile(ordered, q) == said


def test_promoters_less_detractors_of_affected_customers_and_of_others() -> None:
    scores = {"affected": (9, 10, 7, 6, None), "others": (10, 0, 8)}
    said = nps([Case(1, part, None, score) for part, those in scores.items() for score in those])
    assert (said["value"], said["count"], said["asked"]) == (25, 4, 5)
    assert [(one["part"], one["value"], one["hits"], one["detractors"]) for one in said["parts"]] == [
        ("affected", 25, 2, 1),
        ("others", 0, 1, 1),
    ]
    timed = {"unit": "nps", **said}
    assert (say_count(timed, "en"), say_count(timed, "zh-CN")) == ("4 answers of 5 asked", "问了 5 人，4 人回答")


def test_every_figure_has_its_way_of_counting_and_its_words_in_both_languages() -> None:
    assert [one.key for one in FIGURES] == list(COUNTS)
    for one in FIGURES:
        for words in (one.title, one.meaning):
            assert words["zh-CN"] and words["en"] and not any(sign >= "\u4e00" for sign in words["en"])
