"""Answering a survey by its link: the customer, or the colleague who has them on the phone; nobody logs in for it."""

from __future__ import annotations

from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import Row

from orderwatch.core.refusals import Refusal
from orderwatch.core.survey.link import SurveyLink, read
from orderwatch.core.survey.nps import HIGHEST, LOWEST
from orderwatch.core.survey.words import LONGEST
from orderwatch.hooks.link_key import link_key
from orderwatch.pipeline.survey.answer import Answer, answer, is_used, read_invitation
from orderwatch.store.database import business_now
from orderwatch.web import pages
from orderwatch.web.by_link import app_by_link, wants_page
from orderwatch.web.desk import acting, policy_now, reading
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.forms import form_of

LARGEST_WORDS: Final = 10_240  # characters that are looked at, to say how many too many they are
survey_app = app_by_link("Orderwatch survey", "survey.html")


class Said(BaseModel):
    """``score`` from 0 (would never recommend us) to 10; ``words`` in the customer's own, at most 500 characters."""

    model_config = ConfigDict(extra="forbid")

    score: Annotated[int, Field(ge=LOWEST, le=HIGHEST)]
    words: Annotated[str, StringConstraints(max_length=LARGEST_WORDS)] | None = None


def _link(token: str) -> SurveyLink:
    key = link_key()
    if not key:
        raise Refusal("bad_link")
    with reading() as conn:
        return read(key, token, business_now(conn))


Link = Annotated[SurveyLink, Depends(_link)]


async def _body(request: Request) -> Said:
    """What our page sends as a form, and a program as JSON."""
    content = await request.body()
    try:
        if request.headers.get("hx-request"):
            return Said.model_validate({name: value for name, value in form_of(content).items() if value.strip()})
        return Said.model_validate_json(content)
    except ValidationError as error:
        raise Refusal("bad_input") from error


@survey_app.get("/{token}")
def show_survey(request: Request, link: Link) -> Any:
    """The question, and whether it is answered; looking, as mail programs do, counts nothing."""
    with reading() as conn:
        row = read_invitation(conn, link)
        now = business_now(conn)
    if wants_page(request):
        return _page(request, link, row, now)
    return {"order_id": row.order_id, "channel": row.channel, "until": link.until, "used": is_used(row)}


@survey_app.post("/{token}")
def post_answer(request: Request, link: Link, body: Annotated[Said, Depends(_body)]) -> Any:
    """The answer counts, once."""
    with acting() as conn:
        number = answer(conn, link, Answer(body.score, body.words))
    if request.headers.get("hx-request"):
        return HTMLResponse(pages.render("answered.html", pages.asked_for(request), score=body.score))
    return {"answer_id": number}


def _page(request: Request, link: SurveyLink, row: Row[Any], now: Any) -> HTMLResponse:
    language = pages.asked_for(request)
    clock = Clock(now, ZoneInfo(policy_now().calendars.business_zone), language)
    return pages.answer(
        "survey.html", request, language,
        link=link, row=row, refusal=Refusal("used_link") if is_used(row) else None, until=clock.full(link.until),
        scores=range(LOWEST, HIGHEST + 1), longest=LONGEST,
    )  # fmt: skip
