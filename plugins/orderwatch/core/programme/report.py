"""What the programme report of a month says, as plain values: the same facts give the same document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.months import Month
from orderwatch.core.programme.definitions import FIGURES, Definition, Words
from orderwatch.core.programme.figure import COUNTS, Case

LANGUAGES: Final[tuple[Language, Language]] = ("zh-CN", "en")


def document(
    month: Month, complete: bool, cases: Mapping[str, Sequence[Case]], limits: Mapping[str, timedelta]
) -> dict[str, Any]:
    """Every figure with words, value and count. ``complete``: the month was over; ``limits``: what the words name."""
    figures = [_figure(one, cases[one.key], limits) for one in FIGURES]
    return {"month": str(month), "complete": complete, "figures": figures}


def figure_of(content: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    """The figure in a document; none in one that was written before there was such a figure."""
    return next((one for one in content["figures"] if one["key"] == key), None)


def _figure(one: Definition, cases: Sequence[Case], limits: Mapping[str, timedelta]) -> dict[str, Any]:
    return {
        "key": one.key, "unit": one.unit, "better": one.better, "title": _said(one.title, limits),
        "meaning": _said(one.meaning, limits), **COUNTS[one.key](cases),
    }  # fmt: skip


def _said(words: Words, limits: Mapping[str, timedelta]) -> dict[str, str]:
    return {
        language: words[language].format_map({name: say_duration(one, language) for name, one in limits.items()})
        for language in LANGUAGES
    }
