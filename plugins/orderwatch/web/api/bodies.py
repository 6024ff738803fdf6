"""What the API takes; everything else in a body is refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Reason = Annotated[str, StringConstraints(max_length=500)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Field(ge=1, le=2**62)]
Until = AwareDatetime


class Body(BaseModel):
    """``role``: in which of your roles you act; by default the owner's, or the one with the least power that may."""

    model_config = ConfigDict(extra="forbid")

    role: Name | None = None


class OnIncident(Body):
    """``version``: the incident's ``edit_version`` that you have seen."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class Acknowledge(OnIncident):
    note: Reason | None = None


class Stop(OnIncident):
    reason: Reason
    until: Until


class HandBack(OnIncident):
    reason: Reason | None = None


class Merge(OnIncident):
    into: Number
    reason: Reason | None = None


class Dismiss(OnIncident):
    dismissed_as: Literal["false_alarm", "not_an_order", "duplicate", "healed"]
    reason: Reason


class Close(OnIncident):
    root_cause: Literal["system", "human", "external"]
    reason: Reason


class CorrectCause(OnIncident):
    """``cause``: the second level, one of the causes of ``review.yaml``; none if it is none of them."""

    root_cause: Literal["system", "human", "external"]
    cause: Name | None = None
    reason: Reason


class SetLevel(OnIncident):
    level: Annotated[int, Field(ge=0, le=3)]
    reason: Reason


class Release(OnIncident):
    """``amount_minor``: the sum that you have seen of what is released now. ``money``: false lets only letters go."""

    amount_minor: Annotated[int, Field(ge=0, le=2**53)] = 0
    at_most: Annotated[int, Field(ge=1, le=10_000)] | None = None
    money: bool = True
    reason: Reason | None = None


class Settle(OnIncident):
    arrived: bool
    reason: Reason


class Undo(OnIncident):
    reason: Reason


class Answer(Body):
    """``amount_minor``: the amount that you have seen in the question; an answer counts only for that."""

    amount_minor: Annotated[int, Field(ge=0, le=2**53)]
    reason: Reason | None = None


class Report(Body):
    what: Literal["wrong_item"]
    note: Annotated[str, StringConstraints(max_length=200)] = ""


class StopScope(Body):
    scope: Literal["order", "playbook", "everything"]
    subject: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""
    control: Literal["paused", "manual"] = "paused"
    reason: Reason
    until: Until


class EndStop(Body):
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class Silence(Body):
    """One of an order, a cause or a kind; a kind may be narrowed to a step and a level."""

    order_id: Name | None = None
    cause: Name | None = None
    kind: Literal["single", "triage", "batch", "stock_out", "system_failure", "mass_delay", "source"] | None = None
    node: Literal["review", "print", "pick", "outbound", "transport"] | None = None
    level: Annotated[int, Field(ge=0, le=3)] | None = None
    reason: Reason
    until: Until


class Rate(Body):
    """``stars`` from 1 to 5; ``step`` of the response that is rated, by default the whole of it."""

    stars: Annotated[int, Field(ge=1, le=5)]
    step: Name | None = None
    false_alarm_because: Annotated[str, StringConstraints(max_length=10_240)] | None = None
    words: Annotated[str, StringConstraints(max_length=10_240)] | None = None


class Records(Body):
    ids: Annotated[list[Number], Field(min_length=1, max_length=500)]


class Activate(Body):
    reason: Reason


class Decide(Body):
    reason: Reason


class DecideUntil(Decide):
    """``until``: when the rule ends."""

    until: Until


class Fact(BaseModel):
    """One thing that a rule asks."""

    model_config = ConfigDict(extra="forbid")

    attribute: Name
    value: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]


class Revise(Decide):
    asked: Annotated[list[Fact], Field(min_length=1, max_length=3)]


class Improve(Body):
    """About an incident, a playbook, or both; ``due`` is a day of the business.

    What will show that it has worked: ``verified_by`` in words, or ``metric``, which measures itself, with its
    ``target``: ``repeats:stock_shortage`` (incidents), ``link_p90:contacted`` (minutes), ``rating:stock_out`` (stars)
    or ``false_alarms`` (percent).
    """

    title: Annotated[str, StringConstraints(max_length=200)]
    owner: Annotated[str, StringConstraints(max_length=100)]
    due: date
    verified_by: Annotated[str, StringConstraints(max_length=200)] = ""
    incident_id: Number | None = None
    playbook: Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z0-9_]*$")] | None = None
    metric: Annotated[str, StringConstraints(max_length=120)] | None = None
    target: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None = None
    reason: Reason | None = None


class EndImprovement(Body):
    """``changed``: ``rule:12``, ``threshold:14`` or ``playbook:stock_out@1a2b3c4d``, which has to exist, or words."""

    reason: Reason
    changed: Annotated[str, StringConstraints(max_length=200)] | None = None
