"""A link by which one customer, or the colleague who has them on the phone, answers one survey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orderwatch.core.refusals import Refusal
from orderwatch.core.signed_link import instant, seal, unseal


@dataclass(frozen=True, slots=True)
class SurveyLink:
    """Which invitation of which customer until when; ``link_id`` is random and used once."""

    invitation_id: int
    customer_id: str
    until: datetime
    link_id: str


def sign(key: bytes, link: SurveyLink) -> str:
    """The token, safe in a URL. Raises ``ValueError`` for a key that could be guessed."""
    return seal(key, "survey", [link.invitation_id, link.customer_id, int(link.until.timestamp()), link.link_id])


def read(key: bytes, token: str, now: datetime) -> SurveyLink:
    """What the token says, if we have signed it and its time is not up. Raises ``Refusal``."""
    invitation_id, customer_id, until, link_id = unseal(key, "survey", token)
    link = SurveyLink(invitation_id, customer_id, instant(until), link_id)
    if now >= link.until:
        raise Refusal("expired_link")
    return link
