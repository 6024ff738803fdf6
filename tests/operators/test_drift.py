"""The weekly check says in words what it found, on real Airflow and whatever it finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from orderwatch.edge import parking
from orderwatch.operators.check_drift import RETRAINING, CheckDriftOperator
from orderwatch.paths import TEMPLATES
from orderwatch.pipeline import drift
from tests.dags.installation import HISTORY
from tests.pipeline.desk import Desk


@pytest.fixture
def desk(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(engine)
    monkeypatch.setattr(CheckDriftOperator, "engine", staticmethod(lambda: desk.engine))
    return desk


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(parking, "say", lambda context, label: said.append(label))
    return said


def check(run_id: str) -> Any:
    return CheckDriftOperator(task_id="check_drift").execute({"run_id": run_id})  # type: ignore[typeddict-item]


def test_the_label_says_what_was_found_also_where_nothing_can_be_said(desk: Desk, words: list[str]) -> None:
    desk.ask_to_change("delete from threshold_active")
    steps = ("all", "review", "print", "pick", "outbound", "transport")
    assert check("one") == dict.fromkeys(steps, "too_few")
    assert words == ["no version is in force: there is nothing to check"]


def test_a_run_that_is_cleared_shows_what_it_found_first(desk: Desk, words: list[str]) -> None:
    check("one")
    desk.scan()
    desk.advance(timedelta(days=7))
    check("one")
    check("two")
    assert words[0] == words[1] != words[2]
    assert words[2].startswith("too few cases: 0 alarms")


def test_the_proposal_leads_to_the_dag_that_learns(
    desk: Desk, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert RETRAINING == HISTORY
    links: list[str] = []
    keep = drift.check_drift
    monkeypatch.setattr(drift, "check_drift", lambda *about: links.append(about[3]) or keep(*about))
    check("one")
    assert [link.rpartition("/dags/")[2] for link in links] == [HISTORY]
    for language in ("zh-CN", "en"):
        for form in ("mail", "wecom"):
            text = (TEMPLATES / language / f"drift.{form}.j2").read_text(encoding="utf-8")
            assert f"airflow dags trigger {HISTORY}" in text
