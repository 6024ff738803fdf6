"""The whole system on one machine: PostgreSQL, a small company, real Airflow, and the first scan."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import requests
from rich.console import Console
from sqlalchemy import Engine, text

from orderwatch.local import airflow, postgres, responses
from orderwatch.local.airflow import AirflowApi, AirflowHome, wait_for
from orderwatch.local.processes import Processes
from orderwatch.local.verdict import Reality
from orderwatch.paths import HOME
from orderwatch.store.database import business_now, connect
from orderwatch.store.findings import (
    Found,
    count_messages,
    count_waiting,
    read_found,
    read_quarantined,
    read_response_messages,
    read_silenced,
)
from orderwatch.store.migrate import migrate

HISTORY, SCAN = "threshold_retraining", "order_health_scan"
DRIFT, RULES, REVIEWS = "threshold_drift", "rule_learning", "incident_postmortem"
PROGRAMME = "programme_report"
PLAYBOOK = "playbook_single_important"  # one of them: they come together


@dataclass
class Demo:
    """One demonstration in its own folder; a second start finds what the first one left."""

    folder: Path
    seed: int
    orders: int
    replay: Path | None = None  # serve this order history instead of the made-up company
    at: str | None = None  # the virtual instant at which the replay begins
    important: int = 0  # late orders of VIP customers on top of what is planted
    console: Console = field(default_factory=lambda: Console(stderr=True))
    processes: Processes = field(init=False)
    company: dict[str, Any] = field(default_factory=dict)
    api: AirflowApi = field(init=False)
    engine: Engine = field(init=False)
    logins: Mapping[str, str] = field(default_factory=dict)
    scan_seconds: float = 0.0
    _held: TextIO | None = None

    def __post_init__(self) -> None:
        self.processes = Processes(self.folder / "logs")

    def up(self, *, afresh: bool = False) -> None:
        """Start everything and run the first scan; raises when a step fails, saying which log to read."""
        self._lock()
        if afresh or not self._same_company():
            self._forget()
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._step("PostgreSQL"):
            server = postgres.start(self.folder / "pg")
            for database in ("airflow", "orderwatch"):
                postgres.create_database(server, database)
        url = postgres.url_of(server, "orderwatch")
        home = AirflowHome(self.folder / "airflow", server)
        port = airflow.free_port(8080)
        self._company_file().write_text(json.dumps(self._identity()))
        self.engine = connect(url)
        with self._step("tables of Orderwatch"):
            migrate(url)
        with self._step(f"demo company: {self._what}"):
            self._start_company()
        environment = home.environment(os.environ, port, self._connections(server))
        with self._step("tables of Airflow"):
            self._run_once("migrate-airflow", AirflowHome.command("db", "migrate"), environment)
        with self._step("Airflow"):
            self._start_airflow(environment, home, port)
        if self._has_thresholds():
            self.console.print("  thresholds are already learned")
        else:
            self._run_dag(HISTORY, "history of the company, and thresholds learned from it")
        self.scan_seconds = self._run_dag(SCAN, "first scan")
        for dag in (DRIFT, RULES, REVIEWS, PROGRAMME):
            self.api.unpause(dag)

    def down(self) -> bool:
        """Stop every process that was started, PostgreSQL last; ``False`` when another one runs here."""
        if self._held is None:
            return False
        self.processes.stop()
        if hasattr(self, "engine"):
            self.engine.dispose()
        postgres.stop(self.folder / "pg")
        self._held.close()
        return True

    def watch(self) -> None:
        """Stay until the user ends it or a process dies."""
        while True:
            self.processes.check()
            time.sleep(1)

    def company_get(self, service: str, path: str) -> Any:
        """Ask the company about itself: its truth, its mailbox, what its chat has received."""
        answer = requests.get(f"{self.company[service]['url']}{path}", timeout=30)
        answer.raise_for_status()
        return answer.json()

    def found(self) -> list[Found]:
        """The late orders of live incidents, gravest first."""
        with self.engine.connect() as conn:
            return read_found(conn)

    def reality(self) -> Reality:
        """Everything that can be compared with what the company planted."""
        with self.engine.connect() as conn:
            messages = count_messages(conn)
            acts = read_response_messages(conn)
            return Reality(
                orders=count_waiting(conn),
                found=read_found(conn),
                silenced=read_silenced(conn),
                quarantined=read_quarantined(conn),
                chat=responses.without_answers(self.company_get("wecom", "/_received"), acts),
                mails=responses.without_answers(self.company_get("control", "/_mails"), acts),
                unsettled_messages=sum(n for state, n in messages.items() if state != "delivered"),
                scan_seconds=self.scan_seconds,
            )

    def answered(self) -> dict[str, Any]:
        """Wait until every incident's playbook has ended or waits for a person; what reached the sinks, and when."""
        with self._step("playbooks") as say:

            def done() -> bool:
                busy, waiting = self.api.busy_playbooks()
                say(f"{busy} at work, {waiting} waiting for a person")
                return busy == 0

            time.sleep(1)
            wait_for("the end of the playbooks", done, 600, self.processes.check)
        with self.engine.connect() as conn:
            acts = read_response_messages(conn)
        received = {name: self.company_get(name, path) for name, path in responses.SINKS.items()}
        return responses.describe(acts, received, self.api.busy_playbooks()[1], self.scan_began)

    # --- steps ---

    def _lock(self) -> None:
        """Two demonstrations in one folder would take each other's processes for their own."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        held = self.folder.with_suffix(".lock").open("w")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            raise RuntimeError(f"a demonstration already runs in {self.folder}; stop it with Ctrl-C first") from None
        self._held = held

    def _identity(self) -> dict[str, Any]:
        about = {"seed": self.seed, "orders": self.orders, "replay": str(self.replay), "at": self.at}
        return {**about, "important": self.important}

    @property
    def _what(self) -> str:
        return f"replay of {self.replay.name} at {self.at}" if self.replay else f"{self.orders} open orders"

    def _company_command(self, folder: Path) -> list[str | Path]:
        start: list[str | Path] = [sys.executable, "-m", "demo"]
        if self.replay:
            return [*start, "replay", self.replay.resolve(), "--at", str(self.at), "--dir", folder]
        size = ("--seed", str(self.seed), "--orders", str(self.orders), "--important", str(self.important))
        return [*start, "serve", "--dir", folder, *size]

    def _company_file(self) -> Path:
        return self.folder / "demo.json"

    def _same_company(self) -> bool:
        file = self._company_file()
        return file.exists() and json.loads(file.read_text()) == self._identity()

    def _forget(self) -> None:
        postgres.stop(self.folder / "pg")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_company(self) -> None:
        file = self.folder / "company" / "company.json"
        file.unlink(missing_ok=True)
        self.processes.start("company", self._company_command(file.parent), os.environ, HOME)
        wait_for("the demo company", file.exists, 90, self.processes.check)
        self.company = json.loads(file.read_text())
        self._agree_on_time()

    def _agree_on_time(self) -> None:
        """A company that starts again takes up the time where Orderwatch has arrived, never an earlier one."""
        known = self.company_get("control", "/_clock")["offset_seconds"]
        with self.engine.begin() as conn:
            ahead = conn.execute(text("select extract(epoch from ahead) from clock")).scalar_one()
            if ahead and ahead > known:
                self._post_clock(float(ahead) - known)
            else:
                conn.execute(text("update clock set ahead = make_interval(secs => :s)"), {"s": known})

    def _post_clock(self, seconds: float) -> None:
        advance_company(self.company, timedelta(seconds=round(seconds)))

    def _connections(self, server: str) -> dict[str, str]:
        socket = server.split("host=", 1)[1]
        own = {
            "conn_type": "postgres",
            "login": "postgres",
            "schema": "orderwatch",
            "host": socket,
        }
        return {
            f"AIRFLOW_CONN_{name.upper()}": json.dumps(value)
            for name, value in {"orderwatch_db": own, **connections_of(self.company)}.items()
        }

    def _run_once(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        once = Processes(self.folder / "logs")
        once.start(name, command, environment, HOME)
        try:
            process = once.running[name]
            while process.poll() is None:
                self.processes.check()
                time.sleep(0.2)
            if process.returncode:
                once.check()
        finally:
            once.stop()

    def _start_airflow(self, environment: Mapping[str, str], home: AirflowHome, port: int) -> None:
        for component in airflow.COMPONENTS:
            self.processes.start(component, AirflowHome.command(component), environment, HOME)
        self.logins = {user: home.secrets()[user] for user in airflow.USERS}
        self.api = AirflowApi(f"http://127.0.0.1:{port}", "admin", self.logins["admin"])
        wait_for("a healthy Airflow", self.api.healthy, 180, self.processes.check)
        self.api.log_in()
        for dag in (HISTORY, SCAN, DRIFT, RULES, REVIEWS, PROGRAMME, PLAYBOOK):
            wait_for(f"the DAG {dag}", lambda dag=dag: self.api.has_dag(dag), 90, self.processes.check)  # type: ignore[misc]

    def _has_thresholds(self) -> bool:
        with self.engine.connect() as conn:
            return conn.execute(text("select exists (select 1 from threshold_active)")).scalar_one() is True

    def _run_dag(self, dag_id: str, what: str) -> float:
        """Run one DAG now and wait for it, naming the task that runs; returns the run's own seconds."""
        with self._step(what) as say:
            self.api.unpause(dag_id)
            time.sleep(2)  # a schedule that has just come due starts its own run: one is enough
            run_id = self.api.active_run(dag_id) or self.api.trigger(dag_id)

            def done() -> bool:
                states = self.api.task_states(dag_id, run_id)
                say(", ".join(task for task, state in states.items() if state == "running"))
                return self.api.run(dag_id, run_id)["state"] in airflow.FINISHED

            wait_for(what, done, 900, self.processes.check)
            states = self.api.task_states(dag_id, run_id)
            failed = [task for task, state in states.items() if state in {"failed", "upstream_failed"}]
            if failed:
                raise RuntimeError(f"{dag_id}: {', '.join(failed)} failed; logs are in {self.folder}/airflow/logs")
            run = self.api.run(dag_id, run_id)
            begun, ended = (datetime.fromisoformat(run[at]) for at in ("queued_at", "end_date"))
            self.scan_began = begun
        return (ended - begun).total_seconds()

    @contextmanager
    def _step(self, what: str) -> Iterator[Callable[[str], None]]:
        started = time.monotonic()
        with self.console.status(what) as status:
            yield lambda detail: status.update(f"{what}: {detail}" if detail else what)
        self.console.print(f"  [green]✓[/] {what} [dim]{time.monotonic() - started:.1f} s[/]")


