"""The work order system: creating twice makes two, unless the caller sends an ``Idempotency-Key``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Header, Request

from demo.clock import Clock
from demo.instants import local_iso
from demo.web import Json, json_body

STATES = ("open", "in_progress", "resolved", "closed", "cancelled")


def make_app(clock: Clock, token: str) -> FastAPI:
    app = FastAPI(title="Work orders", docs_url=None, redoc_url=None)
    tickets: dict[str, dict[str, Any]] = {}
    by_key: dict[str, dict[str, Any]] = {}

    def refused(authorization: str) -> Json | None:
        return None if authorization == f"Bearer {token}" else Json({"error": "invalid token"}, 401)

    @app.post("/tickets")
    async def create(
        request: Request,
        authorization: Annotated[str, Header()] = "",
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> Json:
        if denied := refused(authorization):
            return denied
        body = await json_body(request)
        if body is None or not str(body.get("title", "")).strip():
            return Json({"error": "a ticket needs a title"}, 422)
        if idempotency_key in by_key:
            return Json(by_key[idempotency_key], 200)
        ticket = {"key": idempotency_key} | body
        ticket |= {
            "id": f"T-{len(tickets) + 1:05d}",
            "state": "open",
            "created_at": local_iso(clock.now()),
            "updated_at": local_iso(clock.now()),
        }
        tickets[ticket["id"]] = ticket
        if idempotency_key is not None:
            by_key[idempotency_key] = ticket
        return Json(ticket, 201)

    @app.get("/tickets")
    async def find(key: str | None = None, authorization: Annotated[str, Header()] = "") -> Json:
        if denied := refused(authorization):
            return denied
        found = [ticket for ticket in tickets.values() if key is None or ticket["key"] == key]
        return Json({"tickets": found})

    @app.patch("/tickets/{number}")
    async def change(number: str, request: Request, authorization: Annotated[str, Header()] = "") -> Json:
        if denied := refused(authorization):
            return denied
        if number not in tickets:
            return Json({"error": f"no ticket {number}"}, 404)
        state = (await json_body(request) or {}).get("state")
        if state not in STATES:
            return Json({"error": f"state must be one of {', '.join(STATES)}"}, 422)
        tickets[number] |= {"state": state, "updated_at": local_iso(clock.now())}
        return Json(tickets[number])

    @app.get("/_received")
    async def received() -> Json:
        return Json(list(tickets.values()))

    return app
