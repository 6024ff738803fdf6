"""The WMS says no inside HTTP 200; each of its codes proves something, and an unheard-of one proves nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from orderwatch.core.effect import Outcome
from orderwatch.hooks.warehouse_client import PATH, WarehouseClient

from .builders import COMMAND, KEY, effect, near, source_api


def send(server: HTTPServer, **changes: Any) -> Outcome:
    door = near(server.url_for(""), login="the-key", timeout=1.0)
    return WarehouseClient(source_api("wms", door)).send(effect("warehouse", COMMAND | changes))


@pytest.mark.parametrize(
    ("code", "result", "seconds"),
    [
        (10, "not_sent", 600), (11, "not_sent", 600), (21, "not_sent", 600), (47, "not_sent", 20),
        (20, "refused", None), (30, "refused", None), (31, "refused", None), (32, "refused", None),
        (33, "refused", None), (34, "refused", None), (99, "unknown", None), (-1, "unknown", None),
        ("0", "unknown", None), (None, "unknown", None), (False, "unknown", None), (0.0, "unknown", None),
    ],
)  # fmt: skip
def test_the_code_decides_although_the_answer_is_200(
    httpserver: HTTPServer, code: Any, result: str, seconds: int | None
) -> None:
    httpserver.expect_request(PATH).respond_with_json({
        "code": code,
        "msg": "“张三” says no",
        "data": {"receipt_no": "WC-1"},
    })
    outcome = send(httpserver)
    assert outcome.result == result
    assert seconds is None or outcome.wait == timedelta(seconds=seconds)
    assert "张三" not in str(outcome.detail)
    assert len(httpserver.log) == (2 if code == 11 else 1)  # after "your clock" once more with the right time


@pytest.mark.parametrize(
    "answer", ["[]", '{"code": 0}', '{"code": 0, "data": []}', '{"code": 0, "data": {"receipt_no": ""}}']
)
def test_a_yes_without_a_receipt_leaves_it_unknown(httpserver: HTTPServer, answer: str) -> None:
    httpserver.expect_request(PATH).respond_with_data(answer)
    assert send(httpserver).result == "unknown"


@pytest.mark.parametrize("op", ["prioritise", "hold", "release", "recall"])
def test_a_command_is_said_in_the_warehouses_words(httpserver: HTTPServer, op: str) -> None:
    httpserver.expect_request(PATH).respond_with_json({"code": 0, "data": {"receipt_no": "WC-1"}})
    assert send(httpserver, op=op) == Outcome("delivered", ref="WC-1")
    form = httpserver.log[0][0].form
    assert json.loads(form["biz"]) == {
        "cmd_no": KEY,
        "action": op.upper(),
        "outbound_nos": ["OB1"],
        "order_nos": ["SO1"],
        "reason": "客户在等",
    }
    assert (form["method"], form["app_key"]) == ("wms.outbound.command", "the-key")


def test_a_refused_time_stamp_is_corrected_by_the_warehouses_clock_once(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = datetime.now(UTC) + timedelta(days=30)
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: format_datetime(there, usegmt=True))

    def judge(request: Request) -> Response:
        near_enough = abs(int(request.form["timestamp"]) - there.timestamp()) < 600
        yes, no = {"code": 0, "data": {"receipt_no": "WC-1"}}, {"code": 11, "msg": "stale timestamp"}
        return Response(json.dumps(yes if near_enough else no))

    httpserver.expect_request(PATH).respond_with_handler(judge)
    assert send(httpserver).result == "delivered"
    assert len(httpserver.log) == 2
    first, again = (request.form for request, _ in httpserver.log)
    assert first["biz"] == again["biz"] and first["sign"] != again["sign"]
