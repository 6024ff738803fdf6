"""The CRM: customers and their wishes, HTTP Basic, pages behind ``Link`` headers with an opaque cursor."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import numpy as np
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from demo.book import Ints
from demo.clock import Clock
from demo.company import Company, customer_row
from demo.feed import Feed, Loose, Row
from demo.instants import epoch
from demo.people import customer_no
from demo.web import Json

_basic = HTTPBasic(realm="CRM")
Login = Annotated[HTTPBasicCredentials, Depends(_basic)]
PageSize = Annotated[int, Query(ge=1, le=200)]


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

    def answer(request: Request, login: HTTPBasicCredentials, records: Records, since: str | None, size: int) -> Json:
        right = secrets.compare_digest(f"{login.username}:{login.password}".encode(), f"{user}:{password}".encode())
        if not right:
            raise HTTPException(401, "wrong user or password", {"WWW-Authenticate": "Basic"})
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

    return app


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
