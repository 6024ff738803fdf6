"""Figures as people read them; one without data says so, and never reads as a zero."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.playbook.texts import money
from orderwatch.core.programme.definitions import PARTS

NOTHING: Final[Mapping[Language, str]] = {"zh-CN": "没有数据", "en": "no data"}


def say_value(unit: str, value: float | None, language: Language, currency: str | None = None) -> str:
    """``83.0 %``, ``¥12.50``, ``+32``."""
    if value is None:
        return NOTHING[language]
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "money":
        return money(int(value), currency) if currency else "0"
    return f"{value:+d}" if isinstance(value, int) else f"{value:+.0f}"


def say_figure(figure: Mapping[str, Any], language: Language) -> str:
    """The value of a figure, or of one of its parts."""
    return say_value(figure["unit"], figure["value"], language, _currency(figure))


def say_count(figure: Mapping[str, Any], language: Language) -> str:
    """Of how many it speaks: ``39 of 47``."""
    hits, count = f"{figure['hits']:,}", f"{figure['count']:,}"
    if figure["unit"] == "nps":
        asked = f"{figure['asked']:,}"
        return f"问了 {asked} 人，{count} 人回答" if language == "zh-CN" else f"{count} answers of {asked} asked"
    return f"{count} 中 {hits}" if language == "zh-CN" else f"{hits} of {count}"


def say_more(figure: Mapping[str, Any], language: Language) -> str:
    """How long half and nine in ten of the responses took; nothing of other figures."""
    if figure.get("p50_s") is None:
        return ""
    half, nine = (say_seconds(figure[name], language) for name in ("p50_s", "p90_s"))
    return f"p50 {half}，p90 {nine}" if language == "zh-CN" else f"p50 {half}, p90 {nine}"


def say_seconds(seconds: int, language: Language) -> str:
    """Below a minute in seconds."""
    if seconds < 60:
        return f"{seconds} {'秒' if language == 'zh-CN' else 's'}"
    return say_duration(timedelta(seconds=seconds), language)


def say_change(figure: Mapping[str, Any], before: Mapping[str, Any] | None, language: Language) -> str:
    """Against the month before, in the figure's own unit; nothing where one of the two has no data."""
    if before is None or figure["value"] is None or before["value"] is None:
        return ""
    if figure["unit"] == "money" and _currency(figure) != _currency(before):
        return ""
    step = figure["value"] - before["value"]
    if round(step, 3) == 0:
        return "持平" if language == "zh-CN" else "unchanged"
    if figure["unit"] == "share":
        return f"{100 * step:+.1f} {'个百分点' if language == 'zh-CN' else 'points'}"
    if figure["unit"] == "money":
        sign = "-" if step < 0 else "+"
        return sign + say_value("money", abs(step), language, _currency(figure))
    return f"{step:+.0f}"


def say_part(part: str, language: Language) -> str:
    """What a part is called; a cause or playbook that has a name elsewhere stays as it is."""
    return PARTS[part][language] if part in PARTS else part


def _currency(figure: Mapping[str, Any]) -> str | None:
    parts = figure.get("parts")
    if figure["unit"] != "money":
        return None
    return parts[0]["part"] if parts else None
