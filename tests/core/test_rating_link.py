"""A rating link lets in whom it was made for, until its end, and nobody who has made up or changed one."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orderwatch.core.rating_link import RatingLink, read, sign
from orderwatch.core.refusals import Refusal

KEY = b"k" * 32
NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
LINK = RatingLink(12, "王芳 <wang@example.com>", NOW + timedelta(days=7), "once", "call_customer")


def code(key: bytes, token: str, now: datetime = NOW) -> str:
    with pytest.raises(Refusal) as caught:
        read(key, token, now)
    return caught.value.code


@pytest.mark.parametrize("link", [LINK, replace(LINK, step=None)])
def test_what_was_signed_is_read(link: RatingLink) -> None:
    token = sign(KEY, link)
    assert read(KEY, token, NOW) == link
    assert token.replace(".", "").replace("-", "").replace("_", "").isalnum()


def test_it_ends_on_the_second() -> None:
    token = sign(KEY, LINK)
    assert read(KEY, token, LINK.until - timedelta(seconds=1)) == LINK
    assert code(KEY, token, LINK.until) == "expired_link"


def test_every_changed_character_makes_it_worthless() -> None:
    token = sign(KEY, LINK)
    body, _, seal = token.partition(".")
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "Q"
        assert code(KEY, token[:place] + other + token[place + 1 :]) == "bad_link", place
    assert code(b"x" * 32, token) == "bad_link"
    for made_up in ("", ".", body, f"{body}.", f".{seal}", "x" * 10_000, f"{body}.ä", "ä.ä", f"{token}.{seal}"):
        assert code(KEY, made_up) == "bad_link", made_up


def test_a_key_that_could_be_guessed_signs_nothing_and_opens_nothing() -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        sign(b"k" * 31, LINK)
    assert code(b"", sign(KEY, LINK)) == "bad_link"


def test_another_body_under_a_true_seal_is_refused() -> None:
    _, _, seal = sign(KEY, LINK).partition(".")
    body = base64.urlsafe_b64encode(b'[13,null,"x",9999999999,"once"]').decode().rstrip("=")
    assert code(KEY, f"{body}.{seal}") == "bad_link"
