"""The pages of a running API server under FAB, as docker-compose has it: users in the database, the same rights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from orderwatch.local import postgres
from orderwatch.local.airflow import free_port
from orderwatch.paths import HOME
from orderwatch.store.policy import publish_policy
from tests.conftest import Databases
from tests.pipeline.desk import Desk, a_shipment, an_order

PASSWORD = "of-the-tests-only"
PEOPLE = {"operations": "Op", "someone": "Viewer", "nobody": "Public"}


@pytest.fixture(scope="module")
def desk(databases: Databases) -> Iterator[Desk]:
    """One important late order; ``operations`` is the supervisor's login in the policy as it is shipped."""
    made = Desk(databases.copy())
    with made.engine.begin() as conn:
        publish_policy(conn, made.policy, made.now())
    made.scan(orders=[an_order("SO-1", value_minor=900_000)], shipments=[a_shipment("SO-1")])
    yield made
    databases.drop(made.engine)


@pytest.fixture(scope="module")
def server(databases: Databases, desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Airflow's API server and nothing else of it."""
    postgres.create_database(databases.server, "airflow_fab")
    url, port = desk.engine.url, free_port(8899)
    own = {"conn_type": "postgres", "login": url.username, "schema": url.database, "host": url.query["host"]}
    folder = tmp_path_factory.mktemp("fab")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")} | {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(HOME / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": postgres.url_of(databases.server, "airflow_fab", "postgresql+psycopg2"),
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": "a-secret-of-the-tests-" * 4,
        "AIRFLOW__API_AUTH__JWT_SECRET": "another-secret-of-the-tests-" * 4,
        "AIRFLOW_CONN_ORDERWATCH_DB": json.dumps(own),
        "GX_ANALYTICS_ENABLED": "False",
    }
    _run(environment, "db", "migrate")
    for login, role in PEOPLE.items():
        _run(
            environment, "users", "create", "--username", login, "--password", PASSWORD, "--role", role,
            "--firstname", "Some", "--lastname", "Body", "--email", f"{login}@example.com",
        )  # fmt: skip
    log = (folder / "api-server.log").open("w")
    running = subprocess.Popen(_command("api-server"), env=environment, stdout=log, stderr=log)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(base, running, folder / "api-server.log")
        yield base
    finally:
        running.terminate()
        running.wait(30)


def _command(*words: str) -> list[str]:
    return [str(Path(sys.executable).with_name("airflow")), *words]


def _run(environment: dict[str, str], *words: str) -> None:
    done = subprocess.run(_command(*words), env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-3000:]


def _wait_for(base: str, running: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert running.poll() is None, log.read_text()[-3000:]
        try:
            if requests.get(f"{base}/api/v2/version", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.5)
    raise AssertionError(log.read_text()[-3000:])


def as_(server: str, login: str) -> requests.Session:
    token = requests.post(f"{server}/auth/token", json={"username": login, "password": PASSWORD}, timeout=30)
    assert token.status_code == 201, token.text
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    return session


def test_the_same_rights_hold_under_fab(server: str, desk: Desk) -> None:
    api = f"{server}/orderwatch/api/v1"
    (number,) = desk.ask("select incident_id from incident")
    assert requests.get(f"{server}/orderwatch/board", timeout=30).status_code == 401
    assert requests.get(f"{server}/orderwatch/static/home.js", timeout=30).status_code == 401

    someone, supervisor = as_(server, "someone"), as_(server, "operations")
    assert someone.get(f"{api}/me", timeout=30).json() == {"login": "someone", "roles": [], "may": {}}
    me = supervisor.get(f"{api}/me", timeout=30).json()
    assert me["roles"] == ["customer_service_supervisor"]
    assert "SO-1" in supervisor.get(f"{server}/orderwatch/board?lang=en", timeout=60).text

    act, seen = f"{api}/incidents/{number}/acknowledge", {"version": 0, "note": "mine"}
    assert someone.post(act, json=seen, timeout=30).status_code == 403
    done = supervisor.post(act, json=seen, timeout=30)
    assert (done.status_code, done.json()["by"], done.json()["role"]) == (
        200, "operations", "customer_service_supervisor"
    )  # fmt: skip
    assert desk.ask("select acknowledged_by from incident") == ["operations"]


def test_whoever_may_not_even_look_at_airflow_sees_none_of_our_pages(server: str) -> None:
    nobody = as_(server, "nobody")
    for page in ("board", "incident/1", "api/v1/incidents", "static/health.css"):
        assert nobody.get(f"{server}/orderwatch/{page}", timeout=30).status_code == 403, page
