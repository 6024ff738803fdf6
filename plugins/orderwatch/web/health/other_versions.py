"""What other threshold versions would have done about an incident, as the review shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orderwatch.core.durations import Language, say_duration
from orderwatch.web.health.clock import Clock
from orderwatch.web.pictures.words import say


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """One version. ``earlier``: against the version of then; ``better``: none where it makes no difference."""

    number: int
    model: str
    standing: str
    first_at: str
    earlier: str
    better: bool | None
    of_incident: int
    alerts: int
    more: int
    more_orders: Sequence[str]
    fewer: int
    fewer_orders: Sequence[str]
    verdict: str


def say_versions(content: Mapping[str, Any] | None, clock: Clock) -> list[OtherVersion]:
    return [_line(one, clock) for one in content["rows"]] if content else []


def _line(one: Mapping[str, Any], clock: Clock) -> OtherVersion:
    language, earlier = clock.language, one["earlier_s"]
    return OtherVersion(
        number=one["version"],
        model=one["model"],
        standing=_standing(one, language),
        first_at=clock.full(datetime.fromisoformat(one["first_at"])) if one["first_at"] else "–",
        earlier=_earlier(earlier, language),
        better=None if not earlier else earlier > 0,
        of_incident=one["of_incident"],
        alerts=one["alerts"],
        more=one["more"]["count"],
        more_orders=one["more"]["orders"],
        fewer=one["fewer"]["count"],
        fewer_orders=one["fewer"]["orders"],
        verdict=_verdict(one, language),
    )


def _standing(one: Mapping[str, Any], language: Language) -> str:
    if one["used"]:
        return say(language, "当时使用", "in force then")
    if one["active"]:
        return say(language, "现在使用", "in force now")
    return say(language, "候选", "candidate") if one["decision"] == "held" else say(language, "曾在用", "was in force")


def _earlier(seconds: int | None, language: Language) -> str:
    if seconds is None:
        return "–"
    if not seconds:
        return "0"
    long = say_duration(timedelta(seconds=abs(seconds)), language)
    return (
        say(language, f"早 {long}", f"{long} earlier") if seconds > 0 else say(language, f"晚 {long}", f"{long} later")
    )


def _verdict(one: Mapping[str, Any], language: Language) -> str:
    """In few words, for whoever reads no figures."""
    if one["used"]:
        return say(language, "基准", "what the others are compared with")
    if one["first_at"] is None:
        return say(language, "不会发现这次事件", "would not have seen this incident")
    more, fewer, seconds = one["more"]["count"], one["fewer"]["count"], one["earlier_s"] or 0
    when = say(language, "更早", "earlier") if seconds > 0 else say(language, "更晚", "later") if seconds < 0 else ""
    alerts = [
        say(language, f"多 {more} 条告警", f"{more} more alerts") if more else "",
        say(language, f"少 {fewer} 条告警", f"{fewer} fewer") if fewer else "",
    ]
    said = say(language, "，", ", ").join(filter(None, (when, *alerts)))
    return said or say(language, "没有区别", "no difference")
