"""The pages of threshold versions: all of them, two compared, and one put in force."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from orderwatch.core.durations import Language
from orderwatch.core.words import Node
from orderwatch.store.versions import Change
from orderwatch.web.api import bodies, upkeep
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.acting import zone_now
from orderwatch.web.health.forms import Sent, read
from orderwatch.web.health.routes import Step
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.health.tabs import read_tabs
from orderwatch.web.health.versions import Asked, Became, read_comparison, read_versions
from orderwatch.web.pages import answer, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
Number = Annotated[int, Query(ge=1, lt=2**31)]  # PostgreSQL's integer
InPath = Annotated[int, Path(ge=1, lt=2**31)]
Page = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/thresholds")
def thresholds_page(
    request: Request, login: Login, became: Became = "all", lang: Language | None = None
) -> HTMLResponse:
    """The latest two hundred versions and what became of each."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        page = read_versions(conn, policy, login, became, language)
        tabs = read_tabs(conn, policy, login)
    return answer("thresholds.html", request, language, page=page, tabs=tabs)


@router.get("/thresholds.csv")
def thresholds_file(request: Request, login: Login, became: Became = "all", lang: Language | None = None) -> Response:
    language = lang or preferred(request)
    with reading() as conn:
        page = read_versions(conn, policy_now(), login, became, language)
    titles = say(
        language, "版本,时钟,模式,学习于,数据自至,停留数,状态,谁,原因,时间",
        "version,clock,mode,learned,from window,passages,state,by,why,at",
    )  # fmt: skip
    rows = (
        (v.number, v.clock, v.mode, v.learned, v.window, v.passages, v.state_said, v.who, v.why, v.at)
        for v in page.versions
    )
    return file("thresholds", titles.split(","), rows)


@router.get("/thresholds/compare")
def comparison_page(
    request: Request,
    login: Login,
    old: Number,
    new: Number,
    change: Change | None = None,
    node: Step | None = None,
    page: Page = 1,
    lang: Language | None = None,
) -> HTMLResponse:
    """What the change from one to the other does; ``change``: list the open orders that get less or more time."""
    language, policy = lang or preferred(request), policy_now()
    asked = Asked(login, old, new, change, Node[node.upper()] if node else None, page)
    with reading() as conn:
        shown = read_comparison(conn, policy, asked, language)
        tabs = read_tabs(conn, policy, login)
    status = 200 if shown else 404
    return answer("comparison.html", request, language, status=status, page=shown, tabs=tabs, asked=(old, new))


@router.post("/thresholds/{number}/activate")
def post_activate(login: Login, number: InPath, form: Sent) -> Response:
    """In force from now on; open orders follow with the next scan."""
    upkeep.post_activate(number, read(bodies.Activate, form, zone_now()), login)
    return Response(headers={"HX-Refresh": "true"})
