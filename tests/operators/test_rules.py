"""The weekly search says in words what it found, and its messages lead to the page where people decide."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from sqlalchemy import Engine

from orderwatch.edge import parking
from orderwatch.operators.base import AS_POLICY
from orderwatch.operators.learn_rules import LearnRulesOperator
from tests.pipeline.desk import Desk
from tests.pipeline.learned.room import Room, furnish, say_so
from tests.pipeline.people.conftest import with_logins


@pytest.fixture
def room(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Room:
    desk = Desk(engine)
    desk.policy = with_logins(desk.policy)
    monkeypatch.setattr(LearnRulesOperator, "engine", staticmethod(lambda: desk.engine))
    monkeypatch.setattr(LearnRulesOperator, "policy", staticmethod(lambda: desk.policy))
    return furnish(desk)


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(parking, "say", lambda context, label: said.append(label))
    return said


def look(run_id: str, **form: Any) -> Any:
    about: Any = {"run_id": run_id, "params": {"window": AS_POLICY, "dry_run": False} | form}
    return LearnRulesOperator(task_id="learn_rules").execute(about)


def test_where_nobody_has_said_anything_nothing_is_found(room: Room, words: list[str]) -> None:
    assert look("one")["proposed"] == []
    assert words == ["nothing new in 0 alarms; 0 rules have newer evidence"]


def test_a_run_that_is_cleared_proposes_and_tells_once(room: Room, words: list[str]) -> None:
    say_so(room)
    assert look("dry", dry_run=True)["dry_run"] is True
    assert room.rules() == []
    look("one")
    told = room.desk.ask("select count(*) from effect where effect_key like 'rules:%'")
    look("one")
    assert room.rules() == [(1, "proposed")]
    assert room.desk.ask("select count(*) from effect where effect_key like 'rules:%'") == told
    assert words[1] == "proposed: entered by: sales and has an appointment (6 false alarms, would hide 0)"
    texts = room.desk.ask("select payload ->> 'text' from effect where effect_key like 'rules:%'")
    assert texts and all("/orderwatch/rules" in one for one in texts)


def test_a_window_that_is_none_is_said_and_not_repeated(room: Room, words: list[str]) -> None:
    say_so(room)
    assert look("short", window="1h")["alarms"] == 10
    with pytest.raises(AirflowFailException, match="nothing looked at"):
        look("bad", window="soon")
