"""The five clocks of lateness, each asked when an order becomes late."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from orderwatch.core.models.clocks import SCAN_S, Clocks
from orderwatch.core.models.model import ModelError
from orderwatch.core.models.passages import DAY, HOUR, NEVER, known_at, seconds
from orderwatch.core.models.risk import Risk, RiskFit
from orderwatch.core.models.spec import MODES, model_of

from .histories import BEGIN, FAR, TERMS, a_history, a_passage

CUT = BEGIN + 300 * DAY
DUE = BEGIN + 11 * DAY - 1  # of a_passage
HISTORY = known_at(a_history(), CUT)
MODELS = ["fixed:48h", "formula:1.8", "countdown:48h", "slack:0.80", *MODES]


def learned(name: str, history: pd.DataFrame = HISTORY) -> Any:
    return model_of(name, TERMS).fit(history, CUT, Clocks())


def alert(name: str, **changed: Any) -> int:
    return int(learned(name).alert_at(a_passage(**changed), Clocks()).at_s[0])


# --- what all of them promise ---


@pytest.mark.parametrize("name", MODELS)
def test_whether_the_passage_has_ended_changes_nothing(name: str) -> None:
    """The alert time is known when the order changes; how its story ends must not be."""
    rows, fit = a_history(200, seed=9), learned(name)
    hidden = rows.assign(left_s=NEVER)
    assert fit.alert_at(rows, Clocks()).at_s.tolist() == fit.alert_at(hidden, Clocks()).at_s.tolist()


@pytest.mark.parametrize("name", MODELS)
def test_one_order_alone_or_among_others_is_late_at_the_same_time(name: str) -> None:
    rows, fit = a_history(100, seed=9), learned(name)
    together = fit.alert_at(rows, Clocks())
    for place in (0, 42, 199):
        alone = fit.alert_at(rows.iloc[[place]], Clocks())
        assert alone.at_s[0] == together.at_s[place]
        assert (alone.cell[0], alone.level[0]) == (together.cell[place], together.level[place])


@pytest.mark.parametrize("name", [name for name in MODELS if name[:4] not in {"fixe", "form"}])
def test_a_broken_promise_is_late_at_the_next_scan_whatever_else_was_thought(name: str) -> None:
    rows = a_history(300, seed=4)
    at = learned(name).alert_at(rows, Clocks()).at_s
    broken = np.maximum(-(-(seconds(rows, "promised_s") + 1) // SCAN_S) * SCAN_S, seconds(rows, "entered_s"))
    assert (at <= broken).all()
    assert (at >= seconds(rows, "entered_s")).all()


@pytest.mark.parametrize("name", [name for name in MODELS if name[:4] not in {"fixe", "form"}])
def test_without_a_promise_a_promise_clock_says_nothing(name: str) -> None:
    assert alert(name, promised_s=NEVER) == NEVER
    assert model_of(name, TERMS).by_promise


# --- each for itself ---


def test_fixed() -> None:
    assert alert("fixed:48h") == BEGIN + 48 * HOUR


def test_the_formula_in_the_finest_cell_that_has_enough_orders() -> None:
    mine = HISTORY[(HISTORY["node"] == "transport") & (HISTORY["left_s"] < NEVER)]
    cell = mine[(mine["category"] == "food") & (mine["region"] == "near")]
    dwell = (cell["left_s"] - cell["entered_s"]).to_numpy()
    region = mine[mine["region"] == "near"]
    spread = np.percentile(region["left_s"] - region["entered_s"], [50, 90])
    assert alert("formula:1.8") - BEGIN == pytest.approx(dwell.mean() * 1.8 + spread[1] - spread[0], abs=1)
    said = learned("formula:1.8").alert_at(a_passage(), Clocks())
    assert (said.cell[0], said.level[0], said.samples[0]) == ("food / near", "cell", len(dwell))


def test_the_formula_knows_a_cell_that_it_has_never_seen_by_its_parent() -> None:
    fit = learned("formula:1.8")
    said = fit.alert_at(a_passage(region="moon"), Clocks())
    assert (said.cell[0], said.level[0]) == ("food", "category")
    said = fit.alert_at(a_passage(category="moon"), Clocks())
    assert (said.cell[0], said.level[0]) == ("", "node")
    assert fit.alert_at(a_passage("moon"), Clocks()).at_s[0] == NEVER


@pytest.mark.parametrize(
    ("lead", "expected"),
    [("24h", DUE + 1 - 24 * HOUR - SCAN_S), ("72h", DUE + 1 - 72 * HOUR - SCAN_S), ("300h", BEGIN)],
)
def test_countdown_takes_the_last_scan_that_is_in_time(lead: str, expected: int) -> None:
    assert alert(f"countdown:{lead}") == expected


def test_slack_in_the_last_step_asks_how_likely_it_is_still_to_arrive() -> None:
    """Ten of transport took 1 to 10 days. Six days were promised, so 4 of 10 are late; of those that are there after
    t days, 4/(10 - t): at π = 0.8 that is after five."""
    rows = pd.concat([a_passage(order_id=f"O{n}", left_s=BEGIN + n * DAY) for n in range(1, 11)], ignore_index=True)
    fit = model_of("slack:0.80", replace(TERMS, least=1)).fit(rows, CUT, Clocks())
    row = a_passage(promised_s=BEGIN + 6 * DAY)
    assert fit.alert_at(row, Clocks()).at_s[0] == BEGIN + 5 * DAY
    assert fit.alert_at(a_passage(promised_s=BEGIN + 60), Clocks()).at_s[0] == BEGIN  # late on arrival
    evening = {name: replace(step, daily=True) for name, step in TERMS.steps.items()}
    held = model_of("slack:0.80", replace(TERMS, least=1, steps=evening)).fit(rows, CUT, Clocks())
    assert held.alert_at(row, Clocks()).at_s[0] == BEGIN + 6 * DAY - SCAN_S


def test_slack_before_the_last_step_leaves_room_for_the_rest_of_the_way() -> None:
    """After review, ten orders needed 1 to 10 days more; with 80 % chance they need more than two."""
    parts = []
    for n in range(1, 11):
        parts += [
            a_passage("review", order_id=f"O{n}", left_s=BEGIN + HOUR),
            a_passage(order_id=f"O{n}", entered_s=BEGIN + HOUR, left_s=BEGIN + HOUR + n * DAY),
        ]
    fit = model_of("slack:0.80", replace(TERMS, least=1)).fit(pd.concat(parts, ignore_index=True), CUT, Clocks())
    assert fit.alert_at(a_passage("review"), Clocks()).at_s[0] == DUE - 2 * DAY


def test_risk_looks_once_a_day_and_takes_the_first_look_that_is_bad_enough() -> None:
    fit = learned("risk:0.80")
    rows = a_history(400, seed=3)
    at = fit.alert_at(rows, Clocks()).at_s
    broken = fit.alert_at(rows.assign(entered_s=rows["promised_s"]), Clocks()).at_s
    looked = at < broken
    assert 0.02 < looked.mean() < 0.9
    assert set((at[looked] + SCAN_S) % DAY) == {0}
    chance = fit.chance(rows[looked], at[looked], Clocks())
    assert (chance >= 0.8).all()
    before = at[looked] - DAY
    open_before = seconds(rows[looked], "entered_s") <= before
    week = before >= (seconds(rows[looked], "promised_s") + 1) - 7 * DAY - SCAN_S
    assert (fit.chance(rows[looked], before, Clocks())[open_before & week] < 0.8).all()


def test_risk_grows_as_the_promise_comes_near() -> None:
    fit: RiskFit = learned("risk:0.80")
    looks = np.array([DUE + 1 - days * DAY - SCAN_S for days in (5, 3, 1)])
    rows = pd.concat([a_passage()] * 3, ignore_index=True)
    assert np.diff(fit.chance(rows, looks, Clocks())).min() > 0


def test_a_last_call_takes_whatever_is_open_a_day_before() -> None:
    plain, called = learned("risk:0.99"), learned("risk:0.99+24h")
    rows = a_history(300, seed=6)
    first, second = plain.alert_at(rows, Clocks()).at_s, called.alert_at(rows, Clocks()).at_s
    day_before = np.maximum((seconds(rows, "promised_s") - DAY) // SCAN_S * SCAN_S, seconds(rows, "entered_s"))
    broken = plain.alert_at(rows.assign(entered_s=rows["promised_s"]), Clocks()).at_s
    assert second.tolist() == np.minimum(np.minimum(first, day_before), broken).tolist()


def test_precise_looks_a_day_before_only() -> None:
    rows = a_history(300, seed=6)
    at = learned("precise").alert_at(rows, Clocks()).at_s
    lead = seconds(rows, "promised_s") + 1 - at
    assert set(lead[lead > HOUR]) <= {DAY + SCAN_S}


def test_risk_recovers_what_the_company_really_does() -> None:
    """Of the orders that it calls likely to break their promise, so many do."""
    later = a_history(4000, seed=77)
    rows = later[later["node"] == "transport"]
    due = seconds(rows, "promised_s")
    look = due + 1 - 2 * DAY - SCAN_S
    there = (seconds(rows, "entered_s") <= look) & (seconds(rows, "left_s") > look)
    chance = learned("risk:0.80").chance(rows[there], look[there], Clocks())
    late = seconds(rows[there], "left_s") > due[there]
    for low, high in ((0.3, 0.7), (0.7, 1.0)):
        some = (chance >= low) & (chance < high)
        assert some.sum() > 50
        assert late[some].mean() == pytest.approx(chance[some].mean(), abs=0.12)


def test_risk_refuses_a_history_that_is_too_thin() -> None:
    with pytest.raises(ModelError, match=r"daily looks at orders .* at least 200 are needed"):
        learned("risk:0.80", HISTORY.iloc[:4])
    with pytest.raises(ModelError, match="no promise of the history is due"):
        Risk(TERMS, 0.8).fit(HISTORY, BEGIN, Clocks())


def test_slack_refuses_a_history_in_which_nothing_has_arrived() -> None:
    with pytest.raises(ModelError, match="no order of the history has arrived"):
        learned("slack:0.80", HISTORY.assign(left_s=NEVER))


# --- names ---


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fixed:2d", "fixed:48h"), ("formula:1.8", "formula:1.8"), ("formula", "formula:1.8"),
        ("formula:2:1", "formula:2:1"), ("countdown:48h", "countdown:48h"), ("slack:.8", "slack:0.80"),
        ("balanced", "risk:0.80"), ("precise", "risk:0.88@24h"), ("nothing_missed", "risk:0.80+24h"),
    ],
)  # fmt: skip
def test_models_have_names(name: str, said: str) -> None:
    assert model_of(name, TERMS).name == said
    assert model_of(said, TERMS) == model_of(name, TERMS)


@pytest.mark.parametrize(
    "name",
    ["", "magic", "fixed", "fixed:48", "fixed:-3h", "formula:x", "formula:0", "formula:1.8:0", "slack:1.2", "slack",
     "risk:0", "risk:0.8@3h", "risk:0.8@9d", "risk:0.8@240h", "countdown:0h"],
)  # fmt: skip
def test_a_wrong_name_is_told_how_to_write_it(name: str) -> None:
    with pytest.raises(ModelError, match=r"risk:0\.80"):
        model_of(name, TERMS)


def test_far_and_near_are_not_alike() -> None:
    assert alert("formula:1.8", region=FAR) > alert("formula:1.8")
