"""What people type: every command explains itself, and what is wrong is said in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import typer

from orderwatch.cli import app
from orderwatch.commands import demo
from orderwatch.core.policy.loader import PolicyError, Problem
from orderwatch.paths import INCLUDE, POLICY
from orderwatch.store.database import as_json, business_now, run
from tests.cli.conftest import Call
from tests.conftest import Databases

UNUSABLE = {
    "sqlite:///orders.db": "needs PostgreSQL, not 'sqlite'",
    "postgresql://nobody@127.0.0.1:1/orders": "cannot be reached",
    "postgresql://host:notaport/orders": "",
    "orders": "needs PostgreSQL",
}
ON_TABLES = [("why", "SO1"), ("quarantine", "list"), ("quarantine", "replay", "1"), ("db", "migrate")]


def commands() -> list[tuple[str, ...]]:
    """Every command there is, as one types it."""
    top = typer.main.get_command(app)
    found: list[tuple[str, ...]] = []
    for name, command in top.commands.items():  # type: ignore[attr-defined]  # a click group
        inner = getattr(command, "commands", None)
        found += [(name, one) for one in inner] if inner else [(name,)]
    return found


def test_the_commands_are_those_of_the_readme() -> None:
    assert {("demo", "up"), ("demo", "check"), ("demo", "advance"), ("db", "migrate"), ("quarantine", "list")} <= set(
        commands()
    )
    assert {("lint",), ("why",)} <= set(commands())


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_explains_itself(call: Call, words: tuple[str, ...]) -> None:
    result = call(*words, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.stdout
    assert len(result.stdout.split("Usage:")[1].split("Options")[0].split()) > 8  # words, not only the synopsis


def test_the_command_line_starts_without_heavy_libraries() -> None:
    heavy = {"airflow", "fastapi", "great_expectations", "pandas", "psycopg", "pydantic", "requests", "sqlalchemy"}
    script = "import sys, orderwatch.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert heavy & set(done.stdout.split()) == set()


# --- lint ---


def test_the_shipped_policy_is_without_mistakes(call: Call) -> None:
    result = call("lint")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "sources: crm, erp, wms; suites: complaints, customers, delay_requests, orders, shipments" in result.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("policy/nodes.yaml", "ceiling: 14d", "ceiling: 14", "nodes.yaml:{line} review.ceiling: 14 has no unit"),
        (
            "policy/roles.yaml",
            "mail: li.na@example.com",
            "mail: li.na",
            "roles.yaml:{line} data_engineer.people.0.mail",
        ),
        ("policy/grading.yaml", "\n", "\nwhat: ever\n", "grading.yaml:{line} what"),
        ("policy/sources/erp.yaml", "feeds:", "fedes:", "erp.yaml:{line} fedes"),
        ("policy/suites/orders.yaml", "severity: row", "severity: rwo", "orders.yaml:{line}"),
        ("policy/exemptions.yaml", "state: active", "state: [active", "exemptions.yaml:"),
    ],
)
def test_a_mistake_in_a_policy_file_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    shutil.copytree(INCLUDE, tmp_path / "include")
    path = tmp_path / "include" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1 + new.startswith("\n")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("orderwatch")), "lint"],
        env=os.environ | {"ORDERWATCH_HOME": str(tmp_path), "COLUMNS": "300"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert said.format(line=line) in done.stderr
    assert "Traceback" not in done.stderr


# --- why ---


def test_why_tells_how_a_late_order_became_an_incident(call: Call, database: str) -> None:
    result = call("why", "SO1", "--db", database)
    assert result.exit_code == 0
    assert "opened" in result.stdout and "pick" in result.stdout
    assert "anomaly_joined" in result.stdout and "同类订单上限 4 小时" in result.stdout


def test_why_tells_what_kept_an_order_from_being_an_incident(call: Call, database: str) -> None:
    result = call("why", "SO2", "--db", database)
    assert result.exit_code == 0
    assert "exempted" in result.stdout and "opened" not in result.stdout
    assert "客户" in result.stdout


def test_why_tells_until_when_waiting_is_normal(call: Call, database: str) -> None:
    assert "waits in pick since 2026-11-16 12:00; late since" in call("why", "SO1", "--db", database).stdout
    assert "that is normal until 2026-11-21 12:00" in call("why", "SO2", "--db", database).stdout


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("SO3", "not watched now (payment: unpaid)"),
        ("SO4", "not watched now (cancelled)"),
        ("SO5", "waits in review since 2026-11-18 11:59; late from 2026-11-18 15:59 on"),
    ],
)
def test_why_tells_where_an_order_stands_that_no_decision_was_needed_on(
    call: Call, database: str, order: str, said: str
) -> None:
    result = call("why", order, "--db", database)
    assert result.exit_code == 0
    assert said in result.stdout and "no decision was ever needed" in result.stdout


def test_why_says_that_nothing_is_known_of_an_unknown_order(call: Call, database: str) -> None:
    result = call("why", "[/]SO404", "--db", database)
    assert result.exit_code == 1
    assert "nothing is known about [/]SO404" in result.stderr


# --- quarantine ---


def test_the_quarantine_lists_what_waits_for_a_person_as_it_was_sent(call: Call, databases: Databases) -> None:
    engine = databases.copy()
    message = {"zh-CN": "不对", "en": "wrong"}
    sent = [("[/red]SO7", "negative_amount"), ("SO8", "settled_one"), (None, "missing_id")]
    rejected = [
        {"record_id": record, "reason": reason, "message": message, "detail": "", "record": {"id": record}}
        for record, reason in sent
    ]
    with engine.begin() as conn:
        to = {"pull_id": None, "source": "erp", "feed": "orders", "now": business_now(conn)}
        run(conn, "feeds/upsert_quarantine", **to, rejected=as_json(rejected))
        conn.exec_driver_sql(
            "update quarantine set state = 'replayed', handled_at = now() where reason = 'settled_one'"
        )
    result = call("quarantine", "list", "--db", engine.url.set(drivername="postgresql").render_as_string())
    assert result.exit_code == 0
    assert "[/red]SO7" in result.stdout and "missing_id" in result.stdout
    assert "settled_one" not in result.stdout


def test_a_record_is_given_up_in_the_name_that_is_said(call: Call, databases: Databases) -> None:
    engine = databases.copy()
    message = {"zh-CN": "不对", "en": "wrong"}
    rejected = [{"record_id": "SO7", "reason": "r", "message": message, "detail": "", "record": {"id": "SO7"}}]
    with engine.begin() as conn:
        to = {"pull_id": None, "source": "erp", "feed": "orders", "now": business_now(conn)}
        run(conn, "feeds/upsert_quarantine", **to, rejected=as_json(rejected))
    url = engine.url.set(drivername="postgresql").render_as_string()
    assert call("quarantine", "discard", "1", "--as", "zhou.min", "--db", url).exit_code == 0
    with engine.connect() as conn:
        assert conn.exec_driver_sql("select state, handled_by from quarantine").one() == ("discarded", "zhou.min")


# --- the database ---


@pytest.mark.parametrize("words", ON_TABLES, ids=" ".join)
@pytest.mark.parametrize("url", UNUSABLE)
def test_a_database_that_cannot_be_used_is_named_in_one_line(call: Call, url: str, words: tuple[str, ...]) -> None:
    result = call(*words, "--db", url)
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert UNUSABLE[url] in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("why", "SO1"), ("incidents", "list"), ("incidents", "show", "1"), ("effects", "list"), ("pauses", "list"),
        ("silences", "list"), ("playbooks", "plan", "1"),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_used_is_named_in_one_line(
    call: Call, database: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> None:
        raise PolicyError([Problem("nodes.yaml", 3, "pick.grace", "no duration")])

    monkeypatch.setattr("orderwatch.core.policy.load_policy", broken)
    result = call(*words, "--db", database)
    assert result.exit_code == 2 and "nodes.yaml" in result.stderr


def test_a_database_without_our_tables_is_told_how_to_get_them(call: Call, databases: Databases) -> None:
    with psycopg.connect(databases.server, autocommit=True) as conn:
        conn.execute("create database bare")
    before = call("why", "SO1", "--db", databases.url("bare"))
    assert (before.exit_code, "orderwatch db migrate" in before.stderr) == (2, True)
    assert call("db", "migrate", "--db", databases.url("bare")).exit_code == 0
    assert call("db", "migrate", "--db", databases.url("bare")).exit_code == 0  # once more does no harm
    assert call("why", "SO1", "--db", databases.url("bare")).exit_code == 1


def test_the_url_may_come_from_the_environment(call: Call, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERWATCH_DB_URL", database)
    assert call("why", "SO1").exit_code == 0


# --- demo ---


def test_time_moves_in_a_running_demonstration_only(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "STATE", tmp_path)
    assert "no demonstration is running" in call("demo", "answer").stderr
    nothing = call("demo", "advance", "6h")
    (tmp_path / "demo" / "company").mkdir(parents=True)
    (tmp_path / "demo" / "company" / "company.json").write_text('{"control": {"url": "http://127.0.0.1:1"}}')
    ended = call("demo", "advance", "6h")
    for result in (nothing, ended):
        assert result.exit_code == 2
        assert "no demonstration is running; start one with: make demo" in result.stderr


@pytest.mark.parametrize("duration", ["6", "soon", "-1h"])
def test_how_far_has_its_unit(call: Call, duration: str) -> None:
    result = call("demo", "advance", "--", duration)
    assert result.exit_code == 2
    assert "6h" in result.stderr or "unit" in result.stderr


def test_a_mistake_in_the_policy_is_told_in_words_by_every_command_that_reads_it(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "policy"
    shutil.copytree(POLICY, broken)
    (broken / "roles.yaml").write_text("supervisor: [")
    monkeypatch.setattr("orderwatch.commands.console.POLICY", broken)
    result = call("playbooks", "plan", "1", "--db", "postgresql://nobody@localhost:1/x")
    assert result.exit_code == 2
    assert "roles.yaml:1" in result.stderr and "Traceback" not in result.stderr
