"""Rating by a link, for people without a login: the signed, single-use token is what lets them in, and nothing else."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from orderwatch.core.rating_link import RatingLink, read
from orderwatch.core.refusals import Refusal
from orderwatch.hooks.link_key import link_key
from orderwatch.pipeline.people.rate import Rating, is_used, rate_by_link
from orderwatch.store import board
from orderwatch.store.database import business_now
from orderwatch.web.api.bodies import Rate
from orderwatch.web.by_link import app_by_link, wants_page
from orderwatch.web.desk import acting, policy_now, reading
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.forms import form_of
from orderwatch.web.health.rows import about_of, title_of_kind
from orderwatch.web.pages import answer, asked_for, render

rating_app = app_by_link("Orderwatch rating", "rating.html")


def _link(token: str) -> RatingLink:
    key = link_key()
    if not key:
        raise Refusal("bad_link")
    with reading() as conn:
        return read(key, token, business_now(conn))


Link = Annotated[RatingLink, Depends(_link)]


async def _body(request: Request) -> Rate:
    """What our page sends as a form, and a program as JSON."""
    content = await request.body()
    try:
        if request.headers.get("hx-request"):
            form = form_of(content)
            return Rate.model_validate({name: value.strip() for name, value in form.items() if value.strip()})
        return Rate.model_validate_json(content)
    except ValidationError as error:
        raise Refusal("bad_input") from error


@rating_app.get("/{token}")
def show_link(request: Request, link: Link) -> Any:
    """What would be rated, by whom, and whether the link is used up; looking, as mail programs do, counts nothing."""
    with reading() as conn:
        used = is_used(conn, link)
        if wants_page(request):
            return _page(request, link, used, board.read_incident(conn, link.incident_id), business_now(conn))
    return {
        "incident_id": link.incident_id,
        "step": link.step,
        "person": link.person,
        "until": link.until,
        "used": used,
    }


@rating_app.post("/{token}")
def post_rating(request: Request, link: Link, body: Annotated[Rate, Depends(_body)]) -> Any:
    """The rating counts, once."""
    with acting() as conn:
        number = rate_by_link(conn, link, Rating(body.stars, body.false_alarm_because, body.words))
    if request.headers.get("hx-request"):
        return HTMLResponse(render("rated.html", asked_for(request), stars=body.stars))
    return {"rating_id": number}


def _page(request: Request, link: RatingLink, used: bool, row: Any, now: Any) -> HTMLResponse:
    language = asked_for(request)
    clock = Clock(now, ZoneInfo(policy_now().calendars.business_zone), language)
    return answer(
        "rating.html", request, language,
        link=link, refusal=Refusal("used_link") if used else None, title=title_of_kind(row, language),
        about=about_of(row.dedup_key), row=row, until=clock.full(link.until), opened=clock.full(row.opened_at),
    )  # fmt: skip
