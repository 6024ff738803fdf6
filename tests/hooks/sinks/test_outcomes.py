"""The outcome table: what every answer, and every silence, of every system proves about the act."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from orderwatch.hooks import json_api

from .builders import ASKING, DOORS, KEY, Door, near

ALL = DOORS | ASKING
DOOR = pytest.mark.parametrize("door", ALL.values(), ids=ALL)
ACT = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
MEGABYTE = json.dumps({"id": "X-1", "filler": "x" * 1_000_000})

# status, body, headers -> outcome, seconds to wait
TABLE: dict[str, tuple[int, str, dict[str, str], str, int | None]] = {
    "400 with a reason": (400, '{"error": "bad"}', {}, "refused", None),
    "404 with a reason": (404, '{"detail": "no such thing"}', {}, "refused", None),
    "409 the key was used": (409, '{"error": "the key was used for another request"}', {}, "refused", None),
    "422 with a reason": (422, '{"detail": [{"msg": "a field is missing"}]}', {}, "refused", None),
    "429 for seven seconds": (429, "", {"Retry-After": "7"}, "not_sent", 7),
    "429 for a day": (429, "{}", {"Retry-After": "86400"}, "not_sent", 3600),
    "429 for no time": (429, "{}", {"Retry-After": "0"}, "not_sent", 1),
    "429 for a riddle": (429, "{}", {"Retry-After": "²"}, "not_sent", 60),
    "429 without a wish": (429, "<html>", {}, "not_sent", 60),
    "401": (401, '{"error": "invalid token"}', {}, "not_sent", 600),
    "403": (403, '{"error": "not yours"}', {}, "not_sent", 600),
    "407 of a proxy": (407, "", {}, "not_sent", 600),
    "404 of a gateway": (404, "<html>not found", {}, "not_sent", 600),
    "405 of a gateway": (405, "", {}, "not_sent", 600),
    "400 without a reason": (400, "", {}, "unknown", None),
    "400 with an empty one": (400, "{}", {}, "unknown", None),
    "408": (408, '{"error": "too slow"}', {}, "unknown", None),
    "500": (500, '{"error": "internal"}', {}, "unknown", None),
    "500 with a good answer": (500, "GOOD", {}, "unknown", None),
    "502": (502, "<html>", {}, "unknown", None),
    "503": (503, '{"error": "busy"}', {"Retry-After": "7"}, "unknown", None),
    "504": (504, "", {}, "unknown", None),
    "302": (302, "", {"Location": "/elsewhere"}, "unknown", None),
    "303": (303, "", {"Location": "/elsewhere"}, "unknown", None),
    "307": (307, "", {"Location": "/elsewhere"}, "unknown", None),
    "200 but a page": (200, "<html>welcome", {}, "unknown", None),
    "200 but cut": (200, '{"id": "X-', {}, "unknown", None),
    "200 but nothing": (200, "", {}, "unknown", None),
    "200 but null": (200, "null", {}, "unknown", None),
    "200 but a word": (200, '"ok"', {}, "unknown", None),
    "200 but no number": (200, '{"code": 0, "data": {}}', {}, "unknown", None),
    "200 but a strange number": (200, '{"id": ["X-1"], "code": 0, "data": {"receipt_no": true}}', {}, "unknown", None),
    "200 but a maze": (200, "[" * 200_000, {}, "unknown", None),
    "200 and a megabyte": (200, MEGABYTE, {}, "unknown", None),
    "204": (204, "", {}, "unknown", None),
}


def expected(door: Door, result: str) -> str:
    """A question that nobody can say the end of has changed nothing."""
    return "not_sent" if result == "unknown" and door in ASKING.values() else result


def answer(server: HTTPServer, door: Door, response: Any) -> str:
    door.prepare(server)
    expect = server.expect_request(door.path, method=door.method)
    expect.respond_with_handler(response) if callable(response) and not isinstance(response, Response) else (
        expect.respond_with_response(response)
    )
    server.expect_request("/elsewhere").respond_with_json(door.good)
    return server.url_for("")


@DOOR
@pytest.mark.parametrize("case", TABLE.values(), ids=TABLE)
def test_what_an_answer_proves(httpserver: HTTPServer, door: Door, case: tuple[int, str, Any, str, int | None]) -> None:
    status, body, headers, result, seconds = case
    body = json.dumps(door.good) if body == "GOOD" else body
    url = answer(httpserver, door, Response(body, status, headers, mimetype="application/json"))
    outcome = door.act(near(url))
    assert (outcome.result, outcome.ref) == (expected(door, result), None)
    assert outcome.detail
    assert seconds is None or outcome.wait == timedelta(seconds=seconds)
    acts = [request for request, _ in httpserver.log if request.method == door.method]
    assert len(acts) == 1, "a redirect was followed, or something was asked twice"


@ACT
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_number_in_a_good_answer_proves_the_act(httpserver: HTTPServer, door: Door, status: int) -> None:
    outcome = door.act(near(answer(httpserver, door, Response(json.dumps(door.good), status))))
    assert (outcome.result, outcome.ref, outcome.detail) == ("delivered", "X-1", None)


@DOOR
def test_nobody_at_home_proves_that_nothing_happened(door: Door) -> None:
    outcome = door.act(near(f"http://127.0.0.1:{free_port()}"))
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=1))


@DOOR
def test_a_name_that_nobody_has_proves_that_nothing_happened(door: Door) -> None:
    assert door.act(near("http://nowhere.invalid")).result == "not_sent"


@DOOR
def test_a_door_that_does_not_open_in_time_proves_that_nothing_happened(door: Door) -> None:
    with full_house() as port:
        assert door.act(near(f"http://127.0.0.1:{port}")).result == "not_sent"


@DOOR
def test_an_address_inside_the_company_needs_permission(httpserver: HTTPServer, door: Door) -> None:
    inside = replace(near(answer(httpserver, door, Response(json.dumps(door.good)))), allow_private=False)
    outcome = door.act(inside)
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))
    assert "private" in (outcome.detail or "") and httpserver.log == []


@DOOR
def test_encryption_that_the_other_side_does_not_speak_proves_that_nothing_happened(door: Door) -> None:
    with raw_server(lambda peer: peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        outcome = door.act(near(f"https://127.0.0.1:{port}"))
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))


@DOOR
def test_silence_after_the_request_leaves_it_unknown(httpserver: HTTPServer, door: Door) -> None:
    done = threading.Event()

    def late(request: Request) -> Response:
        done.wait(2)
        return Response(json.dumps(door.good))

    outcome = door.act(near(answer(httpserver, door, late), timeout=0.3))
    done.set()
    assert outcome.result == expected(door, "unknown")


BROKEN = {
    "hung up": b"",
    "cut inside the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "cut inside the body": b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"id": "X-1"}',
    "cut inside a chunk": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"id": "X-1"}',
    "no HTTP": b"220 smtp ready\r\n",
}


@DOOR
@pytest.mark.parametrize("bytes_sent", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_breaks_off_leaves_it_unknown(door: Door, bytes_sent: bytes) -> None:
    first = json_answer([]) if door.sink == "crm_note" and door in DOORS.values() else None
    with raw_server(lambda peer: peer.sendall(bytes_sent), first) as port:
        assert door.act(near(f"http://127.0.0.1:{port}")).result == expected(door, "unknown")


@ACT
@pytest.mark.parametrize(("deadline", "result"), [(0.2, "unknown"), (5.0, "delivered")])
def test_an_answer_that_drips_longer_than_we_wait_leaves_it_unknown(
    door: Door, monkeypatch: pytest.MonkeyPatch, deadline: float, result: str
) -> None:
    body = json.dumps(door.good).encode()

    def drip(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) + 8))
        for piece in [b" "] * 8 + [body]:
            peer.sendall(piece)
            time.sleep(0.05)

    monkeypatch.setattr(json_api, "DEADLINE", deadline)
    first = json_answer([]) if door.sink == "crm_note" else None
    with raw_server(drip, first) as port:
        assert door.act(near(f"http://127.0.0.1:{port}")).result == result


@DOOR
def test_no_outcome_shows_a_secret(httpserver: HTTPServer, door: Door) -> None:
    url = answer(httpserver, door, Response('{"error": "x"}', 403))
    said = [door.act(near(url)), door.act(near(f"http://127.0.0.1:{free_port()}"))]
    assert all("the-password" not in repr(one) and "127.0.0.1" not in repr(one) for one in said)


@DOOR
def test_a_payload_that_is_none_is_refused_before_anything_is_asked(httpserver: HTTPServer, door: Door) -> None:
    broken = replace(door, payload=door.payload | {"customer_id": 7, "colour": "red", "text": ""})
    outcome = broken.act(near(httpserver.url_for("")))
    assert outcome.result == "refused" and "payload" in (outcome.detail or "")
    assert httpserver.log == []


@ACT
def test_the_effects_key_goes_with_every_act(httpserver: HTTPServer, door: Door) -> None:
    door.act(near(answer(httpserver, door, Response(json.dumps(door.good)))))
    request = httpserver.log[-1][0]
    assert KEY in {
        request.headers.get("Idempotency-Key"),
        (request.get_json(silent=True) or {}).get("reference"),
        json.loads(request.form.get("biz", "{}")).get("cmd_no"),
        request.path.removeprefix("/drafts/"),
    }


@ACT
def test_the_same_effect_is_sent_again_with_the_same_bytes(httpserver: HTTPServer, door: Door) -> None:
    url = answer(httpserver, door, Response("", 500))
    for _ in range(2):
        door.act(near(url))
    first, again = [
        (request.path, request.get_data(), request.form.get("biz"))
        for request, _ in httpserver.log
        if request.method == door.method
    ]
    assert first[::2] == again[::2]
    assert door.sink == "warehouse" or first == again  # a signed form states the time


# --- servers whose every byte the test decides ---


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def json_answer(content: Any) -> bytes:
    body = json.dumps(content).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)


@contextmanager
def raw_server(talk: Callable[[socket.socket], None], first: bytes | None = None) -> Iterator[int]:
    """Answers the first connection with ``first`` if given, and talks on the next one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(3)

        def serve() -> None:
            for act in [*([lambda peer: peer.sendall(first)] if first else []), talk]:
                peer, _ = server.accept()
                with peer:
                    peer.settimeout(2)
                    peer.recv(65_536)
                    try:
                        act(peer)
                    except OSError:
                        return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(3)


@contextmanager
def full_house() -> Iterator[int]:
    """A server that lets nobody in any more: its queue is full and it takes nobody out of it."""
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = server.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        yield port
        for one in waiting:
            one.close()
