"""The demonstration on which is rehearsed, and what anybody can do to it by Airflow's REST API."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import quote

import requests
from sqlalchemy import text

from bench.rehearsal import books
from orderwatch.core.playbook.schema import DAG_PREFIX
from orderwatch.local.airflow import FINISHED, AirflowApi
from orderwatch.local.demo import SCAN, Demo
from orderwatch.local.responses import SINKS

T = TypeVar("T")
PATIENCE_S: Final = 1800.0  # a box that does other things as well is slow, and not broken
ANSWER_S: Final = 600.0  # of the API server, which plans a month of runs before it answers
AT_WORK: Final = ("scheduled", "queued", "running", "restarting", "up_for_retry")


class NotSo(AssertionError):
    """What was to be proved does not hold, in words."""


class Run(NamedTuple):
    """One run of a playbook."""

    dag_id: str
    run_id: str

    @property
    def path(self) -> str:
        return f"/dags/{self.dag_id}/dagRuns/{quote(self.run_id, safe='')}"


@dataclass
class Stage:
    """A demonstration whose scan stands still, so that whatever arrives comes from what is done here."""

    demo: Demo
    clears: int = 0
    logins: dict[str, AirflowApi] = field(default_factory=dict)

    # --- looking ---

    def say(self, words: str) -> None:
        print(f"rehearsal: {words}", file=sys.stderr, flush=True)

    def call(self, method: str, path: str, body: object = None, user: str = "admin") -> Any:
        """One call of the API under one of the demonstration's logins; raises ``requests.HTTPError``."""
        if user not in self.logins:
            api = AirflowApi(self.demo.api.base_url, user, self.demo.logins[user])
            api.log_in()
            self.logins[user] = api
        return self.logins[user].call(method, path, body, timeout=ANSWER_S)

    def received(self) -> books.Received:
        return {name: self.demo.company_get(name, path) for name, path in SINKS.items()}

    def tally(self) -> books.Tally:
        with self.demo.engine.connect() as conn:
            return books.count(conn, self.received())

    def playbook_runs(self, *states: str) -> list[Run]:
        query = "&".join(f"state={state}" for state in states)
        runs = self.call("GET", f"/dags/~/dagRuns?limit=1000&{query}")["dag_runs"]
        return [Run(run["dag_id"], run["dag_run_id"]) for run in runs if run["dag_id"].startswith(DAG_PREFIX)]

    def tasks(self, run: Run) -> dict[str, dict[str, Any]]:
        found = self.call("GET", f"{run.path}/taskInstances?limit=200")["task_instances"]
        return {task["task_id"]: task for task in found}

    def task(self, run: Run, task_id: str) -> dict[str, Any]:
        task: dict[str, Any] = self.call("GET", f"{run.path}/taskInstances/{task_id}")
        return task

    def at_work(self, *states: str) -> list[dict[str, Any]]:
        """The tasks of playbooks that are in one of these states."""
        query = "&".join(f"state={state}" for state in states)
        found = self.call("GET", f"/dags/~/dagRuns/~/taskInstances?limit=500&{query}")["task_instances"]
        return [task for task in found if task["dag_id"].startswith(DAG_PREFIX)]

    # --- proving ---

    def demand(self, holds: bool, words: str) -> None:
        if not holds:
            raise NotSo(words)

    def demand_nothing_new(self, before: books.Tally, what: str) -> None:
        """Nothing was intended, nothing sent and nothing has arrived since."""
        more = self.tally().beyond(before)
        with self.demo.engine.connect() as conn:
            names = books.newest(conn, more.get("effects", 0))
        self.demand(not more, f"{what}: {more} more than before {names or ''}")

    def demand_books_agree(self) -> None:
        """Every sink has what the ledger has sent, once."""
        received = self.received()
        with self.demo.engine.connect() as conn:
            wrong = books.off(conn, received)
        self.demand(not wrong, f"the sinks and the ledger disagree: {wrong}")

    # --- waiting ---

    def wait(self, what: str, look: Callable[[], T | None], seconds: float = PATIENCE_S, pause: float = 1.5) -> T:
        """Look again and again until something is seen; raises ``NotSo`` when time is up."""
        deadline = time.monotonic() + seconds
        while True:
            self.demo.processes.check()
            try:
                if seen := look():
                    return seen
            except requests.Timeout:
                self.say(f"the API server is slow: still waiting for {what}")
            self.demand(time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s")
            time.sleep(pause)

    def rest(self) -> None:
        """Wait until every playbook has ended or waits for a person, and no scan is at work."""
        self.wait("the end of the playbooks", self._rests)

    def _rests(self) -> bool:
        if self._is_busy():
            return False
        time.sleep(3)  # what follows a step that has just ended is not scheduled yet
        return not self._is_busy()

    def _is_busy(self) -> bool:
        scans = self.call("GET", f"/dags/{SCAN}/dagRuns?state=running&limit=1")["dag_runs"]
        return bool(scans or self.demo.api.busy_playbooks()[0] or self.at_work(*AT_WORK))

    def end_of(self, *runs: Run) -> None:
        """Wait until these runs have ended."""
        wanted = set(runs)
        self.wait(f"the end of {len(runs)} run(s)", lambda: wanted <= set(self.playbook_runs(*FINISHED)))

    # --- acting ---

    def pause_scan(self) -> None:
        """No scan begins any more. One that is at work ends first: the tasks of a paused DAG are not begun either."""
        self._set_paused(True)
        while self.demo.api.active_run(SCAN):
            self._set_paused(False)
            self.wait("the end of a scan", lambda: self.demo.api.active_run(SCAN) is None)
            self._set_paused(True)

    def _set_paused(self, paused: bool) -> None:
        self.call("PATCH", f"/dags/{SCAN}", {"is_paused": paused})

    def scan(self) -> None:
        """The schedule is in force again; one ordinary scan, and all that follows from it."""
        self._set_paused(False)
        run_id = self.demo.api.trigger(SCAN)
        self.wait("the end of a scan", lambda: self.demo.api.run(SCAN, run_id)["state"] in FINISHED)
        self.rest()

    def clear(self, run: Run) -> None:
        """Clear a whole run with Airflow's own defaults, as the button does."""
        self.call("POST", f"{run.path}/clear", {"dry_run": False})
        self.clears += 1

    def clear_from(self, run: Run, task_id: str) -> None:
        """Clear one task and what follows it."""
        body = {"dry_run": False, "dag_run_id": run.run_id, "task_ids": [task_id], "include_downstream": True}
        self.call("POST", f"/dags/{run.dag_id}/clearTaskInstances", {**body, "only_failed": False})
        self.clears += 1

    def set_state(self, run: Run, task_id: str, state: str) -> None:
        self.call("PATCH", f"{run.path}/taskInstances/{task_id}", {"new_state": state})

    def answer(self, run: Run, task_id: str, option: str, user: str, amount_minor: int) -> None:
        """Answer under *Required Actions* as one of the logins, about this amount; raises ``requests.HTTPError`` when
        that is refused."""
        body = {"chosen_options": [option], "params_input": {"amount": f"{amount_minor / 100:.2f}"}}
        self.call("PATCH", f"{run.path}/taskInstances/{task_id}/-1/hitlDetails", body, user)

    def acknowledge_all(self) -> None:
        """Somebody takes every incident on, so that the mere passing of time asks nobody else."""
        from orderwatch.store.attention import acknowledge, read_live

        with self.demo.engine.begin() as conn:
            for row in read_live(conn):
                if row.state == "open":
                    acknowledge(conn, row.incident_id, "admin")

    def execute(self, statement: str, **values: Any) -> list[Any]:
        with self.demo.engine.begin() as conn:
            done = conn.execute(text(statement), values)
            return list(done.all()) if done.returns_rows else []
