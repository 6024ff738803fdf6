"""Pages for people without a login: a signed, single-use token is what lets them in, and nothing else."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import Response

from orderwatch.core.refusals import Refusal
from orderwatch.web import errors
from orderwatch.web.health.refusals import in_words
from orderwatch.web.pages import answer, asked_for
from orderwatch.web.statics import static_file

NO_ENTRY: Final = {"bad_link", "expired_link"}


def app_by_link(title: str, template: str) -> FastAPI:
    """An application of its own; ``template`` also says, with ``link`` none, why somebody is not let in."""
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)
    errors.install(app)

    @app.exception_handler(Refusal)
    def refused(request: Request, error: Refusal) -> Response:
        """A link that does not let in is a login that fails."""
        status = 401 if error.code in NO_ENTRY else errors.STATUS[error.kind]
        if request.headers.get("hx-request"):
            return in_words(request, error, status)
        if wants_page(request):
            return answer(template, request, asked_for(request), status=status, link=None, refusal=error)
        return errors.shape(error, status)

    @app.get("/static/{name}")
    def static(name: str) -> Response:
        """The same files as on the pages behind the login: none of them tells anything."""
        return static_file(name)

    return app


def wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
