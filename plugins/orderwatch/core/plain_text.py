"""Text from outside made harmless before it is put into a message that people or chat robots read."""

from __future__ import annotations

import re
import unicodedata

# WeCom's markup has no documented escape, so its signs are replaced by their full-width twins, which no renderer reads
_MARKUP = str.maketrans("\\`*[]<>@", "＼｀＊［］＜＞＠")
_BLOCK = re.compile(r"^[#\-+~|=]+\s*")  # a heading, list or rule, where the text begins a line


def visible(text: str) -> str:
    """No control or direction characters and no line breaks: what is written is what is read, on the line it is on."""
    normal = " ".join(unicodedata.normalize("NFKC", text).split())
    return "".join(c for c in normal if unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"})


def harmless(text: str) -> str:
    """Visible text that mentions nobody and marks up nothing: the words and nothing else."""
    return _BLOCK.sub("", visible(text)).translate(_MARKUP)


def one_line(text: str, limit: int) -> str:
    """At most ``limit`` characters on one line, for mail headers and table cells."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
