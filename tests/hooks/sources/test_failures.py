"""Every way in which a source fails: what is retried, what is told, and what never is."""

from __future__ import annotations

import json
import pickle
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from orderwatch.hooks.sources import errors
from orderwatch.hooks.sources.endpoint import refuse_forbidden
from orderwatch.hooks.sources.engine import Source
from orderwatch.hooks.sources.errors import EndpointRefused, SourceError

Sources = Callable[..., Source]
GOOD = {"id": "C00017", "tier": "VIP", "updated_at": "2026-10-08T01:00:00Z"}


def pull(source: Source, now: datetime, feed: str = "customers") -> list[dict[str, Any]]:
    return [one for page in source.pull(feed, "changes", now - timedelta(hours=1), now) for one in page.records]


def fail(source: Source, now: datetime, feed: str = "customers") -> SourceError:
    with pytest.raises(SourceError) as found:
        pull(source, now, feed)
    told = str(found.value)
    assert told.startswith(f"{source.config.source}/")
    assert found.value.todo in told
    assert "the-password" not in told and "page_size" not in told and "cursor" not in told
    assert pickle.loads(pickle.dumps(found.value)).what == found.value.what
    return found.value


def answers(server: HTTPServer, *statuses: int, path: str = "/customers", **headers: str) -> None:
    """These statuses one after the other, then a good page."""
    queue = list(statuses)

    def handle(request: Request) -> Response:
        status = queue.pop(0) if queue else 200
        return Response(json.dumps([GOOD]), status, content_type="application/json", headers=headers)

    server.expect_request(path).respond_with_handler(handle)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_trouble_is_waited_for(
    status: int, httpserver: HTTPServer, crm: Sources, now: datetime, sleeps: list[float]
) -> None:
    answers(httpserver, status, status)
    assert len(pull(crm(), now)) == 1
    assert sleeps == [0.5, 1.0]


@pytest.mark.parametrize(
    ("status", "kind", "tries", "retryable"),
    [
        (429, errors.RateLimited, 6, True),
        (500, errors.ServerFault, 3, True),
        (503, errors.Overloaded, 4, True),
        (401, errors.AuthFailed, 1, False),
        (403, errors.AuthFailed, 1, False),
        (404, errors.RequestRefused, 1, False),
        (302, errors.RedirectRefused, 1, False),
    ],
)
def test_lasting_trouble_is_told(
    status: int, kind: type[SourceError], tries: int, retryable: bool,
    httpserver: HTTPServer, crm: Sources, now: datetime,
) -> None:  # fmt: skip
    answers(httpserver, *[status] * 9, Location="http://elsewhere.example/?key=cursor")
    error = fail(crm(), now)
    assert isinstance(error, kind)
    assert (len(httpserver.log), error.retryable) == (tries, retryable)


@pytest.mark.parametrize(("wish", "waited"), [("7", 7.0), ("99999", 60.0), ("Thu, 08 Oct 2026 02:00:30 GMT", 30.0)])
def test_retry_after_is_obeyed_within_reason(
    wish: str,
    waited: float,
    httpserver: HTTPServer,
    crm: Sources,
    now: datetime,
    sleeps: list[float],
    server_date: Callable[[datetime], None],
) -> None:
    server_date(now)
    answers(httpserver, 429, **{"Retry-After": wish})
    pull(crm(), now)
    assert sleeps == [waited]


def test_deadline_counts_the_waiting(httpserver: HTTPServer, crm: Sources, now: datetime, sleeps: list[float]) -> None:
    answers(httpserver, *[429] * 9, **{"Retry-After": "30"})
    error = fail(crm(deadline=timedelta(seconds=20)), now)
    assert isinstance(error, errors.DeadlinePassed)
    assert "429" in str(error)
    assert sleeps == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"code": 10, "msg": "invalid sign the-password"}, errors.AuthFailed),
        ({"code": 11, "msg": "stale timestamp"}, errors.ClockOff),
        ({"code": 20, "msg": "bad biz"}, errors.RequestRefused),
        ({"code": 99, "msg": {"a": 1}}, errors.RequestRefused),
        ({"code": 47, "msg": "call limited"}, errors.RateLimited),
        ({"code": False}, errors.RequestRefused),
        ({"msg": "ok"}, errors.WrongShape),
        ([], errors.WrongShape),
        ({"code": 0, "data": {"rows": {}, "has_next": False}}, errors.WrongShape),
        ({"code": 0, "data": "no"}, errors.WrongShape),
        ({"code": 0, "data": {"rows": [], "has_next": 1}}, errors.WrongShape),
    ],
)
def test_no_inside_http_200(
    body: object, kind: type[SourceError], httpserver: HTTPServer, source: Sources, now: datetime
) -> None:
    httpserver.expect_request("/router/rest").respond_with_json(body)
    error = fail(source("wms"), now, "shipments")
    assert isinstance(error, kind)


