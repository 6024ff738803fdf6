"""``exemptions.yaml``: the six reasons why waiting is normal, with their measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import NodeRule, Strict


class HolidayStocking(NodeRule):
    """``min_closure`` must be longer than a weekend; ``lead`` is how early a stocking order may be paid."""

    min_closure: Duration
    lead: Duration


class CustomerDelay(NodeRule):
    """``default_delay`` is how long a wish counts that has no date yet or no answer yet."""

    default_delay: Duration


class Customs(NodeRule):
    """How long clearing takes, 95 of 100 times, per route; ``default_p95`` for routes not listed."""

    nodes: Annotated[tuple[Literal["transport"], ...], Field(min_length=1)]
    route_p95: Mapping[str, Duration]
    default_p95: Duration


class BulkySplit(NodeRule):
    """``bulky_from_g``: an article this heavy is bulky even without the flag."""

    bulky_from_g: Annotated[int, Field(gt=0)]


class ExemptionsFile(Strict):
    """All six scenarios; switch one off with ``state: draft``, do not delete it."""

    holiday_stocking: HolidayStocking
    presale: NodeRule
    customer_delay: CustomerDelay
    customs: Customs
    bulky_split: BulkySplit
    supplier_direct: NodeRule
