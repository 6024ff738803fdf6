"""Real Airflow on one machine: its settings, its four components, and the few API calls that drive it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from orderwatch.local.postgres import url_of
from orderwatch.paths import HOME

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
USERS = {"admin": "admin", "director": "op", "operations": "op", "viewer": "viewer"}


def _new_fernet() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


SECRETS: Mapping[str, Callable[[], str]] = {
    "jwt": lambda: secrets.token_hex(48),
    "api": lambda: secrets.token_hex(32),
    "fernet": _new_fernet,
    "links": lambda: secrets.token_hex(32),
}
# the DAGs of the repository, and the playbooks with every version that an open incident may need
BUNDLES = [
    {"name": "dags-folder", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {}},
    {
        "name": "playbooks",
        "classpath": "orderwatch.bundles.playbooks.PlaybookBundle",
        "kwargs": {"refresh_interval": 10},
    },
]
FINISHED = ("success", "failed")


def free_port(preferred: int = 0) -> int:
    """The preferred port if nobody listens there, else one the system picks."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class AirflowHome:
    """One Airflow installation in a folder: its secrets and logins are made once and kept there."""

    folder: Path
    server: str  # PostgreSQL URL prefix

    @property
    def database_url(self) -> str:
        return url_of(self.server, "airflow", "postgresql+psycopg2")

    def secrets(self) -> dict[str, str]:
        """Keys that all components must share, and a password per demo login; generated on first use."""
        file = self.folder / "secrets.json"
        kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        if not SECRETS.keys() | USERS.keys() <= kept.keys():
            made = {name: make() for name, make in SECRETS.items()} | {user: secrets.token_urlsafe(9) for user in USERS}
            kept = made | kept
            self.folder.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(json.dumps(kept))
        return kept

    def environment(self, base: Mapping[str, str], port: int, extra: Mapping[str, str]) -> dict[str, str]:
        """The settings of every component, on top of the caller's own environment."""
        keys = self.secrets()
        passwords = self.folder / "logins.json"
        passwords.touch(mode=0o600)
        passwords.write_text(json.dumps({user: keys[user] for user in USERS}))
        settings = self.folder / "config" / "airflow_local_settings.py"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("import orderwatch.edge.preload  # once, and not in every task\n")
        own = {
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(HOME / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(HOME / "plugins"),
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": str(4 * (os.cpu_count() or 2)),  # more only wait for one another
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
            "AIRFLOW__CORE__FERNET_KEY": keys["fernet"],
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{u}:{r}" for u, r in USERS.items()),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database_url,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
            "AIRFLOW__API__SECRET_KEY": keys["api"],
            "ORDERWATCH_LINK_KEY": keys["links"],
            "AIRFLOW__API_AUTH__JWT_SECRET": keys["jwt"],
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(self.folder / "bundles"),
            "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(BUNDLES),
            "AIRFLOW__SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE": "200",
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port(8793)),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port(8794)),
            "GX_ANALYTICS_ENABLED": "False",
        }
        return {**base, **own, **extra}

    @staticmethod
    def command(*words: str) -> list[str]:
        """An Airflow command of this very environment."""
        return [str(Path(sys.executable).with_name("airflow")), *words]


class AirflowApi:
    """The public REST API of a running Airflow, as one of its logins."""

    def __init__(self, base_url: str, user: str, password: str) -> None:
        self.base_url = base_url
        self._login = {"username": user, "password": password}
        self._session = requests.Session()

    def healthy(self) -> bool:
        """Whether database, scheduler and DAG processor report themselves well."""
        try:
            health = self._session.get(f"{self.base_url}/api/v2/monitor/health", timeout=5).json()
        except (requests.RequestException, ValueError):
            return False
        return all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))

    def log_in(self) -> None:
        """Fetch a token; raises ``requests.HTTPError`` when the login is refused."""
        answer = self._session.post(f"{self.base_url}/auth/token", json=self._login, timeout=20)
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method: str, path: str, body: object = None, timeout: float = 30) -> Any:
        """One call under ``/api/v2``; raises ``requests.HTTPError`` for every refusal."""
        answer = self._session.request(method, f"{self.base_url}/api/v2{path}", json=body, timeout=timeout)
        answer.raise_for_status()
        return answer.json()

    def has_dag(self, dag_id: str) -> bool:
        """Whether the DAG processor has seen the DAG; raises ``RuntimeError`` when a DAG file is broken."""
        broken = self.call("GET", "/importErrors")["import_errors"]
        if broken:
            raise RuntimeError(f"{broken[0]['filename']} cannot be loaded:\n{broken[0]['stack_trace']}")
        return any(dag["dag_id"] == dag_id for dag in self.call("GET", "/dags?limit=100")["dags"])

    def unpause(self, dag_id: str) -> None:
        self.call("PATCH", f"/dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, conf: Mapping[str, object] | None = None) -> str:
        """Start a run now; returns its run id."""
        run: str = self.call("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": dict(conf or {})})[
            "dag_run_id"
        ]
        return run

    def active_run(self, dag_id: str) -> str | None:
        """The id of a run that waits or works now, if there is one."""
        runs = self.call("GET", f"/dags/{dag_id}/dagRuns?state=queued&state=running&limit=1")["dag_runs"]
        return runs[0]["dag_run_id"] if runs else None

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """The run: its state, and when it started and ended."""
        run: dict[str, Any] = self.call("GET", f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}")
        return run

    def busy_playbooks(self) -> tuple[int, int]:
        """How many runs of playbooks are at work, and how many wait for a person."""
        runs = self.call("GET", "/dags/~/dagRuns?state=running&state=queued&limit=1000")["dag_runs"]
        going = {(run["dag_id"], run["dag_run_id"]) for run in runs if run["dag_id"].startswith("playbook_")}
        asked = self.call("GET", "/dags/~/dagRuns/~/hitlDetails?response_received=false&limit=1000")["hitl_details"]
        waiting = {(one["task_instance"]["dag_id"], one["task_instance"]["dag_run_id"]) for one in asked} & going
        return len(going - waiting), len(waiting)

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Task id to state, in the order of the DAG's own listing."""
        tasks = self.call("GET", f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances?limit=200")[
            "task_instances"
        ]
        return {task["task_id"]: task["state"] or "waiting" for task in tasks}


def wait_for(what: str, done: Callable[[], bool], seconds: float, check: Callable[[], None]) -> None:
    """Poll until done; ``check`` may raise when waiting has become pointless. Raises ``TimeoutError``."""
    deadline = time.monotonic() + seconds
    while not done():
        check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.4)
