"""What another system says when it says no: one short line for our ledger, without anything about a person in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from orderwatch.core.plain_text import one_line, visible

LIMIT = 160  # characters
_WORDS = ("message", "msg", "error", "detail", "title", "description")
_PERSONAL = re.compile(
    r"""(?x)
      (?<![\w.:/-])\+?\(?\d[\d\s()./-]{5,}\d(?!\w)            # telephone numbers, and dates and numbers like them
    | "[^"]*"? | “[^”]*”? | ‘[^’]*’? | 「[^」]*」? | 『[^』]*』? | (?<!\w)'[^']*'?   # quotations of what was sent
    """
)
_WORD = re.compile(r"\S+")
_CODE = re.compile(r"[A-Za-z0-9._:/-]{1,64}")  # order and customer numbers may be repeated, they name nobody


def said(content: Any, sent: Any = None) -> str:
    """The words in an answer, cut; what ``sent`` held in prose is left out where the answer repeats it."""
    words = visible(" ".join(_words(content)))
    for text in sorted(_texts(sent), key=len, reverse=True):
        if not _CODE.fullmatch(text) and text.strip():
            words = words.replace(visible(text), "…")
    return one_line(without_people(words), LIMIT)


def without_people(words: str) -> str:
    """The words without addresses, telephone numbers and quotations."""
    # word by word: a search for whatever stands around an "@" takes minutes on one long word without any
    return _PERSONAL.sub("…", _WORD.sub(lambda word: "…" if "@" in word[0] else word[0], words))


def _words(content: Any) -> Iterator[str]:
    """The first of the usual fields that says something, at most three levels deep."""
    for _ in range(3):
        if isinstance(content, list) and content:
            content = content[0]
        if isinstance(content, str):
            yield content
            return
        if not isinstance(content, dict):
            return
        content = next((content[name] for name in _WORDS if content.get(name)), None)
    if isinstance(content, str):
        yield content


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
