"""``python -m bench.rehearsal``: starts the demonstration afresh, proves seven things on it, and stops it again.

The last line is one JSON object; exit 0 only if every check holds. About half an hour, twice that on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping

from bench.rehearsal import gates, reruns
from bench.rehearsal.stage import NotSo, Stage
from orderwatch.local.airflow import FINISHED
from orderwatch.local.demo import Demo
from orderwatch.paths import HOME

Check = Callable[[Stage], str]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clears", type=int, default=20, help="how often every finished run is cleared")
    chosen = options.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # nothing is left behind
    began = time.monotonic()
    seed, orders = (int(os.environ.get(name) or usual) for name, usual in (("DEMO_SEED", 7), ("DEMO_ORDERS", 2000)))
    demo = Demo(HOME / ".state" / "rehearsal", seed, orders)
    try:
        demo.up(afresh=True)
        stage = Stage(demo)
        checks, seen = _play(stage, chosen.clears)
        runs = len(stage.playbook_runs("queued", "running", *FINISHED))
    finally:
        demo.down()
    seconds = round(time.monotonic() - began, 1)
    print(json.dumps({"checks": checks, "runs": runs, "clears": stage.clears, "seconds": seconds, "seen": seen}))
    return 0 if all(checks.values()) else 1


def _play(stage: Stage, clears: int) -> tuple[dict[str, bool], dict[str, str]]:
    """Every check by its name: whether it holds, and what was seen.

    A step is killed first, while the playbooks of the first scan are at work; then no scan begins but those that a
    check asks for. One check that fails, or cannot even be made, keeps none of the others from being made.
    """
    wanted: Mapping[str, Check] = {
        "killed_step": reruns.killed,
        "skipped_gate": gates.skipped,
        "wrong_role": gates.wrong_role,
        "stale_amount": gates.stale_amount,
        "answer_at_once": gates.at_once,
        f"clear_x{clears}": lambda stage: reruns.cleared(stage, clears),
        "backfill": reruns.backfilled,
    }
    checks, seen = {}, {}
    for name, check in wanted.items():
        stage.say(name)
        try:
            seen[name] = check(stage)
            checks[name] = True
        except NotSo as error:
            seen[name], checks[name] = str(error), False
        except Exception as error:
            traceback.print_exc()
            seen[name], checks[name] = f"{type(error).__name__}: {error}", False
        stage.pause_scan()
        stage.say(f"{name} {'holds' if checks[name] else 'DOES NOT HOLD'}: {seen[name]}")
    return checks, seen


if __name__ == "__main__":
    sys.exit(main())