def advance_company(company: Mapping[str, Any], step: timedelta) -> None:
    """Move the company's clock forward; raises ``requests.HTTPError`` when it refuses."""
    url = f"{company['control']['url']}/_clock"
    requests.post(url, json={"advance": round(step.total_seconds())}, timeout=30).raise_for_status()


def advance(folder: Path, step: timedelta) -> datetime:
    """Move a running demonstration forward: the company first, then Orderwatch; returns the new time.

    Raises ``OSError`` when no demonstration runs there.
    """
    try:
        advance_company(json.loads((folder / "company" / "company.json").read_text()), step)
    except (FileNotFoundError, requests.ConnectionError) as error:
        raise OSError("no demonstration is running; start one with: make demo") from error
    server = postgres.start(folder / "pg")
    with connect(postgres.url_of(server, "orderwatch")).begin() as conn:
        conn.execute(text("update clock set ahead = ahead + make_interval(secs => :s)"), {"s": step.total_seconds()})
        return business_now(conn)


def connections_of(company: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The Airflow connections that reach the demo company; the same fields a real company would fill in."""
    near = {"allow_private": True}
    erp, wms, crm, wecom, smtp = (company[name] for name in ("erp", "wms", "crm", "wecom", "smtp"))
    acting = {"work_orders": "tickets", "vouchers": "vouchers", "website": "website"}
    return {
        **{
            f"orderwatch_{system}": {
                "conn_type": f"orderwatch_{system}",
                "host": company[service]["url"],
                "extra": near,
                "password": company[service]["token"],
            }
            for system, service in acting.items()
        },
        "orderwatch_erp": {
            "conn_type": "orderwatch_erp",
            "host": erp["url"],
            "extra": near,
            "login": erp["client_id"],
            "password": erp["client_secret"],
        },
        "orderwatch_wms": {
            "conn_type": "orderwatch_wms",
            "host": wms["url"],
            "extra": near,
            "login": wms["app_key"],
            "password": wms["secret"],
        },
        "orderwatch_crm": {
            "conn_type": "orderwatch_crm",
            "host": crm["url"],
            "extra": near,
            "login": crm["user"],
            "password": crm["password"],
        },
        "orderwatch_wecom": {
            "conn_type": "orderwatch_wecom",
            "host": wecom["url"],
            "login": wecom["corp_id"],
            "password": wecom["corp_secret"],
            "extra": {"agent_id": wecom["agent_id"], "robot_keys_secret": {"*": wecom["robot_key"]}},
        },
        "orderwatch_mail": {
            "conn_type": "smtp",
            "host": smtp["host"],
            "port": smtp["port"],
            "extra": {"from_email": "orderwatch@example.com", "disable_tls": True},
        },
    }
