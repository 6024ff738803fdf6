"""What a customer, or the colleague who calls them, reads, with room for the link that is sealed when it leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from orderwatch.core.durations import Language
from orderwatch.core.messages import BETWEEN_LANGUAGES, render
from orderwatch.core.payloads import SurveyAsked
from orderwatch.core.plain_text import one_line
from orderwatch.core.policy import Policy
from orderwatch.core.survey.place import PLACE
from orderwatch.paths import TEMPLATES

LANGUAGES: Final[tuple[Language, Language]] = ("zh-CN", "en")
TITLE: Final = 120  # characters of a title or a subject


def mail(row: Row[Any], asked: SurveyAsked, policy: Policy) -> dict[str, Any]:
    """The payload of the letter, in every language that it may be sent in."""
    texts = {
        language: {
            "subject": one_line(_say("subject", language, row, asked.until, policy), TITLE),
            "text": _say("mail", language, row, asked.until, policy),
        }
        for language in LANGUAGES
    }
    return {"customer_id": row.customer_id, "texts": texts, "survey": asked.model_dump(mode="json")}


def task(row: Row[Any], asked: SurveyAsked, policy: Policy) -> dict[str, Any]:
    """The payload of the call centre's task."""
    return {
        "customer_id": row.customer_id,
        "order_id": row.order_id,
        "title": one_line(" · ".join(_say("title", one, row, asked.until, policy) for one in LANGUAGES), TITLE),
        "text": BETWEEN_LANGUAGES.join(_say("task", one, row, asked.until, policy) for one in LANGUAGES),
        "due_at": asked.until.isoformat(),
        "survey": asked.model_dump(mode="json"),
    }


def _say(part: str, language: Language, row: Row[Any], until: datetime, policy: Policy) -> str:
    local = until.astimezone(ZoneInfo(policy.calendars.business_zone))
    values = {
        "affected": row.incident_id is not None, "order": row.order_id, "customer": row.customer_id,
        "until": f"{local:%Y-%m-%d %H:%M}", "link": PLACE,
    }  # fmt: skip
    return render(TEMPLATES, f"survey.{part}", language, values, markup=False)
