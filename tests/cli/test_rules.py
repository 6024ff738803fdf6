"""``orderwatch rules``: looking, deciding, and being refused in words."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from orderwatch.commands import rules
from tests.cli.conftest import Call
from tests.conftest import Databases
from tests.pipeline.desk import Desk
from tests.pipeline.harness import the_policy
from tests.pipeline.learned.room import DAY, Room, furnish, held, say_so
from tests.pipeline.people.conftest import with_logins


@pytest.fixture
def room(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Room:
    made = say_so(furnish(Desk(databases.copy(), with_logins(the_policy()))))
    monkeypatch.setattr(rules, "policy_now", lambda: made.desk.policy)
    return made


@pytest.fixture
def db(room: Room) -> tuple[str, str]:
    return "--db", room.desk.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_a_dry_run_proposes_nothing_and_a_plain_one_does(call: Call, db: tuple[str, str], room: Room) -> None:
    dry = call("rules", "propose", "--dry-run", *db)
    assert "entered by: sales and has an appointment" in dry.stdout and "proposed:" in dry.stderr
    assert room.rules() == []
    assert call("rules", "propose", "--window", "7d", *db).exit_code == 0
    assert room.rules() == [(1, "proposed")]
    again = call("rules", "propose", *db)
    assert "nothing new in 10 alarms; 1 rules have newer evidence" in again.stderr


def test_the_whole_life(call: Call, db: tuple[str, str], room: Room) -> None:
    room.learn()
    assert "6 of 6" in call("rules", "list", *db).stdout
    taken = call("rules", "shadow", "1", "--reason", "six of six", "--as", "manager", *db)
    assert taken.exit_code == 0, taken.stderr
    room.scan(held("SO21"))
    room.desk.advance(14 * DAY)
    first = call("rules", "activate", "1", "--for", "60d", "--reason", "x", "--as", "manager", *db)
    assert first.exit_code == 2 and "a second person has to activate it" in first.stderr
    assert call("rules", "activate", "1", "--for", "60d", "--reason", "fine", "--as", "vp", *db).exit_code == 0
    shown = call("rules", "show", "1", *db).stdout
    for words in ("rule 1 (active)", "into the shadow by manager: six of six", "activated by vp: fine", "SO21",
                  "real delays hidden: 0", "asked in the shadow: 1, held for 1"):  # fmt: skip
        assert words in shown, words
    room.scan(held("SO31"))
    told = " ".join(call("why", "SO31", *db).stdout.replace("│", " ").split())
    assert "须先由人核实：规则 1（录入方：销售 且 已预约安装或交付）" in told
    assert call("rules", "renew", "1", "--for", "80d", "--reason", "y", "--as", "manager", *db).exit_code == 0
    assert call("rules", "retire", "1", "--reason", "z", "--as", "manager", *db).exit_code == 0
    assert "rule" in call("rules", "list", *db).stdout and "retired" not in call("rules", "list", *db).stdout
    assert "retired" in call("rules", "list", "--all", *db).stdout


def test_another_condition_and_a_refusal(call: Call, db: tuple[str, str], room: Room) -> None:
    room.learn()
    words = ("--if", "entered_by=sales", "--if", "category=appliances", "--reason", "x", "--as", "manager")
    assert "rule 2 is proposed" in call("rules", "revise", "1", *words, *db).stderr
    assert call("rules", "reject", "2", "--reason", "too wide", "--as", "vp", *db).exit_code == 0
    bad = call("rules", "revise", "1", "--if", "nonsense", "--reason", "x", "--as", "vp", *db)
    assert bad.exit_code == 2 and "cannot be used" in bad.stderr
    unknown = call("rules", "show", "99", *db)
    assert unknown.exit_code == 2 and "there is no rule 99" in unknown.stderr
    assert room.desk.ask("select count(*) from person_action where action = 'rules'") == [2]


def test_whoever_has_no_role_can_do_nothing(call: Call, db: tuple[str, str], room: Room) -> None:
    room.learn()
    answer = call("rules", "shadow", "1", "--reason", "x", "--as", "nobody", *db)
    assert answer.exit_code == 2 and "holds no role" in answer.stderr
    with room.desk.engine.connect() as conn:
        assert conn.execute(text("select state from learned_rule")).scalar_one() == "proposed"
