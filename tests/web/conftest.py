"""Our pages as Airflow serves them, its real login in front, and a scan worth looking at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from orderwatch.pipeline.detect import detect
from orderwatch.pipeline.sources import feeds_of_all_sources
from orderwatch.store import scans
from orderwatch.store.database import as_json, run
from tests.conftest import Databases
from tests.dags import airflow_home
from tests.pipeline.desk import Desk, late_in_pick

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

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
