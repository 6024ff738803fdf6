"""A month is judged by what could be seen before it began, and by nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orderwatch.core.backtest.scores import score
from orderwatch.core.backtest.truth import Truth, cases
from orderwatch.core.backtest.walk import Course, Trial, months_of
from orderwatch.core.models.clocks import SCAN_S, Clocks
from orderwatch.core.models.model import ModelError
from orderwatch.core.models.passages import DAY, HOUR, NEVER, known_at, seconds
from orderwatch.core.models.spec import model_of

from ..models.histories import BEGIN, TERMS, a_history, a_passage

ROWS = a_history()
UNTIL = int(seconds(ROWS, "left_s")[seconds(ROWS, "left_s") < NEVER].max())
MONTHS = months_of(ROWS, Clocks(), None, None)
MODELS = ["formula:1.8", "slack:0.80", "risk:0.80", "countdown:48h"]


def walk(name: str, rows: pd.DataFrame = ROWS, truth: Truth | None = None, until: int = UNTIL) -> Course:
    return Trial(rows, TERMS, Clocks(), truth or Truth(), until).walk(model_of(name, TERMS), MONTHS)


# --- no leaks ---


def test_nothing_that_ends_later_is_known() -> None:
    rows = pd.concat([a_passage(left_s=BEGIN + days * DAY) for days in (1, 2, 3)], ignore_index=True)
    seen = known_at(rows, BEGIN + 2 * DAY)
    assert seen["left_s"].tolist() == [BEGIN + DAY, NEVER, NEVER]  # an end at the cut itself is not before it
    assert known_at(rows, BEGIN).empty


@pytest.mark.parametrize("name", MODELS)
def test_the_future_changes_nothing_that_was_decided_before_it(name: str) -> None:
    """From the fourth month on everything goes twice as slowly: the months before it are alerted as before."""
    cut = MONTHS[3].begins
    left = seconds(ROWS, "left_s")
    slow = ROWS.assign(left_s=np.where((left >= cut) & (left < NEVER), cut + 2 * (left - cut), left))
    before = {month.name for month in MONTHS[:3]}

    def decided(course: Course) -> set[tuple[object, ...]]:
        told = course.alerts[course.alerts["version"].isin(before) & (course.alerts["alert_s"] < cut)]
        return set(told[["order_id", "stage", "alert_s"]].itertuples(index=False, name=None))

    then, now = decided(walk(name)), decided(walk(name, slow, until=2 * UNTIL))
    assert then
    assert then == now


def test_every_alert_is_raised_at_a_scan_while_the_order_is_still_there() -> None:
    alerts = walk("formula:1.8").alerts.merge(
        ROWS.assign(stage=ROWS["node"].astype(str))[["order_id", "stage", "entered_s", "left_s"]]
    )
    assert (alerts["alert_s"] % SCAN_S == 0).all()
    assert ((alerts["alert_s"] >= alerts["entered_s"]) & (alerts["alert_s"] < alerts["left_s"])).all()
    assert alerts.columns.tolist()[:6] == ["order_id", "stage", "alert_s", "version", "cell", "fallback_level"]


# --- months ---


def test_months_without_half_a_year_before_them_are_judged_only_if_asked_for() -> None:
    assert [month.name for month in MONTHS] == ["2017-06", "2017-07", "2017-08", "2017-09", "2017-10"]
    assert [month.name for month in months_of(ROWS, Clocks(), "2017-05", "2017-06")] == ["2017-05", "2017-06"]
    assert MONTHS[0].ends == MONTHS[1].begins


def test_a_month_that_a_model_cannot_learn_is_named() -> None:
    months = months_of(ROWS, Clocks(), "2016-12", "2017-06")
    course = Trial(ROWS, TERMS, Clocks(), Truth(), UNTIL).walk(model_of("risk:0.80", TERMS), months)
    assert "nothing happened before it" in course.unlearned["2016-12"]
    assert course.pooled["n"] == sum(one["n"] or 0 for one in course.months.values())
    with pytest.raises(ModelError, match="could judge no month: nothing happened before it"):
        Trial(ROWS, TERMS, Clocks(), Truth(), UNTIL).walk(model_of("risk:0.80", TERMS), months[:1])


def test_a_promise_clock_needs_promises() -> None:
    with pytest.raises(ModelError, match=r"risk:0\.80 needs promised_at"):
        walk("risk:0.80", ROWS.assign(promised_s=NEVER), Truth(120))


# --- truth ---


def test_late_is_delivered_after_the_promise_or_never() -> None:
    due = BEGIN + 11 * DAY - 1
    rows = pd.concat(
        [
            a_passage("review", order_id="on time", left_s=BEGIN + HOUR),
            a_passage(order_id="on time", left_s=due),
            a_passage(order_id="late", left_s=due + 1),
            a_passage(order_id="never"),
            a_passage("review", order_id="still in review"),
            a_passage(order_id="due later", promised_s=due + DAY),
            a_passage(order_id="no promise", promised_s=NEVER),
        ],
        ignore_index=True,
    )
    table, number, unknown = cases(rows, Truth(), TERMS.final, due + 1)
    assert table["late"].tolist() == [False, True, True, True]
    assert number.tolist() == [0, 0, 1, 2, 3, -1, -1]
    assert unknown == 1


def test_late_is_a_passage_that_takes_too_long() -> None:
    rows = pd.concat(
        [a_passage(left_s=BEGIN + hours * HOUR) for hours in (120, 121)] + [a_passage("review"), a_passage()],
        ignore_index=True,
    )
    table, number, unknown = cases(rows, Truth(120, "transport"), TERMS.final, BEGIN + 200 * HOUR)
    assert table["late"].tolist() == [False, True, True]
    assert number.tolist() == [0, 1, -1, 2]
    assert unknown == 0
    assert cases(rows, Truth(120), TERMS.final, BEGIN + HOUR)[2] == 2


# --- figures ---


def test_figures_by_hand() -> None:
    """Four orders: late and told 50 h before; late, told after; fine, told; fine, untold. The first weighs double."""
    breaks = np.full(4, 100 * HOUR)
    table = pd.DataFrame({"late": [True, True, False, False], "breaks_s": breaks, "weight": [2.0, 1.0, 1.0, 1.0]})
    told = np.array([50 * HOUR, 101 * HOUR, 99 * HOUR, NEVER])
    assert score(table, told) == {
        "fa": 0.25, "fae": 0.3333, "rec24": 0.6667, "rec48": 0.6667, "rec72": 0.0, "recall": 1.0,
        "lead_median_h": 50.0, "alerts_per_1000": 800.0, "n": 4,
    }  # fmt: skip


def test_where_nothing_can_be_divided_nothing_is_claimed() -> None:
    table = pd.DataFrame({"late": [False], "breaks_s": [0], "weight": [1.0]})
    figures = score(table, np.array([NEVER]))
    assert (figures["fa"], figures["rec24"], figures["lead_median_h"]) == (None, None, None)
    assert figures["alerts_per_1000"] == 0


def test_a_clock_that_sees_more_is_better() -> None:
    names = ("fixed:48h", "countdown:72h", "risk:0.80", "risk:0.60")
    fixed, countdown, risk, early = (walk(name).pooled for name in names)
    assert fixed["fa"] > countdown["fa"] > risk["fa"]  # type: ignore[operator]
    assert early["rec24"] > risk["rec24"] > 0.2  # type: ignore[operator]
