"""The page of reviews and actions, its file, and what its dialogs send."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from orderwatch.core.durations import Language
from orderwatch.store.improvements import Which
from orderwatch.web.api import bodies, improvements
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.acting import zone_now
from orderwatch.web.health.forms import Sent, read
from orderwatch.web.health.improvements import read_reviews
from orderwatch.web.health.orders import MOST
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.health.tabs import read_tabs
from orderwatch.web.pages import answer, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
DONE = {"HX-Refresh": "true"}
Incident = Annotated[int | None, Query(ge=1, le=2**62)]
Playbook = Annotated[str, Query(max_length=100, pattern=r"^[a-z0-9_]*$")]
Page = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/improvements")
def improvements_page(
    request: Request, login: Login, which: Which = "open", page: Page = 1, incident: Incident = None,
    playbook: Playbook = "", lang: Language | None = None,
) -> HTMLResponse:  # fmt: skip
    """What is being done better; ``incident`` and ``playbook``: what a new one is about."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        about = {"incident_id": incident, "playbook": playbook}
        shown = read_reviews(conn, policy, login, which, page, language, **about)  # type: ignore[arg-type]  # both known
        tabs = read_tabs(conn, policy, login)
    return answer("improvements.html", request, language, page=shown, tabs=tabs)


@router.get("/improvements.csv")
def improvements_file(request: Request, login: Login, which: Which = "all", lang: Language | None = None) -> Response:
    """The same list, at most ten thousand."""
    language = lang or preferred(request)
    with reading() as conn:
        shown = read_reviews(conn, policy_now(), login, which, 1, language, size=MOST)
    titles = say(
        language,
        "编号,要做什么,负责人,期限,状态,怎么知道有效,自动测量,结果,事件,预案,改了什么,提出,结束",
        "number,what,owner,day,state,what will show it,measures itself,outcome,incident,playbook,changed,begun,ended",
    ).split(",")
    rows = (
        (
            one.number, one.title, one.owner, one.day, one.state_said, one.verified_by, one.metric, one.measured,
            one.incident_id, one.playbook, one.changed, one.begun, one.ended,
        )
        for one in shown.rows
    )  # fmt: skip
    return file("improvements", titles, rows)


@router.post("/improvements")
def post_improvement(login: Login, form: Sent) -> Response:
    """It is open from now on."""
    improvements.post_improvement(read(bodies.Improve, form, zone_now()), login)
    return Response(headers=DONE)


@router.post("/improvements/{number}/{state}")
def post_end(login: Login, number: improvements.ImprovementNumber, state: improvements.State, form: Sent) -> Response:
    """Done, or given up."""
    improvements.post_end(number, state, read(bodies.EndImprovement, form, zone_now()), login)
    return Response(headers=DONE)
