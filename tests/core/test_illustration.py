"""What is kept for the pictures of a version: figures of clocks that had not seen the orders they are judged by."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from orderwatch.core.backtest.monthly import months_to_show, raised_in
from orderwatch.core.illustration import Standing, illustrate
from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.passages import DAY, HOUR, NEVER, ends_of, seconds
from orderwatch.core.policy.thresholds import Mode
from orderwatch.core.retraining import Lesson, School

from .models.histories import BEGIN, TERMS
from .test_retraining import NOW, ROWS, RULES, school, silent

EARLY = {"false_alarms": 0.5, "windows": ("all",)}
FORMULA = Standing("formula:1.8")


def evidence(
    mode: Mode, before: Standing | None = FORMULA, rows: pd.DataFrame = ROWS, **rules: object
) -> dict[str, Any]:
    taught: School = school(rows, **{**EARLY, **rules})
    return illustrate(taught, taught.learn_clock(mode, silent), before, mode, BEGIN)


@pytest.fixture(scope="module")
def early() -> dict[str, Any]:
    return evidence("early")


def test_it_can_be_kept_as_json(early: dict[str, Any]) -> None:
    assert json.loads(json.dumps(early, allow_nan=False)) == early


def test_the_rules_of_the_gate_and_the_definition_of_late_are_kept_with_the_figures(early: dict[str, Any]) -> None:
    assert early["gate"] == {
        "mode": "early", "truth": "promise", "judged_days": 62.0, "prefer": "rec48", "false_alarms": 0.5,
        "least_alerts": 50, "confidence": 0.9,
    }  # fmt: skip


def test_the_clock_before_is_judged_by_the_same_orders_as_the_candidates(early: dict[str, Any]) -> None:
    chosen, champion = early["chosen"], early["champion"]
    assert (chosen["model"], champion["model"]) == ("risk:0.75", "formula:1.8")
    assert chosen["n"] == champion["n"] > 0
    assert {"fa", "fa_bound", "rec48", "alerts_per_1000"} <= chosen.keys() & champion.keys()


# --- the example ---


def test_the_example_is_a_late_order_that_was_warned_of_in_time(early: dict[str, Any]) -> None:
    example = early["example"]
    order = ROWS[ROWS["order_id"] == example["order_id"]]
    assert example["arrived_s"] == ends_of(order, TERMS.final).iloc[0]
    assert example["ordered_s"] < example["alert_s"] < example["promised_s"] < example["arrived_s"]
    assert example["ordered_s"] >= NOW - 62 * DAY
    assert [one["node"] for one in example["passages"]] == ["review", "transport"]
    assert example["passages"][0]["left_s"] == example["passages"][1]["entered_s"]


def test_the_alert_comes_at_the_first_look_at_which_the_chance_reaches_the_limit(early: dict[str, Any]) -> None:
    example = early["example"]
    assert example["limit"] == 0.75
    looks = [one for one in example["looks"] if one["decides"]]
    assert len(looks) >= 3 and all(later["at_s"] - one["at_s"] == DAY for one, later in pairwise(looks))
    assert example["alert_s"] == next(one["at_s"] for one in looks if one["chance"] >= 0.75)


def test_a_clock_that_looks_once_decides_at_one_of_the_looks_only() -> None:
    example = evidence("best", candidates=("risk:0.50@48h",))["example"]
    assert [one["decides"] for one in example["looks"]] == [False] * 5 + [True, False]


@pytest.mark.parametrize("rows", [ROWS, ROWS.assign(promised_s=NEVER)])
def test_a_clock_of_time_is_shown_by_its_limit_with_and_without_a_promise(rows: pd.DataFrame) -> None:
    example = evidence("formula", rows=rows)["example"]
    assert (example["looks"], example["limit"]) == ([], None)
    late = next(one for one in example["passages"] if one["alert_s"] and one["alert_s"] < one["left_s"])
    assert 0 <= example["alert_s"] - late["alert_s"] < HOUR  # the next scan sees it


def test_the_same_history_shows_the_same_order_however_it_is_sorted(early: dict[str, Any]) -> None:
    assert evidence("early", rows=ROWS.sample(frac=1, random_state=3))["example"] == early["example"]


def test_without_any_warned_order_there_is_no_example() -> None:
    fine = ROWS.assign(left_s=seconds(ROWS, "entered_s") + HOUR)
    assert evidence("formula", rows=fine)["example"] is None


# --- month by month ---


def test_both_clocks_are_walked_through_the_months_that_have_two_months_behind_them(early: dict[str, Any]) -> None:
    chosen, champion = (early["months"][part] for part in ("chosen", "champion"))
    names = [row["month"] for row in chosen]
    assert names[0] == "2017-02" and names == sorted(names) == [row["month"] for row in champion]
    assert all(row["n"] >= 30 and 0 <= row["fa"] <= 1 and row["alerts_per_1000"] > 0 for row in chosen)
    assert early["months"]["raised"] == []  # nothing was raised before the history was brought in


def test_the_same_clock_as_before_is_walked_once() -> None:
    months = evidence("early", Standing("risk:0.75"))["months"]
    assert months["chosen"] and months["champion"] is None


def test_what_was_really_raised_counts_orders_from_the_first_month_that_had_any() -> None:
    due = seconds(ROWS, "promised_s")
    trial = school(ROWS.assign(had_anomaly=(due >= BEGIN + 200 * DAY) & (ROWS["order_id"].str[-1] == "7"))).trial()
    months = months_to_show(trial, BEGIN)
    rows = raised_in(trial, months)
    assert [row["month"] for row in rows] == [month.name for month in months if month.name >= rows[0]["month"]]
    assert len(rows) < len(months)
    full = rows[1]
    assert full["alerts_per_1000"] == pytest.approx(100, abs=25)  # every tenth order, counted once
    assert full["fa"] == pytest.approx(0.9, abs=0.1)


def test_a_year_is_enough() -> None:
    trial = school().trial()
    assert len(months_to_show(trial, BEGIN - 900 * DAY)) <= 12


# --- what cannot be had ---


def test_what_is_missing_is_said_and_stops_nothing() -> None:
    alone = evidence("formula", None, ROWS.assign(promised_s=NEVER))
    assert alone["champion"] is None
    assert alone["months"] == {} and alone["missing"] == {"months": "no promises"}
    taught = school()
    young = illustrate(taught, taught.learn_clock("formula", silent), None, "formula", NOW - 20 * DAY)
    assert young["missing"]["months"] == "too young"


def test_a_clock_in_force_that_nobody_knows_any_more_is_said_to_be_unknown() -> None:
    lesson = Lesson("formula:1.8", None, (), {}, "test")
    known = illustrate(school(), lesson, Standing("of old"), "formula", BEGIN)
    assert known["champion"] == {"model": "of old", "window": "all"}
    assert "there is no model 'of old'" in known["missing"]["champion"]
    assert known["months"]["champion"] is None and known["months"]["chosen"]


def test_a_company_that_has_sold_nothing_for_months_learns_all_the_same() -> None:
    silence = School(ROWS, TERMS, RULES, Clocks(), NOW + 70 * DAY)
    lesson = silence.learn_clock("formula", silent)
    known = illustrate(silence, lesson, Standing("risk:0.75"), "formula", NOW - 110 * DAY)
    assert known["example"] is None
    assert "could judge no month" in known["missing"]["chosen"]
    assert known["months"]["chosen"]
