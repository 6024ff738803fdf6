"""The pages of one incident and of one order, and what their dialogs send."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from orderwatch.core.durations import Language
from orderwatch.core.titles import say_code
from orderwatch.store import board
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.forms import Sent, do, report, settle, undo
from orderwatch.web.health.incident import read_incident_page, read_members_of
from orderwatch.web.health.order import read_order_page
from orderwatch.web.health.orders import MOST
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.health.steps import LOOK
from orderwatch.web.pages import answer, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=2**62)]
Asked = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
ActPath = Literal[
    "acknowledge", "pause", "take-over", "hand-back", "snooze", "merge", "dismiss", "close", "level", "release", "rate",
    "correct-cause",
]  # fmt: skip
_NUMBER: Final = re.compile(r"#?(\d{1,18})")


@router.get("/incident/{incident_id}")
def incident_page(
    request: Request,
    login: Login,
    incident_id: Number,
    orders: Annotated[int, Query(ge=1, le=100_000)] = 1,
    lang: Language | None = None,
) -> Response:
    """What happened, to which orders and why, what was done, and what can be done now."""
    language = lang or preferred(request)
    with reading() as conn:
        page = read_incident_page(conn, policy_now(), login, incident_id, orders, language)
    if page is None:
        return answer("order.html", request, language, page=None, asked=f"#{incident_id}", status=404)
    return answer(
        "incident.html", request, language, page=page, words=lambda code: say_code(code, language),
        look=lambda state: LOOK.get(state, ("", "open")), name=policy_now().roles.name_of,
    )  # fmt: skip


@router.get("/incident/{incident_id}/orders.csv")
def members_file(request: Request, incident_id: Number, lang: Language | None = None) -> Response:
    language = lang or preferred(request)
    with reading() as conn:
        members = read_members_of(conn, policy_now(), incident_id, MOST, language)
    titles = say(language, "订单,特征,环节,原因,已恢复", "order,about,step,why,moved on").split(",")
    return file(f"incident-{incident_id}", titles, ((m.order_id, m.about, m.step, m.why, int(m.over)) for m in members))


@router.post("/incident/{incident_id}/{act}")
def post_act(login: Login, incident_id: Number, act: ActPath, form: Sent) -> Response:
    """Done; the page is read anew."""
    do(act, incident_id, form, login, zone_now())
    return Response(headers={"HX-Refresh": "true"})


@router.post("/effect/{effect_id}/settle")
def post_settle(login: Login, effect_id: Number, form: Sent) -> Response:
    """A person has said whether it arrived."""
    settle(effect_id, form, login, zone_now())
    return Response(headers={"HX-Refresh": "true"})


@router.post("/effect/{effect_id}/undo")
def post_undo(login: Login, effect_id: Number, form: Sent) -> Response:
    """The next scan has it taken back."""
    undo(effect_id, form, login, zone_now())
    return Response(headers={"HX-Refresh": "true"})


@router.get("/order")
def order_page(request: Request, login: Login, q: Asked, lang: Language | None = None) -> Response:
    """An order by its number; ``#12``, or a number that is no order's, is an incident."""
    language, asked = lang or preferred(request), q.strip()
    number = _NUMBER.fullmatch(asked)
    with reading() as conn:
        page = None if asked.startswith("#") else read_order_page(conn, policy_now(), login, asked, language)
        if page is None and number and board.read_incident(conn, int(number[1])) is not None:
            root = request.scope["root_path"]
            return RedirectResponse(f"{root}/incident/{int(number[1])}?lang={language}", 303)
    return answer("order.html", request, language, page=page, asked=asked, status=200 if page else 404)


@router.post("/order/report")
def post_report(request: Request, login: Login, form: Sent, lang: Language | None = None) -> Response:
    """The order is wrong: an incident of its own, which is shown next."""
    incident_id = report(form, login, zone_now())
    place = f"{request.scope['root_path']}/incident/{incident_id}?lang={lang or preferred(request)}"
    return Response(headers={"HX-Redirect": place})


@router.get("/order.csv")
def decisions_file(request: Request, login: Login, q: Asked, lang: Language | None = None) -> Response:
    """Every decision on the order."""
    language = lang or preferred(request)
    with reading() as conn:
        page = read_order_page(conn, policy_now(), login, q.strip(), language)
    titles = say(language, "从,到,环节,决定,原因,次数", "from,to,step,decision,why,times").split(",")
    rows = ((d.at, d.until, d.step, d.what, d.why, d.times) for d in page.decisions) if page else ()
    return file("decisions", titles, rows)


def zone_now() -> ZoneInfo:
    """The zone in which an hour without one is meant."""
    return ZoneInfo(policy_now().calendars.business_zone)
