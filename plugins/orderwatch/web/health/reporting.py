"""The page of the programme report, its file, and the cases behind each figure as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import Row

from orderwatch.core.durations import Language
from orderwatch.core.months import Month
from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.programme import zone_of
from orderwatch.store import programme as store
from orderwatch.store.database import business_now
from orderwatch.web.api.programme import MonthText, content_of
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.programme import part_name, read_programme
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.health.tabs import read_tabs
from orderwatch.web.pages import answer, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
Only = Annotated[Literal["all", "hit"], Query()]


@router.get("/programme")
def programme_page(
    request: Request, login: Login, month: MonthText = None, lang: Language | None = None
) -> HTMLResponse:
    """A month with every figure; by default the one that goes on."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        page = read_programme(conn, policy, Month.read(month) if month else None, language)
        tabs = read_tabs(conn, policy, login)
    return answer("programme.html", request, language, page=page, tabs=tabs)


@router.get("/programme.csv")
def programme_file(request: Request, month: MonthText = None, lang: Language | None = None) -> Response:
    """The same, one line per figure and part, with the definitions."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        content = content_of(conn, policy, month)
    titles = say(
        language,
        "月份,指标,分项,数值,单位,计入,总数,p50 秒,p90 秒,口径",
        "month,figure,part,value,unit,holds for,of,p50 s,p90 s,definition",
    ).split(",")
    rows = (row for figure in content["figures"] for row in _rows(content["month"], figure, policy, language))
    return file(f"programme-{content['month']}", titles, rows)


@router.get("/programme/{figure}.csv")
def cases_file(
    request: Request, figure: str, month: MonthText = None, only: Only = "all", lang: Language | None = None
) -> Response:
    """The cases behind a figure as the books are now; ``only=hit``: those for which it holds."""
    language, policy = lang or preferred(request), policy_now()
    if figure not in store.CASES:
        raise Refusal("not_found")
    with reading() as conn:
        now = business_now(conn)
        asked = Month.read(month) if month else Month.of(now, zone_of(policy))
        since, until = asked.bounds(zone_of(policy))
        cases = store.read_cases(conn, figure, policy, since, until, now)
    titles = say(language, "时间,事件,订单,分项,计入,数值", "at,incident,order,part,holds,value").split(",")
    rows = (_case(one, figure, policy, language) for one in cases if only == "all" or one.hit)
    return file(f"{figure}-{asked}", titles, rows)


def _rows(month: str, figure: dict[str, Any], policy: Policy, language: Language) -> Iterator[tuple[Any, ...]]:
    times = (figure.get("p50_s"), figure.get("p90_s"))
    for part in (None, *figure.get("parts", ())):
        name = part_name(figure["key"], part["part"], policy, language) if part else ""
        one = part or figure
        yield (
            month, figure["title"][language], name, one["value"], figure["unit"], one["hits"], one["count"],
            *(times if part is None else (None, None)), "" if part else figure["meaning"][language],
        )  # fmt: skip


def _case(row: Row[Any], figure: str, policy: Policy, language: Language) -> tuple[Any, ...]:
    part = part_name(figure, row.part, policy, language) if row.part else ""
    holds = "" if row.hit is None else say(language, *(("是", "yes") if row.hit else ("否", "no")))
    at = row.at.astimezone(zone_of(policy)).isoformat(timespec="minutes")
    return at, row.incident_id, row.order_id, part, holds, row.value
