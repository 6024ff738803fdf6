"""Links by which somebody without a login does one thing, once: signed for a purpose and a person, until an end."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

from orderwatch.core.refusals import Refusal

Purpose = Literal["rating", "survey"]
LONGEST: Final = 600  # characters of a token
LEAST_KEY: Final = 32  # bytes


def seal(key: bytes, purpose: Purpose, values: Sequence[Any]) -> str:
    """The token, safe in a URL. The purpose is part of its seal: what was made to rate opens no survey.

    Raises ``ValueError`` for a key that could be guessed.
    """
    if len(key) < LEAST_KEY:
        raise ValueError(f"the key of links has {len(key)} bytes; at least {LEAST_KEY}")
    body = _encode(json.dumps(list(values), ensure_ascii=False, separators=(",", ":")).encode())
    return f"{body}.{_encode(_seal(key, purpose, body))}"


def unseal(key: bytes, purpose: Purpose, token: str) -> list[Any]:
    """The values that we have sealed for this purpose. Raises ``Refusal`` (``bad_link``) for anything else."""
    body, _, given = token.partition(".")
    if len(key) < LEAST_KEY or len(token) > LONGEST:
        raise Refusal("bad_link")
    if not hmac.compare_digest(_encode(_seal(key, purpose, body)), _ascii(given)):
        raise Refusal("bad_link")
    try:
        values: list[Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError) as error:
        raise Refusal("bad_link") from error
    return values


def instant(seconds: int) -> datetime:
    """An end as links hold it: whole seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def _seal(key: bytes, purpose: Purpose, body: str) -> bytes:
    return hmac.new(key, f"{purpose}:".encode() + body.encode("utf-8", "replace"), hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _ascii(text: str) -> str:
    """What is compared in constant time may hold no other characters."""
    return text if text.isascii() else ""
