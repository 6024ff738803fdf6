"""``thresholds.yaml``: the measures of the learned limit ``mean × multiplier + regional buffer``."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, PlainSerializer, model_validator

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import NodeCode, Strict
from orderwatch.core.policy.calendars import Country
from orderwatch.core.words import Node

Key = Literal["category", "region", "channel"]
Keys = Annotated[tuple[Key, ...], Field(max_length=3)]
Mode = Literal["formula", "balanced", "early", "precise", "nothing_missed", "best"]
Percent = Annotated[int, Field(ge=0, le=100)]


class Buffer(Strict):
    """Regional logistics buffer: upper minus lower percentile of the dwell in the region."""

    nodes: tuple[NodeCode, ...]
    upper_percent: Percent
    lower_percent: Percent

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.upper_percent < self.lower_percent:
            raise ValueError("upper_percent is below lower_percent")
        return self


class KeysPerNode(Strict):
    """What makes orders alike, most important first; a thin cell falls back by dropping the last key."""

    review: Keys
    print: Keys
    pick: Keys
    outbound: Keys
    transport: Keys

    def of(self, node: Node) -> tuple[Key, ...]:
        keys: tuple[Key, ...] = getattr(self, node.code)
        return keys


class ClockRules(Strict):
    """Which clock says what is late, and the evidence that it needs."""

    mode: Mode
    candidates: Annotated[tuple[str, ...], Field(min_length=1)]
    windows: Annotated[tuple[Literal["all"] | Duration, ...], Field(min_length=1)]
    judged: Duration
    prefer: Literal["rec24", "rec48", "rec72"]
    false_alarms: Annotated[float, Field(gt=0, lt=1)]
    least_alerts: Annotated[int, Field(ge=1)]
    approval: Literal["always", "new_clock", "never"]
    approvers: Annotated[tuple[str, ...], Field(min_length=1)]
    holidays: Country
    most_change: Annotated[int, Field(ge=2)]
    least_new: Annotated[int, Field(ge=1)]


class DriftLimits(Strict):
    """``false_alarms`` is a share of the alarms whose orders' end is known; misses are per 1,000 orders."""

    false_alarms: Annotated[float, Field(gt=0, lt=1)]
    misses_per_1000: Annotated[float, Field(gt=0, lt=1000)]


class DriftRules(Strict):
    """What the weekly check looks at, how many cases it needs, and from where on it speaks of drift."""

    window: Duration
    least_alarms: Annotated[int, Field(ge=1)]
    least_orders: Annotated[int, Field(ge=1)]
    least_broken: Annotated[int, Field(ge=1)]
    by_limits: DriftLimits
    by_promises: DriftLimits


class ThresholdsFile(Strict):
    """``multiplier`` is text (``"1.8"``), so that it is exactly 1.8 and a threshold exact to the second."""

    multiplier: Annotated[Decimal, Field(gt=0), PlainSerializer(str, return_type=str)]
    min_samples: Annotated[int, Field(ge=1)]
    history: Duration
    keys: KeysPerNode
    buffer: Buffer
    clock: ClockRules
    drift: DriftRules
