"""What is to be done better has an owner, a day and a figure, is begun and ended by people, and is never rewritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.improve import Improvement, end, propose
from orderwatch.store import improvements
from tests.pipeline.desk import NOON
from tests.pipeline.people.conftest import People

TODAY = NOON.date()
WANTED = Improvement(
    title="Count stock before the campaign",
    owner="Zhao Lei",
    due=TODAY + timedelta(days=14),
    verified_by="no stock-out in two months",
    incident_id=1,
)


def refused(people: People, code: str, act: object, *args: object) -> None:
    with pytest.raises(Refusal) as caught:
        people.do("supervisor", act, *args)  # type: ignore[arg-type]  # any of the two
    assert caught.value.code == code
    assert caught.value.say("zh-CN") != caught.value.say("en")


def test_it_is_begun_and_done_and_the_timeline_of_its_incident_tells(people: People) -> None:
    number = people.do("supervisor", propose, WANTED)
    assert people.desk.ask("select title, owner, due, state from improvement") == [
        ("Count stock before the campaign", "Zhao Lei", WANTED.due, "open")
    ]
    people.do("manager", end, number, "done", "none since", "playbook stock_out")
    assert people.desk.ask("select state, changed from improvement") == [("done", "playbook stock_out")]
    told = people.desk.ask("select event from timeline where incident_id = 1 and event like 'improvement%'")
    assert told == ["improvement_begun", "improvement_done"]
    assert people.desk.ask("select login from person_action where action = 'improve'") == ["supervisor", "manager"]


def test_it_may_be_about_a_playbook_alone(people: People) -> None:
    people.do("manager", propose, replace(WANTED, incident_id=None, playbook="stock_out"))
    assert people.desk.ask("select incident_id, playbook from improvement") == [(None, "stock_out")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"due": TODAY - timedelta(days=1)}, "day_over"),
        ({"incident_id": 77}, "no_incident"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(people: People, changes: dict[str, object], code: str) -> None:
    refused(people, code, propose, replace(WANTED, **changes))  # type: ignore[arg-type]  # one field or another
    assert people.desk.ask("select count(*) from improvement") == [0]
    assert people.desk.ask("select count(*) from person_action where action = 'improve'") == [0]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "  "}, "no_text"),
        ({"owner": ""}, "no_text"),
        ({"verified_by": ""}, "no_text"),
        ({"title": "x" * 201}, "too_long"),
        ({"incident_id": None}, "about_nothing"),
    ],
)
def test_one_without_an_owner_or_a_figure_is_none(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as caught:
        replace(WANTED, **changes)  # type: ignore[arg-type]  # one field or another
    assert caught.value.code == code


def test_it_is_due_on_its_day_and_overdue_on_the_next(people: People) -> None:
    people.do("supervisor", propose, replace(WANTED, due=TODAY))

    def overdue(day: date) -> int:
        with people.desk.engine.connect() as conn:
            return len(improvements.read(conn, day, which="overdue"))

    assert (overdue(TODAY), overdue(TODAY + timedelta(days=1))) == (0, 1)


def test_it_ends_once_with_a_reason(people: People) -> None:
    number = people.do("supervisor", propose, WANTED)
    refused(people, "no_reason", end, number, "dropped", " ")
    refused(people, "no_improvement", end, 99, "done", "x")
    people.do("supervisor", end, number, "dropped", "not worth it")
    refused(people, "improvement_over", end, number, "done", "after all")
    assert people.desk.ask("select state from improvement") == ["dropped"]


def test_who_holds_no_role_decides_nothing(people: People) -> None:
    with pytest.raises(Refusal) as caught:
        people.do("stranger", propose, WANTED)
    assert caught.value.code == "no_role"


@pytest.mark.parametrize(
    "change",
    [
        "update improvement set title = 'another'",
        "update improvement set due = due + 30",
        "update improvement set state = 'done'",  # without who and when
        "delete from improvement",
    ],
)
def test_the_database_lets_nobody_rewrite_it(people: People, change: str) -> None:
    people.do("supervisor", propose, WANTED)
    with pytest.raises(DBAPIError), people.desk.engine.begin() as conn:
        conn.execute(text(change))
    people.do("supervisor", end, 1, "done", "none since")
    with pytest.raises(DBAPIError), people.desk.engine.begin() as conn:
        conn.execute(text("update improvement set state = 'open', ended_at = null, ended_action = null"))
