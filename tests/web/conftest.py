"""Our pages as Airflow serves them, its real login in front, and a scan worth looking at."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from orderwatch.pipeline.detect import detect
from orderwatch.pipeline.sources import feeds_of_all_sources
from orderwatch.store import scans
from orderwatch.store.database import as_json, run
from orderwatch.store.policy import publish_policy
from tests.conftest import Databases
from tests.dags import airflow_home
from tests.pipeline.desk import Desk, late_in_pick
from tests.pipeline.people.conftest import with_logins

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

LogIn = Callable[[str], "TestClient"]
HTMX = {"hx-request": "true", "sec-fetch-site": "same-origin", "hx-current-url": "https://airflow.example/x"}
HOSTILE = "<script>alert(1)</script>"


@dataclass(frozen=True)
class Check:
    """One line of a validation result, as the validation writes it."""

    expectation: str
    column: str
    reason: str
    success: bool
    evaluated: int = 10
    unexpected: int = 0


@pytest.fixture(scope="session")
def tables(databases: Databases) -> Iterator[None]:
    airflow_home.create_tables(databases.server)
    yield
    airflow_home.disconnect()


@pytest.fixture(scope="session")
def token(tables: None) -> str:
    """What Airflow gives a viewer who logs in."""
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    return init_auth_manager().generate_jwt(SimpleAuthManagerUser(username="viewer", role="viewer"))


@pytest.fixture(scope="module")
def desk(databases: Databases) -> Iterator[Desk]:
    """A database whose pages are shown."""
    desk = Desk(databases.copy())
    url = desk.engine.url
    own = {"conn_type": "postgres", "login": url.username, "schema": url.database, "host": url.query["host"]}
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("AIRFLOW_CONN_ORDERWATCH_DB", json.dumps(own))
        yield desk


@pytest.fixture(scope="module")
def scan(desk: Desk) -> dict[str, str]:
    """The page's query for a scan in which everything happened: refused, late, no real order, told."""
    late, held = late_in_pick("SO-1", HOSTILE), late_in_pick("SO-9")
    testing = [order | {"flags": ["test"]} for order in held["orders"]]
    scan_id = desk.open()
    orders, shipments = [*late["orders"], *testing], [*late["shipments"], *held["shipments"]]
    desk.bring_in(scan_id, orders=orders, shipments=shipments)
    _refuse(desk, scan_id)
    detect(desk.engine, desk.policy, scan_id, feeds_of_all_sources(), "http://airflow.example")
    with desk.engine.begin() as conn:
        conn.execute(text("update scan_run set note = :note where scan_id = :scan"), {"note": HOSTILE, "scan": scan_id})
        scan = conn.execute(text("select dag_id, run_id from scan_run where scan_id = :scan"), {"scan": scan_id}).one()
    return {"dag_id": scan.dag_id, "run_id": scan.run_id}


@pytest.fixture
def client(token: str, desk: Desk) -> TestClient:
    from fastapi.testclient import TestClient

    from orderwatch.web.app import app

    return TestClient(app, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def stranger(tables: None, desk: Desk) -> TestClient:
    from fastapi.testclient import TestClient

    from orderwatch.web.app import app

    return TestClient(app)


@pytest.fixture
def company(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An empty company whose people log in under short names."""
    from orderwatch.web import desk as web_desk

    made = Desk(databases.copy())
    made.policy = with_logins(made.policy)
    monkeypatch.setattr(web_desk, "_policy", lambda stamps: made.policy)
    with made.engine.begin() as conn:
        publish_policy(conn, made.policy, made.now())
    url = made.engine.url
    own = {"conn_type": "postgres", "login": url.username, "schema": url.database, "host": url.query["host"]}
    monkeypatch.setenv("AIRFLOW_CONN_ORDERWATCH_DB", json.dumps(own))
    yield made
    databases.drop(made.engine)


@pytest.fixture
def log_in(tables: None, company: Desk) -> LogIn:
    """Our app for somebody with Airflow's cookie, as a browser sends it."""
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from fastapi.testclient import TestClient

    from orderwatch.web.app import app

    def as_(login: str) -> TestClient:
        token = init_auth_manager().generate_jwt(SimpleAuthManagerUser(username=login, role="viewer"))
        return TestClient(app, cookies={"_token": token})

    return as_


def shown(client: TestClient, address: str) -> str:
    """The page as a person reads it: what is in its main part, without tags."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return plain(answer.text.partition("<main")[2])


def plain(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def send(client: TestClient, path: str, **fields: Any) -> Any:
    """What a dialog sends."""
    return client.post(f"{path}?lang=en", data={k: str(v) for k, v in fields.items()}, headers=HTMX)


def rows_of(client: TestClient, path: str) -> list[list[str]]:
    """A list as a file, with its titles."""
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv"), answer.text
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def harmless_page(page: str) -> bool:
    """No script of others, no script or style within the page."""
    inline = re.findall(r"<script(?! src=\"/static/)|<style|\sstyle=|\son[a-z]+=", page)
    return HOSTILE not in page and not inline


def _refuse(desk: Desk, scan_id: int) -> None:
    """What the validation of this scan refused."""
    checks = [Check("expect_good", "order_id", "missing_id", True), Check("expect_bad", "paid_at", HOSTILE, False)]
    with desk.engine.begin() as conn:
        pull = next(one for one in scans.read_pulls(conn, scan_id) if one.feed == "orders")
        scans.end_pull(conn, pull.pull_id, "applied", checks=as_json([asdict(check) for check in checks]))
        rejected = [
            {
                "record_id": HOSTILE,
                "reason": "wrong_type",
                "message": {"zh-CN": f"金额 {HOSTILE}", "en": f"amount {HOSTILE}"},
                "detail": HOSTILE,
                "record": {"id": HOSTILE},
            }
        ]
        refused: dict[str, Any] = {"rejected": as_json(rejected), "now": desk.now()}
        run(conn, "feeds/upsert_quarantine", pull_id=pull.pull_id, source="erp", feed="orders", **refused)
