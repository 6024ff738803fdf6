"""How numbers, times and clocks are said in pictures and tables, in the reader's language."""

from __future__ import annotations

from typing import Final

from orderwatch.core.durations import Language

HOUR: Final = 3600
DAY: Final = 86400
MARKERS: Final = {"risk": "o", "slack": "s", "countdown": "^", "formula": "D", "fixed": "v"}
SIGNS: Final = {"risk": "●", "slack": "■", "countdown": "▲", "formula": "◆", "fixed": "▼"}


def say(language: Language, zh: str, en: str) -> str:
    return zh if language == "zh-CN" else en


def percent(share: float | None, digits: int = 0) -> str:
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def kind_of(model: str) -> str:
    """``risk`` of ``risk:0.80+24h``."""
    return model.partition(":")[0]


def clock(model: str, window: str, language: Language) -> str:
    """``risk:0.80 · 120 d``; a clock that learns from everything says only its name."""
    days = window.removesuffix("d")
    told = f" · {days} {say(language, '天', 'd')}" if days.isdigit() else "" if window == "all" else f" · {window}"
    return model + told
