"""A link by which somebody without a login rates a response."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orderwatch.core.refusals import Refusal
from orderwatch.core.signed_link import instant, seal, unseal


@dataclass(frozen=True, slots=True)
class RatingLink:
    """Who may rate which incident (and step) until when; ``link_id`` is random and used once."""

    incident_id: int
    person: str
    until: datetime
    link_id: str
    step: str | None = None


def sign(key: bytes, link: RatingLink) -> str:
    """The token, safe in a URL. Raises ``ValueError`` for a key that could be guessed."""
    return seal(
        key, "rating", [link.incident_id, link.step, link.person, int(link.until.timestamp()), link.link_id]
    )  # fmt: skip


def read(key: bytes, token: str, now: datetime) -> RatingLink:
    """What the token says, if we have signed it and its time is not up. Raises ``Refusal``."""
    incident_id, step, person, until, link_id = unseal(key, "rating", token)
    link = RatingLink(incident_id, person, instant(until), link_id, step)
    if now >= link.until:
        raise Refusal("expired_link")
    return link
