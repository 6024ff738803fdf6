"""A link by which somebody without a login rates a response: signed, for one person, once, until an end."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from orderwatch.core.refusals import Refusal

LONGEST: Final = 600  # characters of a token
LEAST_KEY: Final = 32  # bytes


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
    if len(key) < LEAST_KEY:
        raise ValueError(f"the key of rating links has {len(key)} bytes; at least {LEAST_KEY}")
    values = [link.incident_id, link.step, link.person, int(link.until.timestamp()), link.link_id]
    body = _encode(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())
    return f"{body}.{_encode(_seal(key, body))}"


def read(key: bytes, token: str, now: datetime) -> RatingLink:
    """What the token says, if we have signed it and its time is not up. Raises ``Refusal``."""
    body, _, seal = token.partition(".")
    if len(key) < LEAST_KEY or len(token) > LONGEST or not hmac.compare_digest(_encode(_seal(key, body)), _ascii(seal)):
        raise Refusal("bad_link")
    try:
        incident_id, step, person, until, link_id = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError) as error:
        raise Refusal("bad_link") from error
    link = RatingLink(incident_id, person, datetime.fromtimestamp(until, UTC), link_id, step)
    if now >= link.until:
        raise Refusal("expired_link")
    return link


def _seal(key: bytes, body: str) -> bytes:
    return hmac.new(key, b"rating:" + body.encode("utf-8", "replace"), hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _ascii(text: str) -> str:
    """What is compared in constant time may hold no other characters."""
    return text if text.isascii() else ""
