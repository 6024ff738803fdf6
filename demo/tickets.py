"""The work order system: creating twice makes two, unless the caller sends an ``Idempotency-Key``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request

from demo.arrival import arrival
from demo.clock import Clock
from demo.instants import local_iso
from demo.web import Json, json_body

STATES = ("open", "in_progress", "resolved", "closed", "cancelled")
ENDED = ("closed", "cancelled")
KINDS = ("call", "task", "meeting")
PRIORITIES = ("low", "normal", "high", "urgent")
CHOICES = {"kind": KINDS, "priority": PRIORITIES, "state": STATES}
LENGTHS = {"title": 200, "text": 10_000, "assignee": 100, "note": 10_000}  # characters
CREATE = ("title", "text", "kind", "priority", "order_nos", "due", "assignee")
CHANGE = (*CREATE, "state", "note")
EMPTY: dict[str, Any] = {
    "text": "", "kind": "task", "priority": "normal", "order_nos": [], "due": None, "assignee": None
}  # fmt: skip
Body = dict[str, Any]
Answer = tuple[int, Body]


@dataclass(slots=True)
class Tickets:
    """All work orders by number. A key that was used for the same request before gets the same ticket again."""

    clock: Clock
    by_number: dict[str, Body] = field(default_factory=dict)
    _used: dict[str, tuple[Body, str]] = field(default_factory=dict)  # key to its request and ticket

    def create(self, body: Body, key: str | None) -> Answer:
        if mistake := _mistake(body, CREATE) or ("" if body.get("title") else "a ticket needs a title"):
            return 422, {"error": mistake}
        if known := self._known(key, body):
            return known
        number = f"T-{len(self.by_number) + 1:05d}"
        came = arrival(self.clock)
        self.by_number[number] = {
            "id": number, "key": key, **EMPTY, **body, "state": "open",
            "created_at": came["at"], "updated_at": came["at"], **came, "changes": [],
        }  # fmt: skip
        self._keep(key, body, number)
        return 201, self.by_number[number]

    def change(self, number: str, body: Body, key: str | None) -> Answer:
        """Change some fields; a ``note`` is added to the ticket's history. An ended ticket stays as it is."""
        if number not in self.by_number:
            return 404, {"error": f"no ticket {number}"}
        if mistake := _mistake(body, CHANGE) or ("" if body else "nothing to change"):
            return 422, {"error": mistake}
        wanted = body | {"number": number}
        if known := self._known(key, wanted):
            return known
        ticket = self.by_number[number]
        if ticket["state"] in ENDED and body.get("state") != ticket["state"]:
            return 409, {"error": f"ticket {number} is {ticket['state']}"}
        came = arrival(self.clock)
        ticket |= {name: value for name, value in body.items() if name != "note"}
        ticket["updated_at"] = local_iso(self.clock.now())
        ticket["changes"].append({"key": key, **body, **came})
        self._keep(key, wanted, number)
        return 200, ticket

    def find(self, key: str | None, order_no: str | None) -> list[Body]:
        return [
            ticket
            for ticket in self.by_number.values()
            if (key is None or ticket["key"] == key) and (order_no is None or order_no in ticket["order_nos"])
        ]

    def _known(self, key: str | None, wanted: Body) -> Answer | None:
        if key is None or key not in self._used:
            return None
        before, number = self._used[key]
        if before != wanted:
            return 409, {"error": "the key was used for another request"}
        return 200, self.by_number[number]

    def _keep(self, key: str | None, wanted: Body, number: str) -> None:
        if key is not None:
            self._used[key] = (dict(wanted), number)


def _mistake(body: Body, allowed: tuple[str, ...]) -> str | None:
    """What is wrong with a request, ``None`` if nothing is."""
    if unknown := [name for name in body if name not in allowed]:
        return f"unknown: {', '.join(unknown)}"
    for name, choices in CHOICES.items():
        if name in body and body[name] not in choices:
            return f"{name} must be one of {', '.join(choices)}"
    for name, limit in LENGTHS.items():
        value = body.get(name, "")
        if not isinstance(value, str) and not (name == "assignee" and value is None):
            return f"{name} must be text"
        if value and len(value) > limit:
            return f"{name} has more than {limit} characters"
    numbers = body.get("order_nos", [])
    if not (isinstance(numbers, list) and all(isinstance(one, str) for one in numbers)):
        return "order_nos must be a list of order numbers"
    return None if _is_instant(body.get("due")) else "due must be an ISO time with an offset"


def _is_instant(value: object) -> bool:
    if value is None:
        return True
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def make_app(clock: Clock, token: str) -> FastAPI:
    app = FastAPI(title="Work orders", docs_url=None, redoc_url=None)
    tickets = Tickets(clock)

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
        status, answer = tickets.create(await json_body(request) or {}, idempotency_key)
        return Json(answer, status)

    @app.get("/tickets")
    async def find(
        key: str | None = None, order_no: str | None = None, authorization: Annotated[str, Header()] = ""
    ) -> Json:
        return refused(authorization) or Json({"tickets": tickets.find(key, order_no)})

    @app.patch("/tickets/{number}")
    async def change(
        number: str,
        request: Request,
        authorization: Annotated[str, Header()] = "",
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> Json:
        if denied := refused(authorization):
            return denied
        status, answer = tickets.change(number, await json_body(request) or {}, idempotency_key)
        return Json(answer, status)

    @app.get("/_received")
    async def received() -> Json:
        return Json(list(tickets.by_number.values()))

    return app
