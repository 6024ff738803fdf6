"""``orderwatch backtest``, as a data engineer types it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from orderwatch.cli import app
from orderwatch.pipeline.activate import activate
from orderwatch.pipeline.learn import decide, publish
from tests.conftest import Databases
from tests.pipeline.desk import NOON, Desk
from tests.pipeline.test_versions import a_lesson

from ..core.models.histories import a_history, as_file

FIGURES = {"fa", "fae", "rec24", "rec48", "rec72", "recall", "lead_median_h", "alerts_per_1000", "n"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("history") / "history.parquet"
    as_file(a_history()).to_parquet(path)
    return path


def backtest(*words: object) -> Result:
    return CliRunner().invoke(app, ["backtest", *map(str, words)], env={"COLUMNS": "120"})


def test_by_default_every_kind_is_judged(file: Path) -> None:
    result = backtest(file)
    assert result.exit_code == 0, result.output
    for name in (
        "fixed:48h",
        "formula:1.8",
        "countdown:24h",
        "slack:0.80",
        "risk:0.80",
        "risk:0.88@24h",
        "risk:0.80+24h",
    ):
        assert name in result.stdout
    assert "an order is late if it was delivered after the promised day" in result.stderr


def test_figures_and_alerts_can_be_kept(file: Path, tmp_path: Path) -> None:
    figures, alerts = tmp_path / "figures.json", tmp_path / "alerts.parquet"
    result = backtest(
        file, "--model", "risk:0.80+24h", "--model", "countdown:48h", "--from", "2017-07", "--to", "2017-08",
        "--json", figures, "--alerts", alerts,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    told = json.loads(figures.read_text())
    assert [one["model"] for one in told["models"]] == ["risk:0.80+24h", "countdown:48h"]
    assert [set(one["pooled"]) for one in told["models"]] == [FIGURES, FIGURES]
    assert list(told["models"][0]["months"]) == ["2017-07", "2017-08"]
    rows = pd.read_parquet(alerts)
    assert rows.columns.tolist() == ["order_id", "stage", "alert_at", "model", "version", "cell", "fallback_level"]
    assert set(rows["model"]) == {"risk:0.80+24h", "countdown:48h"}
    per_thousand = (
        rows[rows["model"] == "countdown:48h"]["order_id"].nunique() / told["models"][1]["pooled"]["n"] * 1000
    )
    assert told["models"][1]["pooled"]["alerts_per_1000"] == pytest.approx(per_thousand, abs=0.1)


def test_time_in_a_step_can_be_the_truth(file: Path) -> None:
    result = backtest(file, "--truth", "transport:120")
    assert result.exit_code == 0, result.output
    assert "a passage of transport is late if it took more than 120 h" in result.stderr
    assert "risk" not in result.stdout  # by default only the clocks of time


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--model", "magic"], "there is no model 'magic'"),
        (["--truth", "soon"], "expected promise, or stage:48"),
        (["--truth", "moon:5"], "stage is moon in no row; it has review, transport"),
        (["--model", "champion"], "say where the tables are, --db"),
        (["--from", "juli"], "expected a month, such as 2017-04"),
        (["--from", "2031-01"], "no month to judge"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    file: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    kept = tmp_path / "figures.json"
    result = backtest(file, *words, "--json", kept)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert not kept.exists()


def test_a_bad_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    as_file(a_history(100)).drop(columns="promised_at").to_csv(path, index=False)
    result = backtest(path)
    assert result.exit_code == 2
    assert "history.csv lacks the column promised_at" in result.stderr


def test_a_model_that_cannot_judge_does_not_stop_the_others(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "plain.parquet"
    as_file(a_history()).assign(promised_at=pd.NaT).to_parquet(path)
    result = backtest(path, "--truth", "stage:120", "--model", "risk:0.80", "--model", "formula:1.8")
    assert result.exit_code == 0
    assert "risk:0.80 needs promised_at" in " ".join(result.stderr.split())
    assert backtest(path, "--truth", "stage:120", "--model", "risk:0.80").exit_code == 2


def test_the_champion_is_the_clock_in_force(file: Path, databases: Databases) -> None:
    desk = Desk(databases.copy())
    with desk.engine.begin() as conn:
        number, _ = publish(conn, a_lesson("countdown:48h"), desk.policy, None, NOON)
        decide(conn, number, "approved", "x", "x", NOON)
    activate(desk.engine, desk.policy, number, "x", "x", NOON)
    url = desk.engine.url.render_as_string(hide_password=False)
    result = backtest(file, "--model", "champion", "--db", url)
    assert result.exit_code == 0, result.output
    assert "countdown:48h" in result.stdout
