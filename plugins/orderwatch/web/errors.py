"""Every refusal: of the API in one shape in both languages, of a page in words."""

from __future__ import annotations

import logging
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.exceptions import HTTPException

from orderwatch.core.refusals import Kind, Refusal
from orderwatch.web.desk import refusal_of

log = logging.getLogger(__name__)
API: Final = "/api/v1"
BY_LINK: Final = ("/rating/", "/survey/")
STATUS: Final[dict[Kind, int]] = {
    "bad_input": 422,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "impossible": 409,
    "busy": 503,
}
_OF_STATUS: Final = {401: "not_logged_in", 403: "not_allowed", 404: "not_found", 405: "wrong_method"}


def shape(refusal: Refusal, status: int | None = None, fields: list[dict[str, Any]] | None = None) -> JSONResponse:
    """``{"error": {code, kind, message: {zh-CN, en}, changes, fields}}``; ``changes``: what others have done."""
    error = {
        "code": refusal.code,
        "kind": refusal.kind,
        "message": {"zh-CN": refusal.say("zh-CN"), "en": refusal.say("en")},
        "changes": refusal.changes,
        "fields": fields or [],
    }
    return JSONResponse(jsonable_encoder({"error": error}), status or STATUS[refusal.kind])


def answer(
    request: Request, refusal: Refusal, status: int | None = None, fields: list[dict[str, Any]] | None = None
) -> Response:
    """In words for people: to a dialog that asks with htmx, and to a browser as a page; else in our shape."""
    from orderwatch.web.health.refusals import as_page, in_words

    known = status or STATUS[refusal.kind]
    if not _is_api(request) and request.headers.get("hx-request"):
        return in_words(request, refusal, known)
    if _is_page(request):
        return as_page(request, refusal, known)
    return shape(refusal, status, fields)


def install(app: FastAPI) -> None:
    """Our shape for the API, words for people on the pages; programs that ask for no page keep the framework's own."""

    @app.exception_handler(Refusal)
    def refused(request: Request, error: Refusal) -> Response:
        return answer(request, error)

    @app.exception_handler(HTTPException)
    def by_airflow(request: Request, error: HTTPException) -> Response:
        if error.status_code == 401 and _is_page(request):
            from orderwatch.web.health.refusals import log_in

            return log_in(request)
        if not (_is_api(request) or _is_page(request) or request.headers.get("hx-request")):
            return JSONResponse({"detail": error.detail}, error.status_code, headers=error.headers)
        return answer(request, Refusal(_OF_STATUS.get(error.status_code, "broken")), error.status_code)

    @app.exception_handler(RequestValidationError)
    def bad_input(request: Request, error: RequestValidationError) -> Response:
        # what was wrong with it, and never the value itself: it may be anything, of any size
        fields = [{"field": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()[:20]]
        if _is_page(request) and request.method == "GET":  # an address that was typed or followed: no form shows fields
            names = ", ".join(one["field"].rpartition(".")[2] for one in fields)
            return answer(request, Refusal("bad_address", fields=names), 422)
        return answer(request, Refusal("bad_input"), 422, fields)

    @app.exception_handler(OperationalError)
    def busy(request: Request, error: OperationalError) -> Response:
        refused = refusal_of(error)
        if refused.code == "broken":
            log.exception("the database cannot be used")
        return answer(request, refused)

    @app.exception_handler(DBAPIError)
    def broken(request: Request, error: DBAPIError) -> Response:
        log.exception("the database refuses what should have been refused before")
        return answer(request, Refusal("broken"), 500)


def _is_page(request: Request) -> bool:
    return not _is_api(request) and "text/html" in request.headers.get("accept", "")


def _is_api(request: Request) -> bool:
    return any(part in request.url.path for part in (API, *BY_LINK))
