"""The Airflow side: connections, the form, the test button; and that the engine needs none of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # no stubs among our packages
from pytest_httpserver import HTTPServer

from orderwatch.provider import get_provider_info


@pytest.fixture
def connect(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def define(system: str, **changes: Any) -> None:
        described = {
            "conn_type": f"orderwatch_{system}",
            "host": f"http://{httpserver.host}",
            "port": httpserver.port,
            "login": "the-login",
            "password": "the-password",
            "extra": {"allow_private": True, "timeout": 2},
        }
        monkeypatch.setenv(f"AIRFLOW_CONN_ORDERWATCH_{system.upper()}", json.dumps(described | changes))

    return define


def test_engine_runs_without_airflow() -> None:
    """Airflow takes seconds to import; the engine, the decoders and the suites must not pull it in."""
    code = (
        "import sys, orderwatch.hooks.sources.engine, orderwatch.hooks.sources.decode, "
        "orderwatch.validation.validate, orderwatch.provider; "
        "sys.exit('airflow' in sys.modules or 'great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_hook_pulls_through_its_connection(httpserver: HTTPServer, connect: Callable[..., None], now: datetime) -> None:
    from orderwatch.hooks.crm import CrmHook

    connect("crm")
    httpserver.expect_request("/customers").respond_with_json([{"id": "C1", "phone": "13800138000"}])
    with CrmHook() as hook:
        pages = list(hook.pull("customers", "changes", now - timedelta(hours=1), now))
        assert pages[0].records[0]["phone"] == "***"
        assert hook.clock_skew(datetime.now(now.tzinfo)) == pytest.approx(0, abs=5)


def test_connection_button(
    httpserver: HTTPServer,
    connect: Callable[..., None],
    server_date: Callable[[datetime], None],
    now: datetime,
) -> None:
    from orderwatch.hooks.erp import ErpHook
    from orderwatch.hooks.wms import WmsHook

    server_date(now)
    connect("erp")
    connect("wms", extra={"allow_private": False})
    httpserver.expect_request("/oauth/token").respond_with_json({"access_token": "token-1", "expires_in": 60})
    httpserver.expect_request("/api/v1/orders").respond_with_json({"orders": [], "has_more": False})
    good = ErpHook(clock=lambda: now).test_connection()
    assert good == (True, "erp answers with 0 orders; its clock differs by 0 s")
    works, told = WmsHook().test_connection()
    assert not works and "private" in told
    assert "the-password" not in told


@pytest.mark.parametrize("extra", [{"allow_private": "yes"}, {"timeout": 0.1}, {"timeout": "5"}])
def test_nonsense_in_extra_is_refused(extra: dict[str, Any], connect: Callable[..., None]) -> None:
    from orderwatch.hooks.crm import CrmHook

    connect("crm", extra=extra)
    works, told = CrmHook().test_connection()
    assert not works and "orderwatch_crm" in told


def test_provider_fits_airflows_schema_and_our_hooks() -> None:
    from importlib import import_module
    from importlib.resources import files

    info = get_provider_info()
    schema = json.loads(files("airflow").joinpath("provider_info.schema.json").read_text())
    Draft7Validator(schema).validate(info)
    for described in info["connection-types"]:
        module, name = described["hook-class-name"].rsplit(".", 1)
        hook = getattr(import_module(module), name)
        assert hook.conn_type == described["connection-type"]
        assert hook.hook_name == described["hook-name"]
