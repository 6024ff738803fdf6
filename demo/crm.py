"""The CRM: customers, their wishes, complaints and notes; HTTP Basic, ``Link`` headers with an opaque cursor."""

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
from demo.people import customer_no, language, mail_address, person_name
from demo.web import Json, json_body

_basic = HTTPBasic(realm="CRM")
Login = Annotated[HTTPBasicCredentials, Depends(_basic)]
PageSize = Annotated[int, Query(ge=1, le=200)]
NOTE_CHARACTERS = 4000
NO_NOTE = {"text": "", "order_no": None, "reference": None}  # the reference is the caller's own number


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
            "opt_out": bool(people.opt_out[index]),
        })

    @app.post("/customers/{number}/notes")
    async def write_note(number: str, request: Request, login: Login) -> Json:
        """Every call writes a note: nothing is recognised as a repetition."""
        known(number, login)
        body = await json_body(request) or {}
        if mistake := _mistake(body):
            raise HTTPException(422, mistake)
        note = {"id": f"N-{len(notes) + 1:05d}", "customer": number, **NO_NOTE, **body, **arrival(clock)}
        notes.append(note)
        return Json(note, 201)

    @app.get("/customers/{number}/notes")
    async def list_notes(number: str, login: Login, reference: str | None = None) -> Json:
        known(number, login)
        return Json([
            note
            for note in notes
            if note["customer"] == number and (reference is None or note["reference"] == reference)
        ])

    @app.get("/_received")
    async def received() -> Json:
        return Json(notes)

    return app


def _mistake(note: dict[str, Any]) -> str | None:
    """What is wrong with a note, ``None`` if nothing is."""
    if unknown := note.keys() - NO_NOTE.keys():
        return f"unknown: {', '.join(sorted(unknown))}"
    if not isinstance(note.get("text"), str) or not note["text"].strip():
        return "a note needs a text"
    if len(note["text"]) > NOTE_CHARACTERS:
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
