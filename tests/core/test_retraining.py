"""A month of evidence decides which clock may wake people."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.document import load
from orderwatch.core.models.passages import DAY, NEVER, known_at, seconds
from orderwatch.core.models.spec import MODES, model_of
from orderwatch.core.policy.thresholds import ClockRules, Mode
from orderwatch.core.rest import Rest
from orderwatch.core.retraining import Recent, School, sample
from orderwatch.core.steadiness import steady

from .builders import the_policy
from .models.histories import BEGIN, TERMS, a_history

NOW = BEGIN + 320 * DAY
ROWS = known_at(a_history(), NOW)
RULES = the_policy().thresholds.clock.model_copy(update={"candidates": ("countdown:48h", "risk:0.70", "risk:0.80")})


def school(rows: pd.DataFrame = ROWS, **changes: object) -> School:
    rules: ClockRules = RULES.model_copy(update=changes)
    return School(rows, TERMS, rules, Clocks(), NOW)


def silent(_: str) -> None:
    """Nobody watches."""


def test_the_best_clock_is_the_one_that_warns_earliest_within_the_limit() -> None:
    lesson = school(false_alarms=0.5).learn_clock("best", silent)
    mine = [one for one in lesson.candidates if one.model in {"countdown:48h", "risk:0.70", "risk:0.80"}]
    allowed = [one for one in mine if one.bound <= 0.5 and one.alerted >= RULES.least_alerts]
    assert len(mine) == 9  # three candidates, three windows
    assert lesson.document is not None
    best = max(one.figures["rec48"] or 0 for one in allowed)
    (chosen,) = {one.figures["rec48"] for one in allowed if f"{one.model} learned from {one.window}:" in lesson.reason}
    assert chosen == best


@pytest.mark.parametrize("mode", ["formula", "early"])
def test_whoever_chooses_a_mode_sees_what_each_would_mean(mode: Mode) -> None:
    lesson = school(false_alarms=0.5, windows=("all",)).learn_clock(mode, silent)
    rows = [one.as_row() for one in lesson.candidates]
    assert {row["mode"]: row["model"] for row in rows} == MODES
    assert lesson.model == {"formula": "formula:1.8", "early": "risk:0.75"}[mode]


def test_a_clock_that_nobody_asked_for_is_judged_and_never_chosen() -> None:
    lesson = school(false_alarms=0.5, candidates=("countdown:24h",)).learn_clock("best", silent)
    assert lesson.model == "countdown:24h"
    assert {one.model for one in lesson.candidates} == {"countdown:24h", *MODES.values()}


def test_of_a_long_history_every_nth_order_is_taken_whole() -> None:
    few, one_in = sample(ROWS, len(ROWS) // 4)
    assert one_in in (4, 5) and len(few) == pytest.approx(len(ROWS) / one_in, rel=0.15)
    counts = ROWS["order_id"].value_counts()
    assert (few["order_id"].value_counts() == counts[few["order_id"].unique()]).all()
    assert sample(ROWS, len(ROWS))[1] == 1 and sample(ROWS.iloc[:0], 10)[1] == 1


def test_what_is_kept_is_learned_from_everything_that_is_known() -> None:
    lesson = school(false_alarms=0.5, windows=("all",)).learn_clock("early", silent)
    assert lesson.document is not None
    rows = a_history(200, seed=12)
    clocks = Clocks(rest=Rest.of(lesson.document["rest"], lesson.document["holidays"]))
    again = model_of("early", TERMS).fit(ROWS, NOW, clocks)
    assert load(lesson.document).alert_at(rows, clocks).at_s.tolist() == again.alert_at(rows, clocks).at_s.tolist()


def test_without_evidence_limits_alone_decide_and_the_reason_is_said() -> None:
    lesson = school(false_alarms=0.01).learn_clock("best", silent)
    assert (lesson.model, lesson.document) == ("formula:1.8", None)
    assert "every candidate may be wrong more often than in 1%" in lesson.reason
    assert lesson.candidates
    thin = school(least_alerts=100_000).learn_clock("best", silent)
    assert thin.document is None and "100000 are needed to judge" in thin.reason


def test_a_company_without_promises_goes_by_limits() -> None:
    lesson = school(ROWS.assign(promised_s=NEVER)).learn_clock("best", silent)
    assert (lesson.document, lesson.reason) == (None, "no order of the history was promised a day: limits alone")
    assert school().learn_clock("formula", silent).document is None


def test_a_candidate_that_cannot_learn_does_not_stop_the_others() -> None:
    young = ROWS[seconds(ROWS, "ordered_s") > NOW - 70 * DAY]
    judged, refused = school(young).judge(["risk:0.80", "countdown:48h"], silent)
    assert {one.model for one in judged} == {"countdown:48h"}
    assert "risk:0.80 (all)" in refused


def test_a_window_forgets_what_began_before_it() -> None:
    plain, recent = model_of("formula:1.8", TERMS), Recent(model_of("formula:1.8", TERMS), timedelta(days=60))
    late = ROWS[seconds(ROWS, "entered_s") >= NOW - 60 * DAY]
    row = a_history(1)
    expected = plain.fit(late, NOW, Clocks()).alert_at(row, Clocks()).at_s
    assert recent.fit(ROWS, NOW, Clocks()).alert_at(row, Clocks()).at_s.tolist() == expected.tolist()


def test_people_see_what_is_being_judged() -> None:
    seen: list[str] = []
    school(windows=("all", timedelta(days=60))).judge(["countdown:48h"], seen.append)
    assert seen == ["countdown:48h from all", "countdown:48h from 60d"]


# --- limits do not jump on thin evidence ---

CELL = {"node": "pick", "category": "food", "region": "near", "channel": "shop"}
WHOLE = {"node": "pick", "category": None, "region": None, "channel": None}


def limits(**of: int) -> pd.DataFrame:
    rows = [{**CELL, "threshold_s": of["cell"]}, {**WHOLE, "threshold_s": of["whole"]}]
    return pd.DataFrame(rows).assign(learned_s=of.get("learned", 0))


def ended(count: int, at: int = 1, **keys: str) -> pd.DataFrame:
    """So many passages that ended then."""
    return pd.DataFrame([{**CELL, **keys, "left_s": at}] * count, columns=[*CELL, "left_s"])


@pytest.mark.parametrize(
    ("new", "fresh", "wanted"),
    [
        (201, 29, 100), (201, 30, 201), (200, 0, 200), (49, 0, 100), (50, 0, 50), (49, 30, 49), (100, 0, 100),
    ],
)  # fmt: skip
def test_a_limit_moves_far_only_with_new_passages(new: int, fresh: int, wanted: int) -> None:
    known = ended(500, at=0)  # what the old limit was learned from is not new
    passages = pd.concat([known, ended(fresh)], ignore_index=True)
    answer = steady(limits(cell=new, whole=100), limits(cell=100, whole=100), passages, 2, 30)
    assert answer["threshold_s"].tolist() == [wanted, 100]
    assert answer["kept"].tolist() == [wanted != new, False]


def test_a_whole_step_counts_all_its_passages_and_a_new_cell_is_free() -> None:
    elsewhere = ended(30, region="far")
    answer = steady(limits(cell=500, whole=500), limits(cell=100, whole=100), elsewhere, 2, 30)
    assert answer["threshold_s"].tolist() == [100, 500]
    fresh = steady(limits(cell=500, whole=500).assign(category="new"), limits(cell=100, whole=500), elsewhere, 2, 30)
    assert fresh["threshold_s"].tolist() == [500, 500]


def test_a_small_cell_gathers_new_passages_over_the_months_until_its_limit_may_move() -> None:
    """Twenty passages a month: the second month brings the thirty that a big change needs."""
    old, passages, said = limits(cell=1000, whole=1000, learned=0), ended(0), []
    for month in (1, 2, 3):
        passages = pd.concat([passages, ended(20, at=month * 100)], ignore_index=True)
        answer = steady(limits(cell=2500, whole=1000), old, passages, 2, 30)
        said.append(answer["threshold_s"].tolist()[0])
        learned = answer["learned_s"].fillna(month * 100)
        old = answer[[*CELL, "threshold_s"]].assign(learned_s=learned)
    assert said == [1000, 2500, 2500]
