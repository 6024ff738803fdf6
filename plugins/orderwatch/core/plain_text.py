"""Text from outside made harmless before it is put into a message that people or chat robots read."""

from __future__ import annotations

import re
import unicodedata

_MENTION = re.compile(r"<\s*@[^>]*>?|@\s*(all|所有人)", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_\[\]()<>#|~])")
_KEPT_CONTROLS = "\n\t"


def visible(text: str) -> str:
    """No control or direction characters: what is written is what is read."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(c for c in normal if c in _KEPT_CONTROLS or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"})


def harmless(text: str) -> str:
    """Visible text without mention of people and without markup: the words and nothing else."""
    return _MARKDOWN.sub(r"\\\1", _MENTION.sub("", visible(text)))


def one_line(text: str, limit: int) -> str:
    """At most ``limit`` characters on one line, for mail headers and table cells."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
