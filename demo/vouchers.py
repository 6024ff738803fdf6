"""The voucher service: money, so every request needs an ``Idempotency-Key``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Header, Request

from demo.arrival import arrival
from demo.clock import Clock
from demo.web import Json, json_body

FIELDS = ("order_no", "amount_minor", "currency", "reason")


def make_app(clock: Clock, token: str) -> FastAPI:
    app = FastAPI(title="Vouchers", docs_url=None, redoc_url=None)
    vouchers: dict[str, dict[str, Any]] = {}
    by_key: dict[str, dict[str, Any]] = {}

    def refused(authorization: str) -> Json | None:
        return None if authorization == f"Bearer {token}" else Json({"error": "invalid token"}, 401)

    @app.post("/vouchers")
    async def issue(
        request: Request,
        authorization: Annotated[str, Header()] = "",
        idempotency_key: Annotated[str, Header()] = "",
    ) -> Json:
        if denied := refused(authorization):
            return denied
        if not idempotency_key:
            return Json({"error": "Idempotency-Key is mandatory"}, 400)
        body = await json_body(request) or {}
        if mistake := _mistake(body):
            return Json({"error": mistake}, 422)
        wanted = {name: body[name] for name in FIELDS}
        known = by_key.get(idempotency_key)
        if known is not None:
            same = all(known[name] == wanted[name] for name in FIELDS)
            return Json(known) if same else Json({"error": "the key was used for another voucher"}, 409)
        came = arrival(clock)
        voucher = wanted | {
            "id": f"V-{len(vouchers) + 1:05d}",
            "key": idempotency_key,
            "state": "issued",
            "issued_at": came["at"],
            "voided_at": None,
            "voided": None,
            **came,
        }
        vouchers[voucher["id"]] = by_key[idempotency_key] = voucher
        return Json(voucher, 201)

    @app.post("/vouchers/{number}/void")
    async def void(
        number: str,
        authorization: Annotated[str, Header()] = "",
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> Json:
        """Void it; one that is void already stays so, whoever asks and under which key."""
        if denied := refused(authorization):
            return denied
        if number not in vouchers:
            return Json({"error": f"no voucher {number}"}, 404)
        voucher = vouchers[number]
        if voucher["state"] != "void":
            came = arrival(clock)
            voucher |= {"state": "void", "voided_at": came["at"], "voided": {"key": idempotency_key, **came}}
        return Json(voucher)

    @app.get("/_received")
    async def received() -> Json:
        return Json(list(vouchers.values()))

    return app


def _mistake(body: dict[str, Any]) -> str | None:
    """What is wrong with a request, ``None`` if nothing is."""
    missing = [name for name in FIELDS if name not in body]
    if missing:
        return f"missing: {', '.join(missing)}"
    if type(body["amount_minor"]) is not int or body["amount_minor"] <= 0:
        return "amount_minor must be a positive whole number of minor units"
    if not (isinstance(body["currency"], str) and len(body["currency"]) == 3):
        return "currency must be an ISO 4217 code"
    return None
