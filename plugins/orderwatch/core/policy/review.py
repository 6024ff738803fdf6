"""``review.yaml``: when a cause counts as found, what an incident is compared with, and when people are reminded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Rule, Strict

RootCause = Literal["system", "human", "external"]
Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]


class CauseRule(Rule):
    """One cause that evidence can speak for; ``weight``: how far the evidence is trusted if it explains every order."""

    root_cause: RootCause
    weight: Share


class Causes(Strict):
    """All causes; switch one off with ``state: draft``, do not delete it."""

    source_outage: CauseRule
    system_fault: CauseRule
    stock_shortage: CauseRule
    node_capacity: CauseRule
    carrier_delay: CauseRule
    customs_stop: CauseRule
    holiday: CauseRule
    supplier_silent: CauseRule
    address_incomplete: CauseRule
    placeholder: CauseRule
    moved_by_seller: CauseRule

    def of(self, name: str) -> CauseRule:
        cause: CauseRule = getattr(self, name)
        return cause


class Limits(Strict):
    """How long each link of the chain may take: ``detected`` from the alert time, the others from the incident on."""

    detected: Duration
    told: Duration
    contacted: Duration


class ReviewFile(Strict):
    """``confidence``: below it, a cause is undetermined; ``least_share`` of the orders that a rule has to explain."""

    confidence: Share
    least_share: Share
    slow_below: Share
    least_seen: Count
    times_others: Annotated[float, Field(gt=1)]
    least_others: Count
    least_batches: Count
    limits: Limits
    compare_with: Duration
    repeat_within: Duration
    remind_after: tuple[Duration, ...] = Field(min_length=1)
    causes: Causes
