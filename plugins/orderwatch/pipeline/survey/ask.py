"""Ask whoever is to be asked, once, within every limit: the CRM says how, the ledger does it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row

from orderwatch.core.effect import Outcome
from orderwatch.core.payloads import SurveyAsked
from orderwatch.core.policy import Policy
from orderwatch.hooks.crm_client import Way
from orderwatch.pipeline.letters import count_letters, speaks_at
from orderwatch.pipeline.survey import letter
from orderwatch.store import ledger, surveys
from orderwatch.store.database import run
from orderwatch.store.ledger import StepAct

log = logging.getLogger(__name__)
WORTH_ASKING: Final = timedelta(hours=24)  # that a letter may wait for its sink
LEVEL: Final = 0  # whoever has to hear of an incident comes before anybody who is asked about one
SINKS: Final[Mapping[surveys.Channel, str]] = {"mail": "customer_mail", "call": "crm_task"}


@dataclass(frozen=True, slots=True)
class Asking:
    """What asking needs: ``way`` asks the CRM, ``new_id`` makes each link another, ``has_links`` if any can be made."""

    engine: Engine
    policy: Policy
    way: Callable[[str], Way | Outcome]
    new_id: Callable[[], str]
    has_links: bool


def ask(asking: Asking, now: datetime) -> dict[str, int]:
    """Write a letter, or a task of the call centre, for each customer who is to be asked; nothing is sent here.

    Whoever has had enough letters today, or about whom the CRM says nothing now, waits for the next time. Returns how
    many are asked, wait, or are not asked, and whose time is over.
    """
    with asking.engine.begin() as conn:
        given_up, expired = surveys.end_of_time(conn, now)
        planned = surveys.list_planned(conn, now, asking.policy.survey.at_once)
    done: Counter[str] = Counter()
    for row in planned:
        way = asking.way(row.customer_id) if asking.has_links else None
        with asking.engine.begin() as conn:
            done[_ask_one(conn, asking, row.invitation_id, way, now)] += 1
        if isinstance(way, Outcome):  # a CRM that gives no answer is not asked about everybody else
            log.warning("the CRM gives no answer about a customer: %s", way.detail)
            break
    done["not_asked"] += given_up
    return {name: done[name] for name in ("asked", "waits", "not_asked")} | {"expired": expired}


def in_words(counts: Mapping[str, Any]) -> str:
    """One line for the label beside the task."""
    said = {"invited": "new", "asked": "asked", "waits": "waiting", "not_asked": "not asked", "expired": "unanswered"}
    return ", ".join(f"{counts[name]} {what}" for name, what in said.items() if counts.get(name)) or "nobody to ask"


def _ask_one(conn: Connection, asking: Asking, invitation_id: int, way: Way | Outcome | None, now: datetime) -> str:
    row = surveys.lock_planned(conn, invitation_id)
    if row is None:
        return "by_another"
    if way in ("opted_out", "none"):
        return _not_asked(conn, row, "opt_out" if way == "opted_out" else "no_address")
    goes = speaks_at(asking.policy, now)
    # first, for it makes whoever asks the same customer about something else wait: only then is it known who was first
    letters = count_letters(conn, asking.policy, row.customer_id, goes).letters
    if surveys.was_asked(conn, row.customer_id, now - asking.policy.survey.not_again_within):
        return _not_asked(conn, row, "asked_recently")
    if way is None or isinstance(way, Outcome):
        return _waits(conn, row, "no_key" if way is None else "crm_silent")
    if surveys.is_paused(conn, row.order_id):
        return _waits(conn, row, "paused")
    if letters >= asking.policy.response.customer_messages.per_day:
        return _waits(conn, row, "message_cap")
    channel: surveys.Channel = "call" if "call" in (way, row.channel) else "mail"
    return _plan(conn, asking, row, channel, goes, now)


def _plan(
    conn: Connection, asking: Asking, row: Row[Any], channel: surveys.Channel, goes: datetime, now: datetime
) -> str:
    """The effect and the invitation that knows it, in one transaction."""
    code = run(conn, "responses/read_code").scalar_one()
    valid_until = (goes + asking.policy.survey.valid_for).replace(microsecond=0)
    asked = SurveyAsked(invitation_id=row.invitation_id, until=valid_until, link_id=asking.new_id())
    write = letter.mail if channel == "mail" else letter.task
    effect_id = ledger.plan(
        conn,
        key=f"{code}-survey-{row.invitation_id}-{channel}",
        family="survey",
        sink=SINKS[channel],
        recipient=row.customer_id,
        payload=write(row, asked, asking.policy),
        level=LEVEL,
        now=now,
        valid_for=goes - now + WORTH_ASKING,
        not_before=goes,
        about=StepAct(
            order_id=row.order_id,
            customer_id=row.customer_id,
            side_effect="customer",
            business_key=f"survey:{row.invitation_id}",
        ),
    )
    if effect_id is None:  # by this very channel it has been tried already, and it failed
        return _not_asked(conn, row, "not_delivered")
    surveys.mark_asked(conn, row.invitation_id, channel, effect_id, asked.link_id, valid_until, now)
    return "asked"


def _not_asked(conn: Connection, row: Row[Any], reason: str) -> str:
    surveys.mark_not_asked(conn, row.invitation_id, reason)
    return "not_asked"


def _waits(conn: Connection, row: Row[Any], what: str) -> str:
    surveys.mark_waiting(conn, row.invitation_id, what)
    return "waits"
