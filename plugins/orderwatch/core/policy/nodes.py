"""``nodes.yaml``: the five critical steps, who watches them and what is normal there."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Strict, Text
from orderwatch.core.words import Node

Source = Literal["erp", "wms", "crm"]


class NormalRange(Strict):
    """How long orders usually stay, in the node's own clock."""

    shortest: Duration
    longest: Duration

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.shortest > self.longest:
            raise ValueError("shortest is longer than longest")
        return self


class NodePolicy(Strict):
    """One node. ``ceiling``, ``grace`` and ``platform_lead`` are wall time whatever the clock."""

    title: Text
    clock: Literal["working", "wall"]
    actor: Literal["office", "warehouse", "carrier"]
    normal: NormalRange
    decide: Literal["any_scan", "end_of_day"]
    ceiling: Duration
    grace: Duration
    platform_lead: Duration
    exceptions: tuple[Text, ...] = Field(min_length=1)
    first_responder: str
    deputies: tuple[str, ...] = ()
    resources: tuple[Text, ...] = ()
    depends_on: tuple[Source, ...] = Field(min_length=1)
    batch: Literal["wave", "manifest", "none"]

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.ceiling <= self.normal.longest:
            raise ValueError("ceiling must be longer than normal.longest, or normal orders raise alarms")
        if min(self.grace, self.platform_lead) < timedelta(0):
            raise ValueError("grace and platform_lead must not be negative")
        return self

    @property
    def working_time(self) -> bool:
        return self.clock == "working"


class NodesFile(Strict):
    """All five nodes; none may be left out."""

    review: NodePolicy
    print: NodePolicy
    pick: NodePolicy
    outbound: NodePolicy
    transport: NodePolicy

    def of(self, node: Node) -> NodePolicy:
        policy: NodePolicy = getattr(self, node.code)
        return policy
