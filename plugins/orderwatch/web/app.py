"""The pages inside the Airflow UI, all of them behind Airflow's login."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orderwatch.core.refusals import Refusal
from orderwatch.web import errors, guard
from orderwatch.web.api import document
from orderwatch.web.security import HEADERS, hosts, logged_in

HERE = Path(__file__).parent
STATIC = {"orderwatch.css": "text/css", "theme.js": "text/javascript"}
Language = Literal["zh-CN", "en"]
Name = Annotated[str, Query(max_length=250, pattern=r"^[^\x00]*$")]  # PostgreSQL has no NUL in text

app = FastAPI(title="Orderwatch", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[logged_in])
errors.install(app)
for one in document.ROUTERS:
    app.include_router(one, prefix=errors.API)
pages = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


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
    """Our stylesheet and our few lines of script."""
    if name not in STATIC:
        return Response(status_code=404)
    return FileResponse(HERE / "static" / name, media_type=STATIC[name])


@app.get("/run")
def run_page(
    request: Request, dag_id: Name, run_id: Name, task_id: Name = "", lang: Language | None = None
) -> HTMLResponse:
    """What one run of a scan did; on a task, the part that this task did is opened."""
    from orderwatch.core.playbook.schema import DAG_PREFIX
    from orderwatch.core.titles import say_code
    from orderwatch.hooks.database import DatabaseHook
    from orderwatch.web.scan_page import read_scan_page

    language = lang or _preferred(request)
    with DatabaseHook().engine().connect() as conn:
        scan = read_scan_page(conn, dag_id, run_id, language)
    page = pages.get_template("scan.html").render(
        scan=scan,
        playbook=dag_id.startswith(DAG_PREFIX),
        task=task_id,
        lang=language,
        words=lambda code: say_code(code, language),
        other=_other(request, language),
        root=request.scope["root_path"],
    )
    return HTMLResponse(page)


def _preferred(request: Request) -> Language:
    """Chinese unless the browser asks for English first."""
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh-CN"


def _other(request: Request, language: Language) -> str:
    other = "en" if language == "zh-CN" else "zh-CN"
    return "?" + request.url.include_query_params(lang=other).query
