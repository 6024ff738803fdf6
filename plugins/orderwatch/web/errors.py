"""Every refusal of the API in one shape, in both languages."""

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

log = logging.getLogger(__name__)
API: Final = "/api/v1"
RATING: Final = "/rating/"
STATUS: Final[dict[Kind, int]] = {
    "bad_input": 422,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "impossible": 409,
    "busy": 503,
}
_OF_STATUS: Final = {401: "not_logged_in", 403: "not_allowed", 404: "not_found", 405: "wrong_method"}
LOCK_NOT_AVAILABLE: Final = "55P03"


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


def install(app: FastAPI) -> None:
    """Our shape for the API; pages keep the framework's own."""

    @app.exception_handler(Refusal)
    def refused(request: Request, error: Refusal) -> Response:
        return shape(error)

    @app.exception_handler(HTTPException)
    def by_airflow(request: Request, error: HTTPException) -> Response:
        if not _is_api(request):
            return JSONResponse({"detail": error.detail}, error.status_code, headers=error.headers)
        return shape(Refusal(_OF_STATUS.get(error.status_code, "broken")), error.status_code)

    @app.exception_handler(RequestValidationError)
    def bad_input(request: Request, error: RequestValidationError) -> Response:
        # what was wrong with it, and never the value itself: it may be anything, of any size
        fields = [{"field": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()[:20]]
        return shape(Refusal("bad_input"), 422, fields)

    @app.exception_handler(OperationalError)
    def busy(request: Request, error: OperationalError) -> Response:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            return shape(Refusal("scanning"))
        log.exception("the database cannot be used")
        return shape(Refusal("broken"))

    @app.exception_handler(DBAPIError)
    def broken(request: Request, error: DBAPIError) -> Response:
        log.exception("the database refuses what should have been refused before")
        return shape(Refusal("broken"), 500)


def _is_api(request: Request) -> bool:
    return any(part in request.url.path for part in (API, RATING))
