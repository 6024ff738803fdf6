"""The page that lists the customers of an incident who were asked, and its file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse

from orderwatch.core.durations import Language
from orderwatch.core.refusals import Refusal
from orderwatch.store import board
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.orders import MOST
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.health.survey import read_survey
from orderwatch.web.health.tabs import read_tabs
from orderwatch.web.pages import answer, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/incident/{number}/survey")
def survey_page(request: Request, login: Login, number: Number, lang: Language | None = None) -> HTMLResponse:
    """Every customer of an incident, masked: whether they were asked, why not, and what they answered."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        if board.read_incident(conn, number) is None:
            raise Refusal("no_incident", incident=number)
        shown = read_survey(conn, policy, number, language)
        tabs = read_tabs(conn, policy, login)
    return answer("survey_list.html", request, language, page=shown, tabs=tabs)


@router.get("/incident/{number}/survey.csv")
def survey_file(request: Request, number: Number, lang: Language | None = None) -> Response:
    """The same list, at most ten thousand."""
    language = lang or preferred(request)
    with reading() as conn:
        shown = read_survey(conn, policy_now(), number, language, MOST)
    titles = say(
        language,
        "客户,订单,状态,说明,方式,发出,回复,分数,原话",
        "customer,order,state,why,by,sent,answered,score,words",
    ).split(",")
    rows = (
        (one.customer, one.order_id, one.said, one.why, one.channel, one.sent, one.answered, one.score, one.words)
        for one in shown.lines
    )
    return file(f"survey-{number}", titles, rows)
