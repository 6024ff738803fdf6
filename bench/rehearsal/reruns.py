"""Steps that are killed, runs that are cleared again and again, and a month that is scanned once more."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import requests

from bench.rehearsal import books
from bench.rehearsal.stage import Run, Stage
from orderwatch.core.playbook.schema import DAG_PREFIX
from orderwatch.local.airflow import FINISHED
from orderwatch.local.demo import SCAN

MONTH: Final = timedelta(days=30)
BACKFILLED: Final = 6  # scans of the past that must have ended; all 2,880 would take a day
MENDINGS: Final = 3  # of a step whose retries are over before the lease of its act is
SLOW: Final = ("tickets", "vouchers", "website")
SLOW_S: Final = 8.0  # long enough to find who is sending, shorter than anybody waits for an answer
REPEATABLE: Final = ("work_order", "voucher", "website")  # the ledger's names of the same

_ON_THE_WAY = """
    select r.playbook, r.run_id, e.step
    from effect as e inner join response as r on e.incident_id = r.incident_id
    where e.state = 'sending' and e.step is not null and e.sink = any(:sinks)
    order by e.effect_id, r.attempt desc
"""


def killed(stage: Stage) -> str:
    """A step is killed while its act is on the way: it is tried again, its run ends, and nothing arrives twice.

    Only where the sink recognises a repeat: of a letter that is lost in mid-air a person would be asked.
    """
    with _slow_sinks(stage):
        victim = stage.wait("a step that can be killed", lambda: _kill_a_sender(stage), 300, pause=0.1)
    run, step = Run(victim["dag_id"], victim["dag_run_id"]), victim["task_id"]
    stage.say(f"killed {step} of {run.run_id} (process {victim['pid']})")
    stage.rest()
    for _ in range(MENDINGS):
        if not _unsettled(stage):
            break
        stage.say(f"{step} is {stage.task(run, step)['rendered_map_index']}: cleared, as the runbook says")
        stage.clear(run)
        stage.rest()
    task = stage.task(run, step)
    said = f"{step} of {run.run_id}: try {task['try_number']}, {task['state']}: {task['rendered_map_index']}"
    stage.demand(task["try_number"] > victim["try_number"], f"it was not tried again: {said}")
    stage.demand(task["state"] == "success", said)
    stage.demand(not _unsettled(stage), "acts of playbooks are not settled")
    stage.demand_books_agree()
    return f"killed while sending; {said}"


def cleared(stage: Stage, rounds: int) -> str:
    """Every task of every finished run, cleared and run again so many times: nothing is intended or arrives anew."""
    stage.rest()
    runs = stage.playbook_runs(*FINISHED)
    before, tries = stage.tally(), _tries(stage, runs)
    for n in range(1, rounds + 1):
        for run in runs:
            stage.clear(run)
        stage.end_of(*runs)
        stage.demand_nothing_new(before, f"after clearing {len(runs)} runs {n} times")
        stage.say(f"{len(runs)} runs cleared and ended {n} of {rounds} times")
    lazy = [name for name, n in _tries(stage, runs).items() if n < tries[name] + rounds]
    stage.demand(not lazy, f"not run again each time: {lazy[:5]}")
    stage.demand_books_agree()
    failed = sorted(run.run_id for run in set(runs) & set(stage.playbook_runs("failed")))
    return f"{len(runs)} runs, {len(tries)} tasks, {rounds} times; ended red: {', '.join(failed) or 'none'}"


def backfilled(stage: Stage) -> str:
    """The scan judges by the time it runs: a month of scans once more says nothing to anybody."""
    stage.scan()
    stage.acknowledge_all()
    stage.rest()
    before, now = stage.tally(), datetime.now(UTC)
    wanted = {"dag_id": SCAN, "from_date": (now - MONTH).isoformat(), "to_date": now.isoformat(), "max_active_runs": 2}
    try:
        backfill = stage.call("POST", "/backfills", wanted)["id"]
    except requests.HTTPError as error:
        stage.demand(error.response.status_code in {400, 422}, f"the backfill failed: {error}")
        stage.demand_nothing_new(before, "a refused backfill")
        return f"refused: {error.response.json()['detail']}"
    try:
        stage.wait("the scans of the past", lambda: _backfill_runs(stage, *FINISHED) >= BACKFILLED)
        planned, ended = _backfill_runs(stage), _backfill_runs(stage, *FINISHED)
    finally:
        stage.call("PUT", f"/backfills/{backfill}/cancel")
    stage.rest()
    stage.demand_nothing_new(before, f"after {ended} scans of the past")
    stage.demand_books_agree()
    return f"not refused: {planned} runs were queued; cancelled after {ended}, no effect"


# --- killing ---


@contextmanager
def _slow_sinks(stage: Stage) -> Iterator[None]:
    """Meanwhile these services take their time, and do what they were asked even when nobody waits any more."""
    desk = f"{stage.demo.company['control']['url']}/_faults"
    try:
        for service in SLOW:
            fault = {"service": service, "mode": "slow", "seconds": SLOW_S}
            requests.post(desk, json=fault, timeout=30).raise_for_status()
        yield
    finally:
        requests.delete(desk, timeout=30).raise_for_status()


def _kill_a_sender(stage: Stage) -> dict[str, Any] | None:
    """The task whose process was killed while it was sending; none when nobody sends, or it was quicker."""
    for row in stage.execute(_ON_THE_WAY, sinks=list(REPEATABLE)):
        run = Run(f"{DAG_PREFIX}{row.playbook}", row.run_id)
        task = stage.task(run, row.step)
        if task["state"] == "running" and task["pid"] and _is_ours(stage, task["pid"]):
            os.kill(task["pid"], signal.SIGKILL)
            return task if _was_killed(stage, run, row.step) else None
    return None


def _was_killed(stage: Stage, run: Run, task_id: str) -> bool:
    """Airflow has noticed the death of the process, and not its end."""

    def ended() -> str | None:
        state = str(stage.task(run, task_id)["state"])
        return None if state == "running" else state

    return stage.wait("the end of the killed step", ended, pause=0.5) not in {"success", "skipped"}


def _is_ours(stage: Stage, pid: int) -> bool:
    """The process belongs to this demonstration's scheduler, and its number to nobody else meanwhile."""
    try:
        return os.getsid(pid) == stage.demo.processes.running["scheduler"].pid
    except ProcessLookupError:
        return False


def _unsettled(stage: Stage) -> int:
    with stage.demo.engine.connect() as conn:
        return books.unsettled(conn)


# --- clearing and backfilling ---


def _tries(stage: Stage, runs: Collection[Run]) -> dict[str, int]:
    return {
        f"{run.dag_id}/{run.run_id}/{task_id}": task["try_number"]
        for run in runs
        for task_id, task in stage.tasks(run).items()
    }


def _backfill_runs(stage: Stage, *states: str) -> int:
    query = "".join(f"&state={state}" for state in states)
    found: int = stage.call("GET", f"/dags/{SCAN}/dagRuns?run_type=backfill&limit=1{query}")["total_entries"]
    return found
