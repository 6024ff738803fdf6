"""Reading a feed to its end: paging, credentials, windows, and masking on the way in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from orderwatch.hooks.sources.decode import decode
from orderwatch.hooks.sources.engine import Source
from orderwatch.hooks.sources.errors import (
    AuthFailed,
    NotAdvancing,
    RedirectRefused,
    TooManyPages,
    WrongShape,
)
from orderwatch.store.database import as_json

Orders = Callable[..., dict[str, Any]]
Sources = Callable[..., Source]


def answer(data: Any, **headers: str) -> Response:
    return Response(json.dumps(data), content_type="application/json", headers=headers)


def serve_orders(server: HTTPServer, orders: list[dict[str, Any]], size: int = 2) -> list[dict[str, str]]:
    """An ERP with these orders, sorted; returns the queries it will have seen."""
    asked: list[dict[str, str]] = []

    def page(request: Request) -> Response:
        asked.append(dict(request.args))
        start = (request.args["modified_from"], request.args.get("after_no", ""))
        rest = [one for one in orders if (str(one["modified"]), str(one["order_no"] or "")) > start]
        return answer({"orders": rest[:size], "has_more": len(rest) > size})

    server.expect_request("/oauth/token", method="POST").respond_with_json({
        "access_token": "token-1",
        "token_type": "bearer",
        "expires_in": 7200,
    })
    server.expect_request("/api/v1/orders").respond_with_handler(page)
    return asked


def pull(source: Source, feed: str, now: datetime, mode: Any = "changes") -> list[dict[str, Any]]:
    pages = source.pull(feed, mode, now - timedelta(hours=1), now)
    return [record for page in pages for record in page.records]


def test_keyset_reads_every_order_once(
    httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime
) -> None:
    orders = [make_order(order_no=f"SO{n}", modified=f"2026-10-08 09:5{n // 3}:00") for n in range(7)]
    asked = serve_orders(httpserver, orders)
    pages = list(source("erp").pull("orders", "changes", now - timedelta(hours=1), now))
    assert [one["order_no"] for page in pages for one in page.records] == [f"SO{n}" for n in range(7)]
    assert [(page.number, page.total) for page in pages] == [(1, 2), (2, 4), (3, 6), (4, 7)]
    assert pages[-1].newest == datetime(2026, 10, 8, 1, 52, tzinfo=UTC)
    assert asked[0] == {
        "modified_from": "2026-10-08 09:00:00",
        "modified_to": "2026-10-08 10:00:00",
        "limit": "500",
    }
    assert (asked[1]["modified_from"], asked[1]["after_no"]) == ("2026-10-08 09:50:00", "SO1")


def test_open_asks_from_the_beginning(
    httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime
) -> None:
    asked = serve_orders(httpserver, [make_order()])
    assert len(pull(source("erp"), "orders", now, "open")) == 1
    assert asked[0]["state"] == "open"
    assert asked[0]["modified_from"].startswith("2000-01-01")


def test_broken_rows_at_the_end_of_a_page_neither_stop_nor_mislead(
    httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime
) -> None:
    """A row without a number, or with a change stamp in the far future, is no place to go on from."""
    good = [make_order(order_no=f"SO{n}", modified=f"2026-10-08 09:5{n}:00") for n in range(4)]
    nameless = make_order(order_no=None, modified="2026-10-08 09:50:30")
    future = make_order(order_no="SO9", modified="2099-01-01 00:00:00")
    pages = iter([[good[0], nameless], [nameless, good[1], good[2], future], [future, good[3]]])
    serve_token(httpserver)
    httpserver.expect_request("/api/v1/orders").respond_with_handler(
        lambda request: answer({"orders": (page := next(pages)), "has_more": good[3] not in page})
    )
    found = [one["order_no"] for one in pull(source("erp"), "orders", now)]
    assert found == ["SO0", None, "SO1", "SO2", "SO9", "SO3"]


def serve_token(server: HTTPServer) -> None:
    server.expect_request("/oauth/token").respond_with_json({"access_token": "token-1", "expires_in": 7200})


def test_keyset_that_does_not_advance_is_an_error(
    httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime
) -> None:
    serve_token(httpserver)
    httpserver.expect_request("/api/v1/orders").respond_with_json({
        "orders": [make_order()],
        "has_more": True,
    })
    with pytest.raises(NotAdvancing, match="erp/orders"):
        pull(source("erp"), "orders", now)


def test_a_page_of_rows_without_any_position_is_a_change_of_interface(
    httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime
) -> None:
    serve_token(httpserver)
    orders = [make_order(modified={"value": 1})] * 3
    httpserver.expect_request("/api/v1/orders").respond_with_json({"orders": orders, "has_more": True})
    with pytest.raises(WrongShape):
        pull(source("erp"), "orders", now)


def test_pages_are_bounded(httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime) -> None:
    serve_orders(httpserver, [make_order(order_no=f"SO{n}") for n in range(7)])
    with pytest.raises(TooManyPages):
        pull(source("erp", max_pages=2), "orders", now)


def test_expired_token_is_fetched_again_once(
    httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime
) -> None:
    tokens = iter(["old", "new"])
    httpserver.expect_request("/oauth/token").respond_with_handler(
        lambda request: answer({"access_token": next(tokens), "expires_in": 7200})
    )

    def orders(request: Request) -> Response:
        if request.headers["Authorization"] != "Bearer new":
            return Response("{}", 401)
        return answer({"orders": [make_order()], "has_more": False})

    httpserver.expect_request("/api/v1/orders").respond_with_handler(orders)
    assert len(pull(source("erp"), "orders", now)) == 1


def test_token_is_asked_once_for_many_pages(
    httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime
) -> None:
    serve_orders(httpserver, [make_order(order_no=f"SO{n}") for n in range(7)])
    pull(source("erp"), "orders", now)
    assert sum(request.path == "/oauth/token" for request, _ in httpserver.log) == 1


def test_wrong_password_is_tried_once_and_never_told(httpserver: HTTPServer, source: Sources, now: datetime) -> None:
    httpserver.expect_request("/oauth/token").respond_with_json({"error": "the-password"}, status=401)
    with pytest.raises(AuthFailed) as found:
        pull(source("erp"), "orders", now)
    assert len(httpserver.log) == 1
    assert "the-password" not in str(found.value)
    assert not found.value.retryable


def shipments_page(rows: list[dict[str, Any]], *, more: bool = False) -> dict[str, Any]:
    return {"code": 0, "msg": "ok", "data": {"rows": rows, "has_next": more}}


def test_signature_covers_all_other_fields(httpserver: HTTPServer, source: Sources, now: datetime) -> None:
    seen: list[dict[str, str]] = []

    def rest(request: Request) -> Response:
        seen.append(request.form.to_dict())
        return answer(shipments_page([]))

    httpserver.expect_request("/router/rest", method="POST").respond_with_handler(rest)
    pull(source("wms"), "shipments", now)
    form = seen[0]
    signed = "the-password" + "".join(key + form[key] for key in sorted(form) if key != "sign")
    assert form["sign"] == hashlib.md5(signed.encode()).hexdigest()
    assert (form["app_key"], form["timestamp"]) == ("the-login", str(int(now.timestamp())))
    biz = json.loads(form["biz"])
    assert biz["modified_begin"] == int((now - timedelta(hours=1)).timestamp() * 1000)
    assert biz["page_size"] == 200


def test_refused_time_stamp_is_sent_again_by_the_clock_of_the_source(
    httpserver: HTTPServer, source: Sources, now: datetime, server_date: Callable[[datetime], None]
) -> None:
    theirs = now + timedelta(hours=2)
    server_date(theirs)

    def rest(request: Request) -> Response:
        fits = abs(int(request.form["timestamp"]) - theirs.timestamp()) < 600
        body = shipments_page([]) if fits else {"code": 11, "msg": "stale timestamp"}
        return answer(body)

    httpserver.expect_request("/router/rest").respond_with_handler(rest)
    wms = source("wms")
    assert wms.clock_skew(now) is None
    pull(wms, "shipments", now)
    assert len(httpserver.log) == 2
    assert wms.clock_skew(now) == 7200


def test_link_header_is_followed_to_the_end(httpserver: HTTPServer, crm: Sources, now: datetime) -> None:
    def page(request: Request) -> Response:
        at = int(request.args.get("cursor", 0))
        link = {"Link": f'</customers?cursor={at + 1}>; rel="next"'} if at < 2 else {}
        return answer([{"id": f"C{at}", "updated_at": "2026-10-08T01:00:00Z", "tier": "VIP"}], **link)

    httpserver.expect_request("/customers").respond_with_handler(page)
    assert [one["id"] for one in pull(crm(), "customers", now)] == ["C0", "C1", "C2"]
    first = httpserver.log[0][0]
    assert dict(first.args) == {"updated_since": "2026-10-08T01:00:00Z", "page_size": "200"}
    assert first.authorization is not None and first.authorization.username == "the-login"


@pytest.mark.parametrize(
    ("link", "error"),
    [
        ("http://other.example/customers?cursor=1", RedirectRefused),
        ("http://[broken", RedirectRefused),
        ("/customers?cursor=0", NotAdvancing),
    ],
)
def test_link_must_lead_on_and_stay_at_home(
    link: str, error: type[Exception], httpserver: HTTPServer, crm: Sources, now: datetime
) -> None:
    httpserver.expect_request("/customers").respond_with_handler(lambda _: answer([], Link=f'<{link}>; rel="next"'))
    with pytest.raises(error):
        pull(crm(), "customers", now)


def test_personal_data_is_masked_before_anybody_sees_it(
    httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime
) -> None:
    drifted = make_order(order_no="SO2", buyer="王小明 13800138000", remark="call 13800138000")
    empty = make_order(order_no="SO3", buyer={"name": "", "phone": None, "address": "  "})
    serve_orders(httpserver, [make_order(), drifted, empty], size=9)
    first, second, third = pull(source("erp"), "orders", now)
    assert (first["buyer"]["name"], first["buyer"]["phone"], first["buyer"]["address"]) == ("***",) * 3
    assert first["buyer"]["province"] == "广东"
    assert (second["buyer"], second["remark"]) == ("***", "***")
    assert third["buyer"] == {"name": "", "phone": None, "address": ""}
    assert "13800138000" not in json.dumps([first, second, third])


def test_too_large_record_is_cut_and_marked(
    httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime
) -> None:
    many = make_order(order_no="SO3", lines=[{"sku": "x" * 900}] * 100, warehouse="WH-SH")
    serve_orders(
        httpserver,
        [make_order(), make_order(order_no="SO2", warehouse="W" * 70_000, remark="很" * 30_000), many],
        size=9,
    )
    good, large, wide = pull(source("erp"), "orders", now)
    assert "_too_large" not in good
    assert large["_too_large"] == "warehouse"
    assert (len(large["warehouse"]), large["remark"], large["order_no"]) == (65, "***", "SO2")
    assert wide["_too_large"].startswith("lines[")
    assert len(json.dumps(wide)) < 64 * 1024


def test_record_that_is_no_object_is_kept_without_its_content(
    httpserver: HTTPServer, crm: Sources, now: datetime
) -> None:
    httpserver.expect_request("/customers").respond_with_json([["13800138000"], "王小明", None, 5])
    assert [one["_wrong_shape"] for one in pull(crm(), "customers", now)] == [
        "a list",
        "text",
        "null",
        "a single value",
    ]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_a_number_that_is_none_costs_its_own_record_only(
    number: str, httpserver: HTTPServer, source: Sources, make_order: Orders, now: datetime
) -> None:
    wrong = make_order(order_no="SO1", pay={"state": "PAID", "amount": "0", "currency": "CNY"})
    body = json.dumps({"orders": [wrong, make_order(order_no="SO2")], "has_more": False})
    httpserver.expect_request("/oauth/token").respond_with_json({"access_token": "token-1", "expires_in": 7200})
    httpserver.expect_request("/api/v1/orders").respond_with_data(body.replace('"amount": "0"', f'"amount": {number}'))
    erp = source("erp")
    records = pull(erp, "orders", now)
    assert number in as_json(records)  # what the staging table takes
    told = decode(records, erp.config.feed("orders"), now).decode_errors
    assert told[0] == f"wrong_type: pay.amount: '{number}' is not an amount"
    assert told[1] is None
