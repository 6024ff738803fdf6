"""The page of refused records: chosen, shown what would happen to them, and only then taken in again or given up."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from orderwatch.core.durations import Language
from orderwatch.store.quarantine import Wanted
from orderwatch.web.api import bodies, upkeep
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.forms import MOST_AT_ONCE, Sent, numbers
from orderwatch.web.health.orders import MOST
from orderwatch.web.health.refused import What, foresee, may_settle, read_refused
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.health.tabs import read_tabs
from orderwatch.web.pages import answer, asked_for, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
Page = Annotated[int, Query(ge=1, le=10_000)]
Code = Annotated[str | None, Query(max_length=80, pattern=r"^[a-z0-9_]*$")]
Chosen = Annotated[list[Annotated[int, Query(ge=1, le=2**62)]], Query(max_length=MOST_AT_ONCE)]
State = Literal["waiting", "settled"]


@router.get("/quarantine")
def quarantine_page(
    request: Request,
    login: Login,
    state: State = "waiting",
    source: Code = None,
    feed: Code = None,
    reason: Code = None,
    page: Page = 1,
    lang: Language | None = None,
) -> HTMLResponse:
    """What was refused by which rule, or what became of it."""
    language, policy = lang or preferred(request), policy_now()
    wanted = Wanted(state == "waiting", source or None, feed or None, reason or None)
    with reading() as conn:
        shown = read_refused(conn, policy, login, wanted, page, language)
        tabs = read_tabs(conn, policy, login)
    return answer("quarantine.html", request, language, page=shown, tabs=tabs, most=MOST_AT_ONCE)


@router.get("/quarantine.csv")
def quarantine_file(
    request: Request,
    login: Login,
    state: State = "waiting",
    source: Code = None,
    feed: Code = None,
    reason: Code = None,
    lang: Language | None = None,
) -> Response:
    """The same records, at most ten thousand."""
    language = lang or preferred(request)
    wanted = Wanted(state == "waiting", source or None, feed or None, reason or None)
    with reading() as conn:
        page = read_refused(conn, policy_now(), login, wanted, 1, language, size=MOST)
    titles = say(
        language, "编号,来源,数据,记录,规则,说明,字段,首次,已要求,结果",
        "number,source,feed,record,rule,in words,fields,since,asked for,what became of it",
    )  # fmt: skip
    rows = (
        (r.number, r.source, r.feed, r.record_id, r.reason, r.said, r.detail, r.since, r.asked, r.ended)
        for r in page.rows
    )
    return file("quarantine", titles.split(","), rows)


@router.get("/quarantine/preview")
def preview_settling(
    request: Request, login: Login, what: What, ids: Chosen = [], lang: Language | None = None  # noqa: B006  # read only
) -> HTMLResponse:  # fmt: skip
    """What would happen to each of the chosen records; nothing is done yet."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        rows = foresee(conn, policy, what, ids, language)
    doable = [one.record.number for one in rows if one.does]
    return answer(
        "quarantine_preview.html", request, language, rows=rows, what=what, doable=doable,
        may=may_settle(policy, login),
    )  # fmt: skip


@router.post("/quarantine/{what}")
def post_settle_records(request: Request, login: Login, what: What, form: Sent) -> HTMLResponse:
    """Done, and told how many of them were still waiting."""
    ids = numbers(form, "ids")
    act = upkeep.post_again if what == "again" else upkeep.post_discard
    done = act(bodies.Records(ids=ids), login)["records"]
    told = answer("quarantine_done.html", request, asked_for(request), what=what, done=done, asked=len(ids))
    told.headers["HX-Retarget"] = "#preview"  # in the place of the question
    return told
