"""The CRM: customers, their wishes, complaints, notes and the call centre's tasks; HTTP Basic, ``Link`` headers with an
opaque cursor."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import numpy as np
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from demo.arrival import arrival
from demo.book import Ints
from demo.clock import Clock
from demo.company import Company, customer_row
from demo.feed import Feed, Loose, Row
from demo.instants import epoch
from demo.people import customer_no, language, mail_address, person_name, prefers_phone
from demo.web import Json, json_body

_basic = HTTPBasic(realm="CRM")
Login = Annotated[HTTPBasicCredentials, Depends(_basic)]
PageSize = Annotated[int, Query(ge=1, le=200)]
NOTE_CHARACTERS = 4000
NO_NOTE = {"text": "", "order_no": None, "reference": None}  # the reference is the caller's own number
NO_TASK = {"title": "", **NO_NOTE, "due": None}


class Records:
    """One list of the CRM, sorted by (updated_at, id)."""

    def __init__(self, ids: list[str], updated: Ints, row: Callable[[int], Row], loose: tuple[Loose, ...]) -> None:
        self._feed = Feed(ids, loose)
        self._updated = updated
        self._row = row

    def page(self, now: int, since: int, after: str | None, size: int) -> tuple[list[Row], str | None]:
        """The rows, and the cursor of the next page."""
        places, more = self._feed.page(now, lambda: self._updated, begin=since, end=None, after=after, limit=size)
        rows = [self._feed.render(place, now, self._row) for place in places]
        return rows, _cursor(rows[-1]) if more else None


def make_app(company: Company, clock: Clock, user: str, password: str) -> FastAPI:
    app = FastAPI(title="CRM", docs_url=None, redoc_url=None)
    people = company.customers
    customers = Records(
        [customer_no(index) for index in range(len(people))],
        people.updated,
        lambda index: customer_row(people, index),
        company.dirt.customers,
    )
    wishes = company.requests
    requests = Records(
        [str(wish["id"]) for wish in wishes],
        np.array([epoch(wish["updated_at"]) for wish in wishes], dtype=np.int64),
        lambda index: wishes[index],
        company.dirt.delay_requests,
    )
    said = company.complaints
    complaints = Records(
        [str(one["id"]) for one in said],
        np.array([epoch(one["updated_at"]) for one in said], dtype=np.int64),
        lambda index: said[index],
        (),
    )

    index_of = {customer_no(index): index for index in range(len(people))}
    notes: list[dict[str, Any]] = []
    tasks: list[dict[str, Any]] = []

    async def write(
        records: list[dict[str, Any]], kind: str, number: str, request: Request, empty: dict[str, Any]
    ) -> dict[str, Any]:
        body = await json_body(request) or {}
        if mistake := _mistake(body, empty):
            raise HTTPException(422, mistake)
        records.append({
            "id": f"{kind}-{len(records) + 1:05d}", "customer": number, **empty, **body, **arrival(clock)
        })  # fmt: skip
        return records[-1]

    def admit(login: HTTPBasicCredentials) -> None:
        right = secrets.compare_digest(f"{login.username}:{login.password}".encode(), f"{user}:{password}".encode())
        if not right:
            raise HTTPException(401, "wrong user or password", {"WWW-Authenticate": "Basic"})

    def known(number: str, login: HTTPBasicCredentials) -> int:
        admit(login)
        if number not in index_of:
            raise HTTPException(404, f"no customer {number}")
        return index_of[number]

    def answer(request: Request, login: HTTPBasicCredentials, records: Records, since: str | None, size: int) -> Json:
        admit(login)
        cursor = request.query_params.get("cursor")
        begin, after = (_since(since), None) if cursor is None else _position(cursor)
        rows, following = records.page(int(clock.now()), begin, after, size)
        headers = {}
        if following is not None:
            headers["Link"] = f'<{request.url.include_query_params(cursor=following)}>; rel="next"'
        return Json(rows, headers=headers)

    @app.get("/customers")
    async def list_customers(
        request: Request, login: Login, updated_since: str | None = None, page_size: PageSize = 100
    ) -> Json:
        return answer(request, login, customers, updated_since, page_size)

    @app.get("/delay-requests")
    async def list_requests(
        request: Request, login: Login, updated_since: str | None = None, page_size: PageSize = 100
    ) -> Json:
        return answer(request, login, requests, updated_since, page_size)

    @app.get("/complaints")
    async def list_complaints(
        request: Request, login: Login, updated_since: str | None = None, page_size: PageSize = 100
    ) -> Json:
        return answer(request, login, complaints, updated_since, page_size)

    @app.get("/customers/{number}/contact")
    async def contact(number: str, login: Login) -> Json:
        index = known(number, login)
        return Json({
            "customer": number,
            "name": person_name(index),
            "email": mail_address(number),
            "language": language(index),
            "phone": f"199-****-**{index % 100:02d}",
            "prefers": "phone" if prefers_phone(index) else "mail",
            "opt_out": bool(people.opt_out[index]),
        })

    @app.post("/customers/{number}/notes")
    async def write_note(number: str, request: Request, login: Login) -> Json:
        """Every call writes a note: nothing is recognised as a repetition."""
        known(number, login)
        return Json(await write(notes, "N", number, request, NO_NOTE), 201)

    @app.get("/customers/{number}/notes")
    async def list_notes(number: str, login: Login, reference: str | None = None) -> Json:
        known(number, login)
        return Json(of_customer(notes, number, reference))

    @app.post("/customers/{number}/tasks")
    async def write_task(number: str, request: Request, login: Login) -> Json:
        """Work of the call centre: every call makes another task."""
        known(number, login)
        return Json(await write(tasks, "K", number, request, NO_TASK), 201)

    @app.get("/customers/{number}/tasks")
    async def list_tasks(number: str, login: Login, reference: str | None = None) -> Json:
        known(number, login)
        return Json(of_customer(tasks, number, reference))

    @app.get("/_tasks")
    async def all_tasks() -> Json:
        return Json(tasks)

    @app.get("/_received")
    async def received() -> Json:
        return Json(notes)

    return app


def of_customer(records: list[dict[str, Any]], number: str, reference: str | None) -> list[dict[str, Any]]:
    return [
        one for one in records if one["customer"] == number and (reference is None or one["reference"] == reference)
    ]


def _mistake(body: dict[str, Any], empty: dict[str, Any]) -> str | None:
    """What is wrong with a note or a task, ``None`` if nothing is."""
    if unknown := body.keys() - empty.keys():
        return f"unknown: {', '.join(sorted(unknown))}"
    if not isinstance(body.get("text"), str) or not body["text"].strip():
        return "a note needs a text"
    if len(body["text"]) > NOTE_CHARACTERS:
        return f"a note has at most {NOTE_CHARACTERS} characters"
    return None


def _since(text: str | None) -> int:
    """Rows from this instant on, whole seconds rounded up; no instant is the beginning."""
    if text is None:
        return 1
    try:
        instant = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that nobody encoded
    except ValueError:
        raise HTTPException(422, f"updated_since is not an ISO time: {text!r}") from None
    if instant.tzinfo is None:
        raise HTTPException(422, "updated_since needs an offset or Z")
    return int(-(-instant.timestamp() // 1))


def _cursor(row: Row) -> str:
    return base64.urlsafe_b64encode(json.dumps([row["updated_at"], row["id"]]).encode()).decode()


def _position(cursor: str) -> tuple[int, str]:
    try:
        updated_at, number = json.loads(base64.urlsafe_b64decode(cursor))
        return epoch(updated_at), str(number)
    except (ValueError, TypeError, binascii.Error):
        raise HTTPException(400, "unknown cursor") from None
