"""The page of questions that wait for a person, and the answers that its dialogs send."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from orderwatch.core.durations import Language
from orderwatch.store.questions import Said
from orderwatch.web.api import approvals as api
from orderwatch.web.api import bodies
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.acting import zone_now
from orderwatch.web.health.approvals import Asked, read_approvals
from orderwatch.web.health.forms import Sent, read
from orderwatch.web.health.orders import MOST
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.health.tabs import read_tabs
from orderwatch.web.pages import answer, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
Page = Annotated[int, Query(ge=1, le=10_000)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Which = Literal["waiting", "answered"]


@router.get("/approvals")
def approvals_page(
    request: Request,
    login: Login,
    mine: bool = False,
    page: Page = 1,
    said: Said = "all",
    past: Page = 1,
    lang: Language | None = None,
) -> HTMLResponse:
    """What is asked of whom until when, and what was answered; ``mine``: what waits for the reader."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        shown = read_approvals(conn, policy, Asked(login, mine, page, said, past), language)
        tabs = read_tabs(conn, policy, login)
    return answer("approvals.html", request, language, page=shown, tabs=tabs)


@router.get("/approvals.csv")
def approvals_file(
    request: Request, login: Login, which: Which = "waiting", said: Said = "all", mine: bool = False,
    lang: Language | None = None,
) -> Response:  # fmt: skip
    """The same lists as files, at most ten thousand rows."""
    language = lang or preferred(request)
    with reading() as conn:
        page = read_approvals(conn, policy_now(), Asked(login, mine, said=said), language, size=MOST)
    if which == "answered":
        titles = say(
            language, "编号,事件,动作,订单,金额,结果,谁,原因,时间", "number,incident,what,order,amount,said,who,why,at"
        )
        past = ((o.approval_id, o.incident_id, o.what, o.order_id, o.amount, o.said, o.who, o.why, o.at)
                for o in page.past)  # fmt: skip
        return file("answers", titles.split(","), past)
    titles = say(
        language,
        "编号,事件,级别,动作,订单,金额,问谁,时限,无人回答,提出,提出人,依据",
        "number,incident,level,what,order,amount,asks,until,in silence,asked,asked by,evidence",
    )
    rows = (
        (o.approval_id, o.incident_id, o.level, o.what, o.order_id, o.amount, o.asks, o.due.at if o.due else "",
         o.silence, o.asked, o.asked_by, o.evidence)
        for o in page.waiting
    )  # fmt: skip
    return file("approvals", titles.split(","), rows)


@router.post("/approvals/{approval_id}/{decision}")
def post_answer(login: Login, approval_id: Number, decision: Literal["approve", "reject"], form: Sent) -> Response:
    """Answered; the page is read anew."""
    body = read(bodies.Answer, form, zone_now())
    (api.post_approve if decision == "approve" else api.post_reject)(approval_id, body, login)
    return Response(headers={"HX-Refresh": "true"})
