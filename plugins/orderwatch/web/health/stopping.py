"""The page of pauses and silences, and what its dialogs send."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from orderwatch.core.durations import Language
from orderwatch.web.api import bodies, upkeep
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.acting import zone_now
from orderwatch.web.health.forms import Sent, read
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.health.stops import read_stops
from orderwatch.web.health.tabs import read_tabs
from orderwatch.web.pages import answer, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=2**62)]
Shown = Annotated[int | None, Query(ge=1, le=2**62)]
DONE = {"HX-Refresh": "true"}


@router.get("/pauses")
def pauses_page(request: Request, login: Login, shown: Shown = None, lang: Language | None = None) -> HTMLResponse:
    """Who holds what back, why and until when; ``shown``: the pause whose acts are listed."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        page = read_stops(conn, policy, login, shown, language)
        tabs = read_tabs(conn, policy, login)
    return answer("pauses.html", request, language, page=page, tabs=tabs)


@router.get("/pauses.csv")
def pauses_file(
    request: Request, login: Login, which: Literal["pauses", "silences"] = "pauses", lang: Language | None = None
) -> Response:
    """The same lists as files, those that have ended in the last week at the end."""
    language = lang or preferred(request)
    with reading() as conn:
        page = read_stops(conn, policy_now(), login, None, language)
    if which == "silences":
        titles = say(language, "编号,对象,谁,原因,自,到,事件,结束", "number,over,who,why,since,until,incidents,ended")
        quiet = (
            (o.silence_id, o.what, o.who, o.why, o.since, o.until, " ".join(f"#{n}" for n in o.over), o.ended)
            for o in (*page.silences, *page.silences_over)
        )
        return file("silences", titles.split(","), quiet)
    titles = say(
        language, "编号,范围,对象,接管,谁,原因,自,到,扣住动作,结束",
        "number,scope,over,taken over,who,why,since,until,acts held,ended",
    )  # fmt: skip
    stops = (
        (o.pause_id, o.scope_said, o.subject, int(o.manual), o.who, o.why, o.since, o.until, o.acts, o.ended)
        for o in (*page.stops, *page.over)
    )
    return file("pauses", titles.split(","), stops)


@router.post("/pauses")
def post_stop(login: Login, form: Sent) -> Response:
    """Pause or take over an order, a playbook or everything."""
    upkeep.post_stop(read(bodies.StopScope, form, zone_now()), login)
    return Response(headers=DONE)


@router.post("/pauses/{number}/end")
def post_end_stop(login: Login, number: Number, form: Sent) -> Response:
    """Handed back."""
    upkeep.post_end_stop(number, read(bodies.EndStop, form, zone_now()), login)
    return Response(headers=DONE)


@router.post("/silences")
def post_silence(login: Login, form: Sent) -> Response:
    """Be quiet about an order, a cause or a kind."""
    upkeep.post_silence(read(bodies.Silence, form, zone_now()), login)
    return Response(headers=DONE)


@router.post("/silences/{number}/end")
def post_end_silence(login: Login, number: Number, form: Sent) -> Response:
    """It speaks again."""
    upkeep.post_end_silence(number, read(bodies.Body, form, zone_now()), login)
    return Response(headers=DONE)
