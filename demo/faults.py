"""Outages on request: each service can be made to fail the way real ones do."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

from demo.web import SERVER_SEND, App, Message, Receive, Scope, Send

Mode = Literal[
    "down",
    "http_500",
    "http_429",
    "busy",
    "truncated",
    "invalid_json",
    "wrong_types",
    "slow",
    "empty",
    "skewed_clock",
    "answer_lost",
    "lands_late",
]
MODES: tuple[Mode, ...] = get_args(Mode)
SKEW_S = 2 * 3600.0
BODY_MODES = ("truncated", "invalid_json", "wrong_types", "empty")
DATA_MODES = (*BODY_MODES, "answer_lost", "lands_late")  # faults of data, not of signing in
_TOKEN_PATHS = ("/oauth/token", "/cgi-bin/gettoken")
_TEXT_KEYS = ("modified", "updated_at", "amount")
BUSY = {
    "wms": {"code": 47, "msg": "call limited"},
    "wecom": {"errcode": -1, "errmsg": "system busy"},
}


@dataclass(slots=True)
class Fault:
    """``times`` is how many more requests fail, ``None`` for all until the fault is deleted."""

    mode: Mode
    times: int | None = None
    seconds: float = 5.0

    def take(self) -> bool:
        """Use the fault once; false when it is used up."""
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


class Faults:
    """At most one fault per service."""

    def __init__(self) -> None:
        self.of: dict[str, Fault] = {}

    def skew(self, service: str) -> float:
        """Seconds by which the service's clock is wrong for this request."""
        fault = self.of.get(service)
        return SKEW_S if fault and fault.mode == "skewed_clock" and fault.take() else 0.0

    def around(self, service: str, app: App) -> App:
        """The service with its current fault in front of it."""

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            fault = self.of.get(service)
            if fault is None or not _applies(fault, scope["path"]) or not fault.take():
                await app(scope, receive, send)
            elif fault.mode in BODY_MODES:
                await _spoil(fault.mode, app, scope, receive, send)
            else:
                await _refuse(fault, service, app, scope, receive, send)

        return faulty


def _applies(fault: Fault, path: str) -> bool:
    if path == "/_received" or fault.mode == "skewed_clock":
        return False
    return not (fault.mode in DATA_MODES and path in _TOKEN_PATHS)


async def _refuse(fault: Fault, service: str, app: App, scope: Scope, receive: Receive, send: Send) -> None:
    match fault.mode:
        case "down":
            _hang_up(scope)
        case "answer_lost":
            await app(scope, receive, _lose)
            _hang_up(scope)
        case "lands_late":
            whole = await _whole(receive)
            _hang_up(scope)
            await asyncio.sleep(fault.seconds)
            await app(scope, whole, _lose)
        case "slow":
            await asyncio.sleep(fault.seconds)
            await app(scope, receive, send)
        case "http_429":
            await _answer(send, 429, {"error": "too many requests"}, (b"retry-after", b"1"))
        case "busy" if service in BUSY:
            await _answer(send, 200, BUSY[service])
        case _:
            await _answer(send, 500, {"error": "internal server error"})


async def _lose(message: Message) -> None:
    """The service has done its work, and nobody hears of it."""


async def _whole(receive: Receive) -> Receive:
    """The request as it came, to be read again when its sender is gone."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _hang_up(scope: Scope) -> None:
    """Drop the connection without an answer; only uvicorn's own ``send`` knows the transport."""
    scope[SERVER_SEND].__self__.transport.abort()


async def _answer(send: Send, status: int, body: object, *headers: tuple[bytes, bytes]) -> None:
    content = json.dumps(body).encode()
    await _start(send, status, [(b"content-type", b"application/json"), *headers], len(content))
    await send({"type": "http.response.body", "body": content})


async def _start(send: Send, status: int, headers: list[tuple[bytes, bytes]], length: int) -> None:
    sized = [*headers, (b"content-length", str(length).encode())]
    await send({"type": "http.response.start", "status": status, "headers": sized})


async def _spoil(mode: Mode, app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the service do its work, then damage what it says about it."""
    start: Message = {}
    parts: list[bytes] = []

    async def collect(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, collect)
    body = b"".join(parts)
    headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
    if mode == "truncated":
        await _start(send, start["status"], headers, len(body))
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        return  # without the rest: the server closes the connection
    if mode == "empty":
        headers = [pair for pair in headers if pair[0].lower() != b"link"]
    spoiled = _SPOILED[mode](body)
    await _start(send, start["status"], headers, len(spoiled))
    await send({"type": "http.response.body", "body": spoiled})


def _invalid_json(body: bytes) -> bytes:
    return b"<html>" + body[1:]


def _empty(body: bytes) -> bytes:
    return json.dumps(_without_rows(json.loads(body))).encode()


def _without_rows(value: Any) -> Any:
    if isinstance(value, list):
        return []
    if isinstance(value, dict):
        flags = dict.fromkeys({"has_more", "has_next"} & value.keys(), False)
        return {key: _without_rows(one) for key, one in value.items()} | flags
    return value


def _wrong_types(body: bytes) -> bytes:
    return json.dumps(_mistyped(json.loads(body), inside=False), ensure_ascii=False).encode()


def _mistyped(value: Any, *, inside: bool, key: str = "") -> Any:
    """Inside lists numbers become objects, and so do the texts of instants and amounts."""
    if isinstance(value, list):
        return [_mistyped(one, inside=True) for one in value]
    if isinstance(value, dict):
        return {name: _mistyped(one, inside=inside, key=name) for name, one in value.items()}
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return {"value": value} if inside and (number or key in _TEXT_KEYS) else value


_SPOILED = {"invalid_json": _invalid_json, "empty": _empty, "wrong_types": _wrong_types}
