"""The pages of reviews, and the file of their list; a corrected cause is sent as every act on an incident is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from orderwatch.core.durations import Language
from orderwatch.core.refusals import Refusal
from orderwatch.core.review.chain import Step
from orderwatch.store.reviews import Behind, read_print
from orderwatch.web.desk import acting, policy_now, reading
from orderwatch.web.health.behind import read_behind
from orderwatch.web.health.orders import MOST
from orderwatch.web.health.review import read_review
from orderwatch.web.health.reviews import Which, read_reviews
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.health.tabs import read_tabs
from orderwatch.web.pages import answer, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
Incident = Annotated[int | None, Query(ge=1, le=2**62)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Page = Annotated[int, Query(ge=1, le=10_000)]
Run = Annotated[str | None, Query(max_length=250)]
Mark = Annotated[str | None, Query(max_length=40)]


@router.get("/reviews")
def reviews_page(
    request: Request, login: Login, which: Which = "all", incident: Incident = None, run: Run = None,
    page: Page = 1, lang: Language | None = None,
) -> HTMLResponse:  # fmt: skip
    """Incidents that are over, and where their reviews stand."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        shown = read_reviews(conn, policy, which, incident, page, language, run_id=run)
        tabs = read_tabs(conn, policy, login)
    return answer("reviews.html", request, language, page=shown, tabs=tabs)


@router.get("/reviews.csv")
def reviews_file(request: Request, which: Which = "all", lang: Language | None = None) -> Response:
    """The same list, at most ten thousand."""
    language = lang or preferred(request)
    with reading() as conn:
        shown = read_reviews(conn, policy_now(), which, None, 1, language, size=MOST)
    titles = say(
        language,
        "事件,级别,类型,涉及,结束,状态,说明,时限,根因,复盘",
        "incident,level,kind,about,ended,state,more,due,root cause,review",
    ).split(",")
    rows = (
        (
            one.incident_id, one.level, one.title, one.about, one.ended, one.state_said, one.more,
            one.due.at if one.due else "", one.cause, one.review_id,
        )
        for one in shown.rows
    )  # fmt: skip
    return file("reviews", titles, rows)


@router.get("/review/{number}.pdf")
def review_print(request: Request, number: Number, lang: Language | None = None) -> Response:
    """The review on paper, as it was printed last."""
    language = lang or preferred(request)
    with reading() as conn:
        printed = read_print(conn, number, language)
    if printed is None:
        raise Refusal("not_printed", number=number)
    name = f"review-{number}-v{printed.version}-{language}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(bytes(printed.pdf), media_type="application/pdf", headers=headers)


@router.get("/review/{number}")
def review_page(
    request: Request, login: Login, number: Number, link: Step | None = None, about: Incident = None,
    lang: Language | None = None,
) -> HTMLResponse:  # fmt: skip
    """What a review says, in its latest version; ``link``: the one whose trend is shown; ``about``: the incident of a
    collection whose cause somebody wants to name."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        shown = read_review(conn, policy, login, number, language, link, about)
        tabs = read_tabs(conn, policy, login)
    if shown is None:
        raise Refusal("no_review", number=number)
    return answer("review.html", request, language, page=shown, tabs=tabs, paper=False)


@router.get("/review/{number}/behind/{what}.csv")
def behind_file(
    request: Request, number: Number, what: Behind, mark: Mark = None, version: Incident = None,
    lang: Language | None = None,
) -> Response:  # fmt: skip
    """The same rows, at most ten thousand."""
    language = lang or preferred(request)
    with _looking(what) as conn:
        shown = read_behind(conn, policy_now(), number, what, mark, 1, language, size=MOST, version=version)
    first = say(language, "事件", "incident") if what == "compared" else say(language, "订单", "order")
    return file(f"review-{number}-{what}", [first, *shown.titles], ([about, *cells] for about, cells in shown.rows))


@router.get("/review/{number}/behind/{what}")
def behind_page(
    request: Request, login: Login, number: Number, what: Behind, mark: Mark = None, version: Incident = None,
    page: Page = 1, lang: Language | None = None,
) -> HTMLResponse:  # fmt: skip
    """The rows behind a number of a review."""
    language, policy = lang or preferred(request), policy_now()
    with _looking(what) as conn:
        shown = read_behind(conn, policy, number, what, mark, page, language, version=version)
        tabs = read_tabs(conn, policy, login)
    return answer("behind.html", request, language, page=shown, tabs=tabs)


def _looking(what: Behind) -> AbstractContextManager[Connection]:
    """What a version would have said is calculated in temporary tables; nothing else is ever written by looking."""
    return acting() if what == "alerts" else reading()
