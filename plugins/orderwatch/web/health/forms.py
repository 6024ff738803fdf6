"""What a dialog has sent, read as the API reads it: the same bodies, the same actions, the same refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import LONGEST_REASON
from orderwatch.web.api import actions, bodies
from orderwatch.web.api.orders import post_report

Form = Mapping[str, str]
Body = TypeVar("Body", bound=BaseModel)
MOST_FIELDS: Final = 20
MOST_AT_ONCE: Final = 200
"""So many records or incidents are chosen for one act."""
LONGEST_ORDER_ID: Final = 200  # characters, as in the API


async def _form(request: Request) -> Form:
    return form_of(await request.body())


def form_of(content: bytes) -> Form:
    """What a form has sent; raises ``Refusal``."""
    try:
        return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise Refusal("bad_input") from error


Sent = Annotated[Form, Depends(_form)]
SENT: Final[Mapping[str, tuple[type[BaseModel], Callable[[int, Any, str], Any]]]] = {
    "acknowledge": (bodies.Acknowledge, actions.post_acknowledge),
    "pause": (bodies.Stop, actions.post_pause),
    "take-over": (bodies.Stop, actions.post_take_over),
    "hand-back": (bodies.HandBack, actions.post_hand_back),
    "snooze": (bodies.Stop, actions.post_snooze),
    "merge": (bodies.Merge, actions.post_merge),
    "dismiss": (bodies.Dismiss, actions.post_dismiss),
    "close": (bodies.Close, actions.post_close),
    "correct-cause": (bodies.CorrectCause, actions.post_correct_cause),
    "level": (bodies.SetLevel, actions.post_level),
    "release": (bodies.Release, actions.post_release),
    "rate": (bodies.Rate, actions.post_rate),
}


def numbers(form: Form, field: str) -> list[int]:
    """``1,2,3`` of one field; raises ``Refusal`` where it is anything else."""
    text = form.get(field, "")
    if not re.fullmatch(r"\d{1,18}(,\d{1,18}){0,199}", text):
        raise Refusal("bad_input")
    return [int(one) for one in text.split(",")]


def do(act: str, incident_id: int, form: Form, login: str, zone: ZoneInfo) -> None:
    """Do what the dialog asks for; raises ``Refusal``."""
    body, action = SENT[act]
    action(incident_id, read(body, form, zone), login)


def settle(effect_id: int, form: Form, login: str, zone: ZoneInfo) -> None:
    """Say whether an act arrived; raises ``Refusal``."""
    actions.post_settle(effect_id, read(bodies.Settle, form, zone), login)


def undo(effect_id: int, form: Form, login: str, zone: ZoneInfo) -> None:
    """Have an act taken back; raises ``Refusal``."""
    actions.post_undo(effect_id, read(bodies.Undo, form, zone), login)


def report(form: Form, login: str, zone: ZoneInfo) -> int:
    """Say that an order is wrong; the number of its incident. Raises ``Refusal``."""
    order_id = form.get("order_id", "").strip()
    if not 0 < len(order_id) <= LONGEST_ORDER_ID or "\x00" in order_id:
        raise Refusal("bad_input")
    rest = {name: value for name, value in form.items() if name != "order_id"}
    done: dict[str, int] = post_report(order_id, read(bodies.Report, rest, zone), login)
    return done["incident_id"]


def read(body: type[Body], form: Form, zone: ZoneInfo) -> Body:
    """The form as the API's body; an hour without a zone is the business's."""
    given: dict[str, Any] = {name: value.strip() for name, value in form.items() if value.strip()}
    if len(given.get("reason", "")) > LONGEST_REASON:
        raise _too_long(given["reason"])
    if len(given.get("note", "")) > LONGEST_REASON:
        raise _too_long(given["note"])
    if "until" in body.model_fields:
        given["until"] = _instant(given.get("until", ""), zone)
    if given.get("money") == "false":
        given["amount_minor"] = "0"  # letters only: no sum is agreed to
    if "reason" in body.model_fields and body.model_fields["reason"].is_required():
        given.setdefault("reason", "")  # refused in words
    try:
        return body.model_validate(given)
    except ValidationError as error:
        raise Refusal("bad_input") from error


def _too_long(text: str) -> Refusal:
    field = {"zh-CN": "原因", "en": "the reason"}
    return Refusal("too_long", field=field, length=len(text), most=LONGEST_REASON)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("no_end") from error
    return at if at.tzinfo else at.replace(tzinfo=zone)
