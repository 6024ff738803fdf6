"""How one link of the chain has come along over the months, for the review of an incident: a picture and its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.months import Month as CalendarMonth
from orderwatch.core.review.chain import MONTHS, Step
from orderwatch.web.pictures import trend
from orderwatch.web.pictures.svg import SIZES
from orderwatch.web.pictures.trend import Month


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One month in words."""

    month: str
    incidents: int
    p50: str
    p90: str


@dataclass(frozen=True, slots=True)
class Trend:
    """``step``: the link that is shown; ``pictures``: for a desk and a phone, none where there is nothing to draw."""

    step: Step
    title: str
    pictures: Sequence[Markup]
    rows: Sequence[TrendRow]


def draw_trend(
    content: Mapping[str, Any], titles: Mapping[Step, str], asked: Step | None, zone: ZoneInfo, language: Language
) -> Trend:
    """``asked``: a link that somebody wants to see; else the one that broke its limit first, else the last one."""
    step: Step = asked or content["chain"]["first_broken"] or "resolved"
    link = next(one for one in content["chain"]["links"] if one["step"] == step)
    kept = {
        one["month"]: Month(one["month"], one["incidents"], one["p50_s"], one["p90_s"])
        for one in content.get("trend", ())
        if one["step"] == step
    }
    last = CalendarMonth.of(datetime.fromisoformat(content["incident"]["closed_at"]), zone)
    months = [str(last.later(one)) for one in range(1 - MONTHS, 1)]
    drawn = [
        trend.draw(titles[step], months, kept, link["limit_s"], link["took_s"], language, size)
        for size in SIZES
        if kept
    ]  # fmt: skip
    rows = [
        TrendRow(one.month, one.incidents, _long(one.p50_s, language), _long(one.p90_s, language))
        for one in kept.values()
    ]
    return Trend(step, titles[step], drawn, rows)


def _long(seconds: int, language: Language) -> str:
    return say_duration(timedelta(seconds=seconds), language)
