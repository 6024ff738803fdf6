"""A refusal where a person reads it: in the dialog that they have sent, with what others have changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse

from orderwatch.core.durations import Language
from orderwatch.core.history import say_event
from orderwatch.core.refusals import Refusal
from orderwatch.web.desk import policy_now
from orderwatch.web.pages import answer, asked_for, render


def in_words(request: Request, refusal: Refusal, status: int) -> HTMLResponse:
    language = asked_for(request)
    changes = [_change(one, language) for one in refusal.changes]
    overtaken = refusal.code in {"changed", "another_amount", "not_in_this_state", "acknowledged_already"}
    reload = request.headers.get("hx-current-url", "") if overtaken else ""
    about = {"said": refusal.say(language), "changes": changes, "reload": _here(reload)}
    return HTMLResponse(render("refusal.html", language, **about), status)


def as_page(request: Request, refusal: Refusal, status: int) -> HTMLResponse:
    """What is not there, or not allowed, where a page was asked for."""
    language = asked_for(request)
    return answer("refused.html", request, language, status=status, said=refusal.say(language))


def log_in(request: Request) -> HTMLResponse:
    """No form of our own: a link to Airflow's."""
    return answer("login.html", request, asked_for(request), status=401)


def _here(address: str) -> str:
    """The address of the page that asks, as far as it is one: htmx sends it, and so may anybody."""
    return address if address.startswith(("https://", "http://")) else ""


def _change(one: Mapping[str, Any], language: Language) -> dict[str, str]:
    zone = ZoneInfo(policy_now().calendars.business_zone)

    def local(at: datetime) -> str:
        return f"{at.astimezone(zone):%m-%d %H:%M}"

    words = say_event(
        one["event"], one["detail"], one["actor"], language, time=lambda text: local(datetime.fromisoformat(text))
    )
    return {"at": local(one["at"]), "words": words}
