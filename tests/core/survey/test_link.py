"""A survey link opens one invitation of one customer, until its end, and nothing that it was not made for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orderwatch.core import rating_link
from orderwatch.core.refusals import Refusal
from orderwatch.core.survey.link import SurveyLink, read, sign

KEY = b"k" * 32
NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
LINK = SurveyLink(7, "C00001", NOW + timedelta(days=7), "once")


def code(token: str, now: datetime = NOW) -> str:
    with pytest.raises(Refusal) as caught:
        read(KEY, token, now)
    return caught.value.code


def test_what_was_signed_is_read_until_its_end() -> None:
    token = sign(KEY, LINK)
    assert read(KEY, token, LINK.until - timedelta(seconds=1)) == LINK
    assert code(token, LINK.until) == "expired_link"


def test_every_changed_character_makes_it_worthless() -> None:
    token = sign(KEY, LINK)
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "Q"
        assert code(token[:place] + other + token[place + 1 :]) == "bad_link", place


def test_the_purpose_is_part_of_the_seal() -> None:
    """A rating link of the same installation, even with the same values, opens no survey, and the other way round."""
    rating = rating_link.sign(KEY, rating_link.RatingLink(7, "C00001", LINK.until, "once"))
    assert code(rating) == "bad_link"
    with pytest.raises(Refusal, match="not valid"):
        rating_link.read(KEY, sign(KEY, LINK), NOW)