@pytest.mark.parametrize("body", ["<html>busy</html>", "", "[1, 2", '"\xff', "[" * 100_000, "9" * 5000])
def test_body_that_is_not_json(body: str, httpserver: HTTPServer, crm: Sources, now: datetime) -> None:
    httpserver.expect_request("/customers").respond_with_data(body.encode("latin-1"))
    assert isinstance(fail(crm(), now), errors.InvalidJson)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 500\r\n\r\n[",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1, 2\r\n",
        HEAD + b"Connection: close\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    ],
)
def test_answer_that_breaks_off_is_asked_again(
    answer: bytes, raw_server: Callable[[bytes], str], crm: Sources, now: datetime, sleeps: list[float]
) -> None:
    assert isinstance(fail(crm(url=raw_server(answer)), now), errors.Truncated)
    assert len(sleeps) == 2


def test_slow_drip_cannot_outlast_the_deadline(raw_server: Callable[..., str], crm: Sources, now: datetime) -> None:
    url = raw_server(HEAD + b"Content-Length: 500\r\n\r\n" + b" " * 500, pause=0.01)
    error = fail(crm(url=url, deadline=timedelta(seconds=1)), now)
    assert isinstance(error, errors.DeadlinePassed)


def test_silence_is_a_timeout(httpserver: HTTPServer, crm: Sources, now: datetime, sleeps: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert isinstance(fail(crm(url=url, deadline=timedelta(seconds=3)), now), errors.TimedOut)


def test_nobody_listening(crm: Sources, now: datetime, sleeps: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert isinstance(fail(crm(url=url), now), errors.Unreachable)
    assert sleeps == [0.5, 1.0, 2.0]


def test_answer_beyond_the_limit(httpserver: HTTPServer, crm: Sources, now: datetime) -> None:
    httpserver.expect_request("/customers").respond_with_json([GOOD] * 200)
    assert isinstance(fail(crm(max_answer=4096), now), errors.AnswerTooLarge)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://erp.example.com",
        "erp.example.com",
        "file:///etc/passwd",
        "http://user:word@erp.example.com",
        "https://erp.example.com/?key=1",
        "http://erp.example.com:port",
        "https://",
    ],
)
def test_unusable_address_is_refused_at_once(url: str, crm: Sources) -> None:
    with pytest.raises(EndpointRefused) as found:
        crm(url=url)
    assert "word" not in str(found.value)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1"]
)
def test_private_address_needs_permission(address: str) -> None:
    with pytest.raises(EndpointRefused):
        refuse_forbidden(address, allow_private=False, source="erp", feed="orders")
    refuse_forbidden(address, allow_private=True, source="erp", feed="orders")


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%eth0", "0.0.0.0", "224.0.0.1"])
def test_link_local_address_is_never_allowed(address: str) -> None:
    with pytest.raises(EndpointRefused):
        refuse_forbidden(address, allow_private=True, source="erp", feed="orders")


def test_private_host_is_not_even_connected_to(httpserver: HTTPServer, crm: Sources, now: datetime) -> None:
    assert isinstance(fail(crm(allow_private=False), now), EndpointRefused)
    assert httpserver.log == []


def test_name_that_resolves_elsewhere_later_is_caught_at_the_socket(
    httpserver: HTTPServer, crm: Sources, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _first_public(socket.getaddrinfo))
    assert isinstance(fail(crm(allow_private=False), now), EndpointRefused)
    assert httpserver.log == []


def _first_public(real: Callable[..., Any]) -> Callable[..., Any]:
    asked: list[object] = []

    def resolve(*args: Any, **kwargs: Any) -> Any:
        asked.append(args)
        return [(2, 1, 6, "", ("93.184.216.34", 80))] if len(asked) == 1 else real(*args, **kwargs)

    return resolve


def test_rate_limit_spaces_the_calls(httpserver: HTTPServer, crm: Sources, now: datetime, sleeps: list[float]) -> None:
    from orderwatch.hooks.sources.config import RateLimit

    answers(httpserver)
    source = crm(rate_limit=RateLimit(requests=2, per=timedelta(seconds=10)))
    pull(source, now)
    pull(source, now)
    assert len(sleeps) == 1
    assert 4 < sleeps[0] <= 5
