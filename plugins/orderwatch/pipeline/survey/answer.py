"""What a customer answers by their link: taken once, and only from whoever the link was made for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from orderwatch.core.refusals import Refusal
from orderwatch.core.survey.link import SurveyLink
from orderwatch.core.survey.nps import HIGHEST, LOWEST
from orderwatch.core.survey.words import clean_words
from orderwatch.store import surveys
from orderwatch.store.database import business_now
from orderwatch.store.guards import NO_ANSWER, refusal


@dataclass(frozen=True, slots=True)
class Answer:
    """``score`` from 0 (would never recommend us) to 10; ``words``: why, in the customer's own."""

    score: int
    words: str | None = None

    def __post_init__(self) -> None:
        if not LOWEST <= self.score <= HIGHEST:
            raise Refusal("bad_input")


def read_invitation(conn: Connection, link: SurveyLink) -> Row[Any]:
    """The invitation that the link was made for. Raises ``Refusal`` for one that is another's, or is not any more.

    A link whose letter did not arrive is worth nothing once the customer is called instead.
    """
    row = surveys.read_invitation(conn, link.invitation_id)
    if row is None or (row.customer_id, row.link_id) != (link.customer_id, link.link_id):
        raise Refusal("bad_link")
    if row.state == "expired" or business_now(conn) >= row.valid_until:
        raise Refusal("expired_link")
    return row


def is_used(row: Row[Any]) -> bool:
    """Whether the invitation has been answered."""
    return bool(row.state == "answered")


def answer(conn: Connection, link: SurveyLink, given: Answer) -> int:
    """Take it; the database lets no second one in, however often and from wherever it comes. Raises ``Refusal``."""
    words = clean_words(given.words)
    row = read_invitation(conn, link)
    if is_used(row):
        raise Refusal("used_link")
    try:
        with conn.begin_nested():
            number = surveys.insert_answer(conn, link.invitation_id, given.score, words, business_now(conn))
    except DBAPIError as error:
        if refusal(error) != NO_ANSWER:
            raise
        raise Refusal("used_link") from error
    if number is None:
        raise Refusal("used_link")
    return number
