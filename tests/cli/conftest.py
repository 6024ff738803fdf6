"""The command line, in this process, on a database in which one order is late and one may be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import Result
from typer.testing import CliRunner

from orderwatch.cli import app
from tests.conftest import Databases
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, an_order, late_in_pick

Call = Callable[..., Result]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the command line with these words."""
    monkeypatch.delenv("ORDERWATCH_DB_URL", raising=False)
    return lambda *words: CliRunner().invoke(app, list(words), catch_exceptions=False)


@pytest.fixture(scope="module")
def database(databases: Databases) -> str:
    """The URL: SO1 is late in picking, SO2 is late as well and waits on the customer's own wish; SO3 is not paid,
    SO4 is cancelled, SO5 has just been paid."""
    desk = Desk(databases.copy())
    wish = {
        "request_id": "R1", "order_id": "SO2", "version": desk.now() - HOUR, "state": "confirmed",
        "requested_by": "customer", "requested_at": desk.now() - HOUR, "until_at": desk.now() + timedelta(days=3),
    }  # fmt: skip
    late = late_in_pick("SO1", "SO2")
    others = [
        an_order("SO3", payment="unpaid", paid_at=None, approved_at=None),
        an_order("SO4", status="cancelled"),
        an_order("SO5", paid_at=NOON - MINUTE, approved_at=None),
    ]
    desk.scan(orders=[*late["orders"], *others], shipments=late["shipments"], delay_requests=[wish])
    return desk.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
