"""What all services share on the wire: compact JSON, and a ``Date`` header in the company's time."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from typing import Any

from fastapi import Request, Response

from demo.clock import Clock

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
SERVER_SEND = "demo.server_send"  # where a scope keeps the server's own send


class Json(Response):
    """JSON with Chinese text as it is."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


async def json_body(request: Request) -> dict[str, Any] | None:
    """The request's JSON object, ``None`` for anything else."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def dated(app: App, clock: Clock, skew: Callable[[], float]) -> App:
    """Every answer carries the company's time, wrong by ``skew`` seconds when that fault is on."""

    async def with_date(scope: Scope, receive: Receive, send: Send) -> None:
        seconds = skew()
        scope[SERVER_SEND] = send

        async def stamp(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(clock.now() + seconds, usegmt=True).encode()
                message["headers"] = [*message.get("headers", []), (b"date", date)]
            await send(message)

        await app(scope, receive, stamp)

    return with_date
