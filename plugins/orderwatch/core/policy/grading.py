"""``grading.yaml``: how serious, who owns it, and when many orders are one event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Strict

LONGEST_LOOK_AHEAD = timedelta(minutes=5)
Level = Literal[0, 1, 2, 3]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class MassDelay(Strict):
    """When the late orders of one scan are a storm; what comes within ``lasts`` of its orders belongs to it.

    ``doubtful_apart``: so many doubtful orders still go to triage one by one meanwhile; more belong to the storm.
    """

    min_new: Count
    p99_factor: Annotated[float, Field(gt=0)]
    open_share: Share
    open_share_min: Count
    doubtful_apart: Annotated[int, Field(ge=0)]
    lasts: Duration


class LevelPolicy(Strict):
    """Owner and clocks of one level; level 0 has no owner but the node's first responder."""

    owner: str | None = None
    acknowledge_within: Duration | None = None
    close_after: Duration


class SourcePolicy(Strict):
    """When a source counts as out, so that orders depending on it are unknown and not late.

    ``reconcile_every``: how often everything open is asked for again, because some systems change an order
    without moving its change stamp. ``vanished_share``: of the orders open in our books, how many at most may be
    absent from that list before the list itself is doubted. ``min_volume_usual``: where fewer changes than this
    are usual in the window, their absence says nothing.
    """

    reconcile_every: Duration
    vanished_share: Share
    max_staleness: Duration
    min_volume_share: Share
    min_volume_usual: Count
    volume_window: Duration
    max_clock_skew: Duration


class GradingFile(Strict):
    """Values are minor units of their currency; ``high_value`` names every currency that is traded.

    ``look_ahead``: a scan counts what becomes late so soon as late already, so that an order that does so right after
    it does not wait for the next scan *and* for the answer.

    ``tell_growth_after``: an incident that has grown since its owner was told is told of again after this time, at
    once when it has doubled or an order of level 1 has joined.
    """

    look_ahead: Duration
    high_value: Mapping[Currency, Annotated[int, Field(gt=0)]]
    vip_tiers: tuple[str, ...]
    broken_promise_raises: Literal[0, 1]
    tell_growth_after: Duration
    batch_orders: Annotated[int, Field(ge=2)]
    mass_delay: MassDelay
    levels: Mapping[int, LevelPolicy]
    sources: SourcePolicy

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if set(self.levels) != {0, 1, 2, 3}:
            raise ValueError("levels must name 0, 1, 2 and 3")
        if self.look_ahead > LONGEST_LOOK_AHEAD:
            raise ValueError("look_ahead: more than 5m would call orders late that are not")
        for level, rules in self.levels.items():
            if level and (rules.owner is None or rules.acknowledge_within is None):
                raise ValueError(f"level {level} needs an owner and acknowledge_within")
        return self
