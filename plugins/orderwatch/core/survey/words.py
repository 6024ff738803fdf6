"""What customers say in their own words: kept short, in plain characters, and without what would reach a person."""

from __future__ import annotations

import re
from typing import Final

from orderwatch.core.plain_text import visible
from orderwatch.core.refusals import Refusal

LONGEST: Final = 500  # characters, as they were written
MASK: Final = "…"
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}")
_AT: Final = re.compile(r"\S{0,99}@\S{0,99}")  # names of other places that look alike
_NUMBER: Final = re.compile(r"\+?\d(?:[\s().·-]{0,2}\d){6,}")  # telephones, cards, identity cards
_SPOKEN: Final = re.compile(r"[零〇一二三四五六七八九幺]{7,}")


def clean_words(text: str | None) -> str | None:
    """One line without control characters, mail addresses and long numbers; none where nothing is left.

    Order numbers are long numbers, too, and the invitation knows its order. Raises ``Refusal`` (``too_long``).
    """
    given = text or ""
    if len(given) > LONGEST:
        field = {"zh-CN": "留言", "en": "what you say"}
        raise Refusal("too_long", field=field, length=len(given), most=LONGEST)
    words = visible(given.encode("utf-8", "replace").decode())
    for personal in (_MAIL, _AT, _NUMBER, _SPOKEN):
        words = personal.sub(MASK, words)
    return words[:LONGEST] or None
