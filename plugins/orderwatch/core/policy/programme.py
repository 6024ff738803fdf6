"""``programme.yaml``: who hears of the programme report, of the week and of improvements, and when."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Strict


def _clock(text: object) -> time:
    """``09:00``; raises ``ValueError``."""
    if isinstance(text, time):
        return text
    if not isinstance(text, str) or len(text) != 5:
        raise ValueError(f"{text!r} is no time of day; write it like '09:00'")
    return time.fromisoformat(text)


ClockTime = Annotated[time, BeforeValidator(_clock), PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str)]


class Report(Strict):
    """``first_response``: within this time of the first alert somebody should have heard or been written to."""

    owner: str
    first_response: Duration


class Week(Strict):
    """Who gets the digest of the week."""

    owner: str


class Improvements(Strict):
    """``remind_before`` the day the owner is reminded, ``escalate_after`` it whoever owns the incident's level hears.
    A metric compares ``compare_days`` before an improvement was begun with as many after it was done."""

    remind_before: Duration
    escalate_after: Duration
    compare_days: Annotated[int, Field(ge=1, le=365)]


class ProgrammeFile(Strict):
    """``tell_from``: from this time of day on, on the clock of the business, people hear of the week and of
    improvements."""

    report: Report
    week: Week
    tell_from: ClockTime
    improvements: Improvements
