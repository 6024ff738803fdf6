"""The short form of ``make chaos``: thirty kills, nothing twice and nothing lost, and a wrong dispatcher is caught."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from orderwatch.paths import HOME


def chaos(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the result of one run, in processes of its own: it forks, kills and freezes."""
    command = [sys.executable, "-m", "bench.chaos", "--kills", "30", *words]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=180, check=False)
    assert done.stdout, done.stderr[-2000:]
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_thirty_kills_send_nothing_twice_and_lose_nothing() -> None:
    code, result = chaos("--seed", "4")
    wrong = ("duplicates", "lost", "false_delivered", "false_failed", "budgets_off")
    assert {name: result[name] for name in wrong} == dict.fromkeys(wrong, 0)
    assert result["drained"] and code == 0
    assert result["kills"] >= 30 and result["crashes"] >= 2 and result["freezes"] and result["intents"] > 100


def test_a_dispatcher_that_sends_first_and_records_afterwards_is_caught() -> None:
    """A chaos test that cannot fail proves nothing."""
    code, result = chaos("--seed", "4", "--control", "send_then_record")
    assert result["duplicates"] > 0 and code == 0
