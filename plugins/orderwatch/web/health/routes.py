"""Where the pages of Order Health are, and the files of their lists; all that is asked for stands in the address."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from orderwatch.core.durations import Language
from orderwatch.core.words import Node
from orderwatch.store.live import Sort, State, Wanted, Who
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.board import Asked, read_board
from orderwatch.web.health.orders import MOST, read_orders
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.health.strip import Strip, read_strip
from orderwatch.web.health.tabs import read_tabs
from orderwatch.web.pages import answer, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
Step = Literal["review", "print", "pick", "outbound", "transport"]
LevelNumber = Annotated[int, Query(ge=0, le=3)]
IncidentNumber = Annotated[int, Query(ge=1, le=2**62)]
Page = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/board")
def board_page(
    request: Request,
    login: Login,
    who: Who = "all",
    level: LevelNumber | None = None,
    under: IncidentNumber | None = None,
    sort: Sort = "deadline",
    page: Page = 1,
    lang: Language | None = None,
) -> HTMLResponse:
    """What waits where, what is wrong, whose move it is; ``under``: the incidents that this one explains."""
    language = lang or preferred(request)
    with reading() as conn:
        board = read_board(conn, policy_now(), Asked(login, Wanted(who, level, under, sort), page), language)
        tabs = read_tabs(conn, policy_now(), login)
    return answer("board.html", request, language, page=board, tabs=tabs)


@router.get("/strip")
def strip(request: Request, login: Login, lang: Language | None = None) -> Strip:
    """What Airflow's home page shows of it."""
    with reading() as conn:
        return read_strip(conn, policy_now(), login, lang or preferred(request))


@router.get("/incidents.csv")
def incidents_file(
    request: Request,
    login: Login,
    who: Who = "all",
    level: LevelNumber | None = None,
    under: IncidentNumber | None = None,
    sort: Sort = "deadline",
    lang: Language | None = None,
) -> Response:
    """The same incidents as on the board, at most ten thousand."""
    language = lang or preferred(request)
    with reading() as conn:
        board = read_board(conn, policy_now(), Asked(login, Wanted(who, level, under, sort)), language, size=MOST)
    titles = say(
        language,
        "事件,级别,类型,涉及,状态,环节,订单数,时限,须做,控制,负责人,确认人,自动化",
        "incident,level,kind,about,state,step,orders,until,what,control,owner,acknowledged by,automation",
    ).split(",")
    rows = (
        (
            one.incident_id, one.level, one.title, one.about, one.state_said, one.nodes, one.orders,
            one.act.at if one.act else "", one.due_said if one.act else "", one.control_said, one.owner, one.person,
            one.doing.said,
        )
        for one in board.rows
    )  # fmt: skip
    return file("incidents", titles, rows)


@router.get("/orders")
def orders_page(
    request: Request,
    login: Login,
    state: State = "all",
    node: Step | None = None,
    page: Page = 1,
    lang: Language | None = None,
) -> HTMLResponse:
    """The orders behind a number of the board."""
    language = lang or preferred(request)
    with reading() as conn:
        orders = read_orders(conn, policy_now(), _node(node), state, page, language)
        tabs = read_tabs(conn, policy_now(), login)
    return answer("orders.html", request, language, page=orders, tabs=tabs)


@router.get("/orders.csv")
def orders_file(
    request: Request, state: State = "all", node: Step | None = None, lang: Language | None = None
) -> Response:
    language = lang or preferred(request)
    with reading() as conn:
        orders = read_orders(conn, policy_now(), _node(node), state, 1, language, size=MOST)
    titles = say(
        language,
        "订单,特征,环节,在此,告警时刻,事件,原因",
        "order,about,step,here for,alert at,incident,why",
    ).split(",")
    rows = ((o.order_id, o.about, o.step, o.age, o.alert_at, o.incident_id, o.why) for o in orders.rows)
    return file("orders", titles, rows)


def _node(step: Step | None) -> Node | None:
    return None if step is None else Node[step.upper()]
