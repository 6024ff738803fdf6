"""Surveys in our tables: who is to be asked, who was, and what they answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row

from orderwatch.core.survey.part import Asked, survey_part
from orderwatch.store.database import Lock, hold, run

Channel = Literal["mail", "call"]
WORDS: Final = 5  # of customers, that a review repeats


def invite_affected(
    conn: Connection, levels: Sequence[int], after: timedelta, within: timedelta, now: datetime
) -> int:  # fmt: skip
    """Customers of incidents that closed at least ``after`` and less than ``within`` ago; how many lines are new."""
    about = {"after_s": after.total_seconds(), "within_s": within.total_seconds()}
    return len(run(conn, "surveys/invite_affected", levels=list(levels), now=now, **about).all())


def invite_others(
    conn: Connection, week: date, span: tuple[datetime, datetime], calm_since: datetime, most: int, ask_by: datetime,
    now: datetime,
) -> int:  # fmt: skip
    """A sample of customers whose orders arrived in the week, none of them late; drawn once per week."""
    hold(conn, Lock.LETTERS)  # two that draw at once would draw twice as many
    since, until = span
    about = {"week": week, "since": since, "until": until, "calm_since": calm_since, "most": most, "ask_by": ask_by}
    return len(run(conn, "surveys/invite_others", now=now, **about).all())


def list_planned(conn: Connection, now: datetime, most: int) -> Sequence[Row[Any]]:
    """(invitation, customer) of whoever is still to be asked; whose time ends first comes first."""
    return run(conn, "surveys/list_planned", now=now, most=most).all()


def lock_planned(conn: Connection, invitation_id: int) -> Row[Any] | None:
    """An invitation that is still to be asked, held until the transaction ends; none where somebody was faster."""
    return run(conn, "surveys/lock_planned", invitation_id=invitation_id).one_or_none()


def was_asked(conn: Connection, customer_id: str, since: datetime) -> bool:
    return bool(run(conn, "surveys/was_asked", customer_id=customer_id, since=since).scalar_one())


def is_paused(conn: Connection, order_id: str) -> bool:
    return bool(run(conn, "surveys/is_paused", order_id=order_id).scalar_one())


def mark_asked(
    conn: Connection, invitation_id: int, channel: Channel, effect_id: int, link_id: str, valid_until: datetime,
    now: datetime,
) -> None:  # fmt: skip
    about = {"channel": channel, "effect_id": effect_id, "link_id": link_id, "valid_until": valid_until}
    run(conn, "surveys/mark_asked", invitation_id=invitation_id, now=now, **about)


def mark_waiting(conn: Connection, invitation_id: int, waits_for: str) -> None:
    run(conn, "surveys/mark_waiting", invitation_id=invitation_id, waits_for=waits_for)


def mark_not_asked(conn: Connection, invitation_id: int, reason: str) -> None:
    run(conn, "surveys/mark_not_asked", invitation_id=invitation_id, reason=reason)


def end_of_time(conn: Connection, now: datetime) -> tuple[int, int]:
    """(given up, expired): whoever could not be asked in time, and whoever has not answered in time."""
    given_up = len(run(conn, "surveys/give_up", now=now).all())
    return given_up, len(run(conn, "surveys/expire", now=now).all())


def list_keys(conn: Connection) -> list[str]:
    """The effects of surveys that are on their way."""
    return [row.effect_key for row in run(conn, "surveys/list_keys")]


def read_invitation(conn: Connection, invitation_id: int) -> Row[Any] | None:
    return run(conn, "surveys/read_invitation", invitation_id=invitation_id).one_or_none()


def insert_answer(conn: Connection, invitation_id: int, score: int, words: str | None, now: datetime) -> int | None:
    """The number of the answer; none where there is one already."""
    about = {"invitation_id": invitation_id, "score": score, "words": words}
    number: int | None = run(conn, "surveys/insert_answer", now=now, **about).scalar()
    return number


def parts_of(conn: Connection, incident_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What a review says of each incident's customers; nothing about one whose customers nobody was to ask yet."""
    counts: dict[int, list[Asked]] = defaultdict(list)
    for row in run(conn, "surveys/count_by_incident", incident_ids=list(incident_ids)):
        counts[row.incident_id].append(Asked(row.state, row.customers, row.reason, row.promoter, row.detractor))
    words: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in run(conn, "surveys/list_words", incident_ids=list(incident_ids), most=WORDS):
        words[row.incident_id].append({"score": row.score, "words": row.words})
    return {incident_id: survey_part(rows, words[incident_id]) for incident_id, rows in counts.items()}


def list_of_incident(conn: Connection, incident_id: int, most: int) -> Sequence[Row[Any]]:
    """Every customer of an incident and what became of asking them; each row says in ``total`` how many."""
    return run(conn, "surveys/list_of_incident", incident_id=incident_id, most=most).all()
