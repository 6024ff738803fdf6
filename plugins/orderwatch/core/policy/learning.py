"""``learning.yaml``: when feedback is enough for a proposal, how a rule is tried, and when it ends."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Strict

Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]


class LearningFile(Strict):
    """``least_support`` and ``least_precision`` guard against small samples, ``chance`` against many attempts."""

    window: Duration
    least_support: Count
    least_precision: Share
    chance: Share
    real_weight: Annotated[float, Field(ge=1)]
    least_waits: Count
    longest_wait: Duration
    again_factor: Annotated[float, Field(gt=1)]
    most_proposals: Count
    shadow_least: Duration
    shadow_judged: Count
    longest_life: Duration
    remind_before: Duration
    owner: str
