"""Playbooks are linted and tested by whoever writes them, with one line for each mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orderwatch.paths import PLAYBOOKS
from tests.cli.conftest import Call

SHIPPED = (PLAYBOOKS / "single_important.yaml").read_text(encoding="utf-8")


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A playbook with two mistakes: a bare number, and a role that nobody has."""
    path = tmp_path / "single_important.yaml"
    path.write_text(SHIPPED.replace("due: 2h", "due: 2").replace("owner: customer", "owner: boss"), encoding="utf-8")
    return path


def test_the_shipped_playbooks_are_without_mistakes(call: Call) -> None:
    result = call("playbooks", "lint")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "batch_transport, batch_warehouse, mass_delay, single_important" in result.stderr


def test_each_mistake_is_one_line_with_file_line_and_reason(call: Call, edited: Path) -> None:
    result = call("playbooks", "lint", str(edited))
    lines = SHIPPED.splitlines()
    owner, due = lines.index("owner: customer_service_supervisor") + 1, lines.index("      due: 2h") + 1
    assert result.exit_code == 2
    assert sorted(result.stderr.splitlines()) == [
        f"single_important.yaml:{due} steps.call_customer.with.due: "
        "2 has no unit; write 2h, 2m or 2d, whichever is meant",
        f"single_important.yaml:{owner} owner: 'boss_service_supervisor' is not a role in roles.yaml",
    ]


def test_two_playbooks_that_nobody_could_tell_apart_are_a_mistake(call: Call, tmp_path: Path) -> None:
    copy = tmp_path / "twin.yaml"
    copy.write_text(SHIPPED.replace("playbook: single_important", "playbook: twin"), encoding="utf-8")
    result = call("playbooks", "lint", str(PLAYBOOKS / "single_important.yaml"), str(copy))
    assert result.exit_code == 2
    assert "twin.yaml:11 match: answers single like single_important" in result.stderr


def test_a_file_that_is_not_there_is_named(call: Call) -> None:
    result = call("playbooks", "lint", "nowhere.yaml")
    assert (result.exit_code, result.stderr) == (2, "nowhere.yaml:1: there is no such file\n")


def test_a_long_line_is_not_broken_in_a_narrow_terminal(edited: Path) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("orderwatch")), "playbooks", "lint", str(edited)],
        env=os.environ | {"COLUMNS": "40"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 2)


def test_the_tests_inside_the_shipped_playbooks_hold(call: Call) -> None:
    result = call("playbooks", "test")
    assert result.exit_code == 0
    assert "exactly at the limit nobody is asked" in result.stdout
    assert ", 0 failed" in result.stderr


def test_a_test_that_fails_says_what_was_found(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "single_important.yaml"
    path.write_text(SHIPPED.replace("order.value_minor / 100", "order.value_minor / 200"), encoding="utf-8")
    assert call("playbooks", "lint", str(path)).exit_code == 0  # what it does is a question for its tests
    result = call("playbooks", "test", str(path))
    assert result.exit_code == 1
    assert "issue_voucher over 300, not 600" in result.stdout
    assert "8 tests, 3 failed" in result.stderr


def test_a_playbook_with_mistakes_is_not_tested(call: Call, edited: Path) -> None:
    result = call("playbooks", "test", str(edited))
    assert (result.exit_code, result.stdout) == (2, "")


def test_the_schema_and_the_table_are_printed_as_they_are_kept(call: Call) -> None:
    kept = (PLAYBOOKS / "playbook.schema.json").read_text(encoding="utf-8")
    assert call("playbooks", "schema").stdout == kept
    assert json.loads(kept)["title"] == "Playbook"
    assert call("playbooks", "actions").stdout in (PLAYBOOKS / "README.md").read_text(encoding="utf-8")
