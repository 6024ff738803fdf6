"""The warehouse system: form posts with an MD5 signature, application errors inside HTTP 200."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from fastapi import FastAPI, Request

from demo.book import AUDITED, CANCELLED, SIGNED, WMS_EVENTS, Ints
from demo.clock import Clock
from demo.commands import CommandRefused, Commands
from demo.company import Company
from demo.feed import Feed, Mask, Row
from demo.rows_wms import outbound_no, shipment_row
from demo.web import Json

STALE_S = 600
MAX_PAGE = 200
INVALID_SIGN, STALE, BAD_BIZ, UNKNOWN_METHOD = 10, 11, 20, 21
LIST, COMMAND = "wms.outbound.list", "wms.outbound.command"


class BizError(ValueError):
    """The ``biz`` field does not say what the method needs."""


def signature(secret: str, fields: Mapping[str, str]) -> str:
    """Lower-case hex MD5 of the secret and all other fields, sorted."""
    text = secret + "".join(key + fields[key] for key in sorted(fields) if key != "sign")
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Shipments:
    """The warehouse's view of the order book: orders it has received from the ERP."""

    def __init__(self, company: Company) -> None:
        self._book = company.book
        self._feed = Feed([outbound_no(no) for no in company.book.order_no.tolist()], company.dirt.shipments)
        self._loose_states = [int(one.render(0)["state"]) for one in company.dirt.shipments]

    def page(self, now: int, biz: dict[str, Any]) -> dict[str, Any]:
        order_no = biz.get("order_no")
        if order_no is not None:
            return self._one(now, str(order_no))
        state = biz.get("state")
        if state not in {None, "open", "signed"}:
            raise BizError("state must be open or signed")
        after = biz.get("after")
        if not isinstance(after, (str, type(None))):
            raise BizError("after must be an outbound_no")
        rows, more = self._feed.page(
            now,
            lambda: self._modified(now),
            begin=-(-_whole(biz, "modified_begin") // 1000),
            end=None if biz.get("modified_end") is None else _whole(biz, "modified_end") // 1000,
            after=after,
            limit=_page_size(biz),
            keep=None if state is None else lambda: self._keep(now, state == "open"),
        )
        return {"rows": self._render(rows, now), "has_next": more}

    def _one(self, now: int, order_no: str) -> dict[str, Any]:
        """The shipment of this order, if the warehouse has one."""
        rows = self._feed.find(now, lambda: self._modified(now), outbound_no(order_no))
        return {"rows": self._render(rows, now), "has_next": False}

    def _render(self, rows: list[int], now: int) -> list[Row]:
        changed = self._modified(now)

        def render(row: int) -> Row:
            return shipment_row(self._book, row, int(changed[row]), now)

        return [self._feed.render(row, now, render) for row in rows]

    def _keep(self, now: int, is_open: bool) -> Mask:
        times = self._book.times
        signed = (times[:, SIGNED] <= now) & (times[:, CANCELLED] > now)
        waiting = self._book.is_open(now)
        loose = [(state < 50) if is_open else (state == 50) for state in self._loose_states]
        return np.concatenate([waiting if is_open else signed, np.array(loose, dtype=np.bool_)])

    def _modified(self, now: int) -> Ints:
        """0 for orders that the ERP has not audited yet."""
        latest = self._book.latest(WMS_EVENTS, now)
        return np.where(self._book.times[:, AUDITED] <= now, latest, 0)


def _whole(biz: dict[str, Any], key: str) -> int:
    value = biz.get(key)
    if type(value) is not int:
        raise BizError(f"{key} must be epoch milliseconds")
    return value


def _page_size(biz: dict[str, Any]) -> int:
    size = biz.get("page_size", MAX_PAGE)
    if type(size) is not int or not 1 <= size <= MAX_PAGE:
        raise BizError(f"page_size must be 1..{MAX_PAGE}")
    return size


def make_app(company: Company, clock: Clock, app_key: str, secret: str) -> FastAPI:
    app = FastAPI(title="WMS", docs_url=None, redoc_url=None)
    shipments = Shipments(company)
    commands = Commands(company, clock)

    @app.post("/router/rest")
    async def rest(request: Request) -> Json:
        fields = {key: str(value) for key, value in (await request.form()).items()}
        refusal = _refusal(fields, clock.now(), app_key, secret)
        if refusal is not None:
            return _failed(*refusal)
        try:
            biz = json.loads(fields.get("biz", ""))
            if not isinstance(biz, dict):
                raise BizError("biz must be a JSON object")
            listing = fields["method"] == LIST
            data = shipments.page(int(clock.now()), biz) if listing else commands.take(biz)
            return Json({"code": 0, "msg": "ok", "data": data})
        except CommandRefused as error:
            return _failed(error.code, str(error))
        except ValueError as error:
            return _failed(BAD_BIZ, str(error))

    @app.get("/_received")
    async def received() -> Json:
        return Json(commands.received)

    return app


def _failed(code: int, message: str) -> Json:
    return Json({"code": code, "msg": message})


def _refusal(fields: dict[str, str], now: float, app_key: str, secret: str) -> tuple[int, str] | None:
    """Why a request is not answered at all: (code, message)."""
    if fields.get("app_key") != app_key or fields.get("sign") != signature(secret, fields):
        return INVALID_SIGN, "invalid sign"
    stamp = fields.get("timestamp", "")
    if not stamp.isdecimal() or abs(int(stamp) - now) > STALE_S:
        return STALE, "stale timestamp"
    if fields.get("method") not in {LIST, COMMAND}:
        return UNKNOWN_METHOD, "unknown method"
    return None
