"""The ERP: orders by bearer token, paged by (modified, order_no)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import FastAPI, Form, Header, HTTPException, Query

from demo.book import CANCELLED, ERP_EVENTS, Ints
from demo.clock import Clock
from demo.company import Company
from demo.feed import Feed, Mask, Row
from demo.instants import ERP_FORMAT, ZONE
from demo.rows_erp import order_row
from demo.web import Json

TOKEN_LIFE_S = 7200


@dataclass(slots=True)
class Tokens:
    """Bearer tokens and when they expire (the company's time)."""

    clock: Clock
    expires: dict[str, float] = field(default_factory=dict)

    def issue(self) -> str:
        token = secrets.token_urlsafe(24)
        self.expires[token] = self.clock.now() + TOKEN_LIFE_S
        return token

    def valid(self, authorization: str) -> bool:
        return self.expires.get(authorization.removeprefix("Bearer "), 0) > self.clock.now()


class Orders:
    """The ERP's view of the order book."""

    def __init__(self, company: Company) -> None:
        self._book = company.book
        self._feed = Feed(company.book.order_no.tolist(), company.dirt.orders)
        self._loose_open = [
            one.render(company.start)["state"] not in {"FINISHED", "CANCELLED"} for one in company.dirt.orders
        ]

    def page(
        self, now: int, begin: int, end: int | None, after: str | None, state: str | None, limit: int
    ) -> dict[str, Any]:
        def keep() -> Mask:
            is_open = self._book.is_open(now)
            if state == "open":
                return np.concatenate([is_open, np.array(self._loose_open, dtype=np.bool_)])
            finished = ~is_open & (self._book.times[:, CANCELLED] > now)
            return np.concatenate([finished, ~np.array(self._loose_open, dtype=np.bool_)])

        rows, more = self._feed.page(
            now,
            lambda: self._modified(now),
            begin=begin,
            end=end,
            after=after,
            limit=limit,
            keep=keep if state else None,
        )
        return {"orders": self._render(rows, now), "has_more": more}

    def one(self, now: int, order_no: str) -> dict[str, Any]:
        """The order with this number, if there is one."""
        rows = self._feed.find(now, lambda: self._modified(now), order_no)
        return {"orders": self._render(rows, now), "has_more": False}

    def _render(self, rows: list[int], now: int) -> list[Row]:
        changed = self._modified(now)

        def render(row: int) -> Row:
            return order_row(self._book, row, int(changed[row]), now)

        return [self._feed.render(row, now, render) for row in rows]

    def _modified(self, now: int) -> Ints:
        return self._book.latest(ERP_EVENTS, now)


def local_epoch(text: str) -> int:
    """``YYYY-MM-DD HH:MM:SS`` in company time; anything else is the client's mistake."""
    try:
        return int(datetime.strptime(text, ERP_FORMAT).replace(tzinfo=ZONE).timestamp())
    except ValueError:
        raise HTTPException(422, f"expected YYYY-MM-DD HH:MM:SS, not {text!r}") from None


def make_app(company: Company, clock: Clock, client_id: str, client_secret: str) -> FastAPI:
    app = FastAPI(title="ERP", docs_url=None, redoc_url=None)
    tokens = Tokens(clock)
    orders = Orders(company)

    @app.post("/oauth/token")
    async def token(
        grant_type: Annotated[str, Form()] = "",
        client: Annotated[str, Form(alias="client_id")] = "",
        secret: Annotated[str, Form(alias="client_secret")] = "",
    ) -> Json:
        if grant_type != "client_credentials":
            return Json({"error": "unsupported_grant_type"}, 400)
        if (client, secret) != (client_id, client_secret):
            return Json({"error": "invalid_client"}, 401)
        return Json({"access_token": tokens.issue(), "token_type": "bearer", "expires_in": TOKEN_LIFE_S})

    @app.get("/api/v1/orders")
    async def list_orders(
        modified_from: str | None = None,
        modified_to: str | None = None,
        after_no: str | None = None,
        state: Literal["open", "finished"] | None = None,
        order_no: str | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        authorization: Annotated[str, Header()] = "",
    ) -> Json:
        if not tokens.valid(authorization):
            return Json({"error": "invalid_token"}, 401)
        if order_no is not None:
            return Json(orders.one(int(clock.now()), order_no))
        if modified_from is None:
            raise HTTPException(422, "expected modified_from or order_no")
        begin = local_epoch(modified_from)
        end = None if modified_to is None else local_epoch(modified_to)
        return Json(orders.page(int(clock.now()), begin, end, after_no, state, limit))

    return app
