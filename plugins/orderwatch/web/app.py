"""The pages inside the Airflow UI, all of them behind Airflow's login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from orderwatch.core.refusals import Refusal
from orderwatch.web import errors, guard
from orderwatch.web.api import document
from orderwatch.web.health import (
    acting,
    approving,
    bulking,
    deciding,
    improving,
    limits,
    refusing,
    reporting,
    reviewing,
    routes,
    stopping,
    surveying,
)
from orderwatch.web.pages import answer, preferred
from orderwatch.web.rating import rating_app
from orderwatch.web.security import HEADERS, hosts, logged_in
from orderwatch.web.statics import static_file
from orderwatch.web.survey import survey_app

if TYPE_CHECKING:
    from sqlalchemy import Connection

Language = Literal["zh-CN", "en"]
Name = Annotated[str, Query(max_length=250, pattern=r"^[^\x00]*$")]  # PostgreSQL has no NUL in text
Number = Annotated[int, Query(ge=1, lt=2**31)]  # PostgreSQL's integer

app = FastAPI(title="Orderwatch", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[logged_in])
errors.install(app)
for one in document.ROUTERS:
    app.include_router(one, prefix=errors.API)
app.include_router(routes.router)
app.include_router(acting.router)
app.include_router(approving.router)
app.include_router(bulking.router)
app.include_router(stopping.router)
app.include_router(refusing.router)
app.include_router(limits.router)
app.include_router(deciding.router)
app.include_router(improving.router)
app.include_router(reviewing.router)
app.include_router(reporting.router)
app.include_router(surveying.router)
app.mount("/rating", rating_app)  # without a login: its own token lets in
app.mount("/survey", survey_app)  # likewise


@app.middleware("http")
async def with_headers(request: Request, call_next: Any) -> Response:
    """No page is cached, framed by strangers, or able to run script that is not ours; no other site acts through us."""
    refused = guard.refuses(request.method, request.headers, hosts(request))
    if refused:
        response: Response = errors.shape(Refusal(refused[1]), refused[0])
    else:
        response = await call_next(request)
    response.headers.update(HEADERS)
    return response


@app.get("/static/{name}")
def static(name: str) -> Response:
    """Our stylesheets and our few lines of script."""
    return static_file(name)


ELSEWHERE: Final = {"incident_postmortem": "reviews"}
"""Runs that are told of on a page of their own."""


@app.get("/run")
def run_page(
    request: Request, dag_id: Name, run_id: Name, task_id: Name = "", lang: Language | None = None
) -> Response:
    """What one run did: of a playbook the incident that it answers, the task's step shown first; of a scan all of it,
    the task's part opened; of a retraining the version it has learned, and on the tasks that bring in its history, that
    history."""
    from orderwatch.core.playbook.schema import DAG_PREFIX
    from orderwatch.core.titles import say_code
    from orderwatch.hooks.database import DatabaseHook
    from orderwatch.store.responses import incident_of_run
    from orderwatch.web.scan_page import brings_in, read_scan_page
    from orderwatch.web.version_page import version_of_run

    language = lang or preferred(request)
    if dag_id in ELSEWHERE:
        place = f"{ELSEWHERE[dag_id]}?{urlencode({'run': run_id, 'lang': language})}"
        return RedirectResponse(f"{request.scope['root_path']}/{place}", 303)
    with DatabaseHook().engine().connect() as conn:
        if dag_id.startswith(DAG_PREFIX) and (incident := incident_of_run(conn, run_id)):
            return RedirectResponse(f"{request.scope['root_path']}/{_place(incident, task_id, lang)}", 303)
        version = version_of_run(conn, dag_id, run_id)
        if version is not None and not brings_in(task_id):
            return _version_page(conn, request, version, language, urlencode({"dag_id": dag_id, "run_id": run_id}))
        scan = read_scan_page(conn, dag_id, run_id, language)
    return answer(
        "scan.html",
        request,
        language,
        scan=scan,
        version=version,
        playbook=dag_id.startswith(DAG_PREFIX),
        task=task_id,
        words=lambda code: say_code(code, language),
    )


def _place(incident: int, step: str, language: Language | None) -> str:
    query = f"?lang={language}" if language else ""
    return f"incident/{incident}{query}#step-{quote(step)}" if step else f"incident/{incident}{query}"


@app.get("/version")
def version_page(request: Request, version: Number, lang: Language | None = None) -> HTMLResponse:
    """What a threshold version says, what it was chosen from, and what it would have done."""
    from orderwatch.hooks.database import DatabaseHook

    with DatabaseHook().engine().connect() as conn:
        return _version_page(conn, request, version, lang or preferred(request))


def _version_page(conn: Connection, request: Request, version: int, language: Language, data: str = "") -> HTMLResponse:
    """``data`` is the query of the page with the history that it was learned from."""
    from orderwatch.web.pictures.words import SIGNS, clock, kind_of, percent
    from orderwatch.web.version_page import read_version_page
    from orderwatch.web.version_pictures import draw_pictures

    page = read_version_page(conn, version, language)
    about: dict[str, Any] = {"page": page, "asked": version, "data": data}
    if page is None:
        return answer("version.html", request, language, **about, status=404)
    return answer(
        "version.html",
        request,
        language,
        **about,
        drawn=draw_pictures(page, language),
        percent=percent,
        sign=lambda model: SIGNS.get(kind_of(model), "●"),
        clock=lambda row: clock(row["model"], row["window"], language),
    )
