"""People look ahead, stop the automation and hand back, from the command line."""

from __future__ import annotations

import pytest

from orderwatch.store.database import connect
from tests.cli.conftest import Call
from tests.conftest import Databases
from tests.pipeline.answering import important
from tests.pipeline.desk import Desk, late_in_pick


@pytest.fixture
def url(databases: Databases) -> str:
    """Incident 1 is about a high-value order, incident 2 about an ordinary one."""
    desk = Desk(databases.copy())
    important(desk)
    desk.scan(**late_in_pick("SO2"))
    return desk.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_a_plan_shows_what_would_be_sent_to_whom_for_how_much(call: Call, url: str) -> None:
    result = call("playbooks", "plan", "1", "--db", url)
    assert result.exit_code == 0
    assert "single_important" in result.stderr
    for said in ("approve_voucher", "asks customer_service_supervisor", "customer_mail", "C-SO1", "¥90.00", "OB1"):
        assert said in result.stdout


def test_a_plan_shows_the_very_words_when_asked_and_writes_nothing(call: Call, url: str) -> None:
    result = call("playbooks", "plan", "1", "--words", "--db", url)
    assert "SO1" in result.stdout and "抱歉" in result.stdout
    with connect(url).connect() as conn:
        assert conn.exec_driver_sql("select count(*) from effect where step is not null").scalar() == 0


def test_a_plan_says_that_nothing_answers_an_ordinary_order(call: Call, url: str) -> None:
    result = call("playbooks", "plan", "2", "--db", url)
    assert result.exit_code == 2 and "no playbook answers incident 2 (single, level 0)" in result.stderr
    assert call("playbooks", "plan", "2", "--playbook", "single_important", "--db", url).exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"), [(("99",), "no incident 99"), (("1", "--playbook", "x"), "no playbook 'x'")]
)
def test_a_plan_of_something_that_is_not_there_is_one_line(
    call: Call, url: str, words: tuple[str, ...], said: str
) -> None:
    result = call("playbooks", "plan", *words, "--db", url)
    assert result.exit_code == 2 and said in result.stderr


def test_a_pause_is_taken_listed_and_ended(call: Call, url: str) -> None:
    taken = call("pauses", "take", "--order", "SO1", "--because", "I call myself", "--as", "li.ting", "--db", url)
    assert taken.exit_code == 0 and "pause 1: order SO1" in taken.stderr
    listed = call("pauses", "list", "--db", url).stdout
    assert "SO1" in listed and "li.ting" in listed and "I call myself" in listed
    assert call("pauses", "end", "1", "--db", url).exit_code == 0
    assert call("pauses", "end", "1", "--db", url).exit_code == 1
    assert "li.ting" not in call("pauses", "list", "--db", url).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--because", "x"),
        ("--because", "x", "--order", "SO1", "--everything"),
        ("--because", " ", "--everything"),
        ("--because", "x", "--everything", "--for", "8d"),
        ("--because", "x", "--everything", "--for", "2"),
        ("--because", "x", "--order", "S01"),  # a nought instead of the letter
        ("--because", "x", "--incident", "99"),
        ("--because", "x", "--playbook", "single-important"),
    ],
)
def test_a_pause_that_says_too_little_or_too_much_is_refused(call: Call, url: str, words: tuple[str, ...]) -> None:
    result = call("pauses", "take", *words, "--db", url)
    assert result.exit_code == 2 and result.stderr
    assert "1" not in call("pauses", "list", "--db", url).stdout


@pytest.mark.parametrize(("scope", "subject"), [("--incident", "1"), ("--playbook", "single_important")])
def test_an_incident_or_a_playbook_that_there_is_can_be_paused(call: Call, url: str, scope: str, subject: str) -> None:
    with connect(url).begin() as conn:
        conn.exec_driver_sql("insert into playbook_version values ('s', 'single_important', 'raw', now())")
    assert call("pauses", "take", scope, subject, "--because", "x", "--db", url).exit_code == 0
