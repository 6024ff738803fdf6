"""``orderwatch thresholds``, as a data engineer types it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from orderwatch.pipeline.drift import check_drift
from tests.conftest import Databases
from tests.pipeline.desk import Desk
from tests.pipeline.test_versions import a_lesson, keep

from .conftest import Call


@pytest.fixture
def desk(databases: Databases) -> Desk:
    return Desk(databases.copy())


def url(desk: Desk) -> str:
    return desk.engine.url.render_as_string(hide_password=False)


def test_versions_are_listed_with_what_became_of_them(call: Call, desk: Desk) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))
    shown = call("thresholds", "list", "--db", url(desk)).stdout
    assert "in force" in shown and "held" in shown and "risk:0.80" in shown
    shown = call("thresholds", "show", str(version), "--db", url(desk)).stdout
    assert "because of the test" in shown and "passages: 500" in shown


def test_two_versions_side_by_side(call: Call, desk: Desk) -> None:
    version, _ = keep(desk, a_lesson("test", 7200))
    result = call("thresholds", "compare", "1", str(version), "--db", url(desk))
    (pick,) = [line for line in result.stdout.splitlines() if "pick" in line]
    assert "4 h" in pick and "2 h" in pick and "-50%" in pick


def test_a_cell_of_one_version_only_is_new_or_gone_and_not_unchanged(call: Call, desk: Desk) -> None:
    version, _ = keep(desk)
    with desk.engine.begin() as conn:
        conn.execute(text("insert into cell (node, category, region, channel) values (3, 'hat', 'north', 'app')"))
        conn.execute(
            text(
                "insert into threshold (version, cell_id, threshold_s, mean_s, buffer_s, samples, fallback_level) "
                "select :version, cell_id, 7200, 4000, 0, 30, 'cell' from cell where category = 'hat'"
            ),
            {"version": version},
        )
    for versions, word in ((("1", str(version)), "new"), ((str(version), "1"), "gone")):
        shown = call("thresholds", "compare", *versions, "--db", url(desk)).stdout
        (line,) = [line for line in shown.splitlines() if "hat" in line]
        assert word in line and "+0%" not in line


def test_an_earlier_version_comes_back_with_a_reason(call: Call, desk: Desk) -> None:
    version, _ = keep(desk)
    for number in (version, 1):
        result = call("thresholds", "activate", str(number), "--reason", "too eager", "--as", "chen", "--db", url(desk))
        assert result.exit_code == 0, result.stderr
        assert desk.ask("select version from threshold_active") == [number]
    last = "select version, decided_by, reason from threshold_decision order by decision_id desc limit 1"
    assert desk.ask(last) == [(1, "chen", "too eager")]


def test_what_the_weekly_check_found_is_shown_with_what_is_counted(call: Call, desk: Desk) -> None:
    assert call("thresholds", "drift", "--db", url(desk)).exit_code == 2
    desk.scan()
    for run_id in ("one", "two"):
        check_drift(desk.engine, desk.policy, run_id, "", desk.now())
        desk.advance(timedelta(days=7))
    result = call("thresholds", "drift", "--db", url(desk))
    assert result.exit_code == 0, result.stderr
    assert "version 1" in result.stdout and "too few" in result.stdout and "transport" in result.stdout
    assert "in time after somebody had acted" in " ".join(result.stderr.split())
    assert call("thresholds", "drift", "--run", "one", "--db", url(desk)).exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["drift"], "nothing has been checked yet"),
        (["drift", "--run", "x"], "no run x has checked"),
        (["activate", "99", "--reason", "x"], "there is no threshold version 99"),
        (["show", "99"], "there is no threshold version 99"),
        (["compare", "1", "99"], "there is no threshold version 99"),
        (["show", "99999999999"], "the database refuses it: integer out of range"),
        (["activate", "1", "--reason", " "], "say why: --reason must not be empty"),
        (["activate", "2", "--reason", "x"], "version 2 waits for a person under Required Actions"),
    ],
)
def test_what_cannot_be_done_is_said(call: Call, desk: Desk, words: list[str], message: str) -> None:
    keep(desk, a_lesson("risk:0.80"))
    result = call("thresholds", *words, "--db", url(desk))
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
