"""A playbook file: which incidents it answers, within which limits, and step by step what is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from orderwatch.core.playbook.actions import ACTIONS, Action, Span, StepId
from orderwatch.core.policy.base import NodeCode, RuleState, Strict, Text
from orderwatch.core.policy.grading import Currency

IncidentKind = Literal["single", "triage", "batch", "stock_out", "system_failure", "mass_delay", "source"]
Cel = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,39}$")]
Outcome = Literal["acts", "asks", "not_needed", "refused"]
MOST_STEPS: Final = 20
DAG_PREFIX: Final = "playbook_"  # of the DAG that a playbook becomes


class Match(Strict):
    """The incidents that the playbook answers; of several that match, the one with the highest priority."""

    kinds: tuple[IncidentKind, ...] = Field(min_length=1)
    levels: tuple[Literal[0, 1, 2, 3], ...] = Field(min_length=1)
    nodes: tuple[NodeCode, ...] = Field(default=("review", "print", "pick", "outbound", "transport"), min_length=1)
    when: Cel | None = None
    priority: Annotated[int, Field(ge=0, le=100)] = 0


class Money(Strict):
    """An amount in minor units of a currency."""

    currency: Currency
    amount_minor: Annotated[int, Field(gt=0, le=100_000_00)]


class Limits(Strict):
    """What one incident may cost at the most: money, messages to one customer, time."""

    spend: Money | None = None
    customer_messages: Annotated[int, Field(ge=0, le=5)] = 0
    runtime: Span


class Gate(Strict):
    """A question that only a person answers. ``roles``: who is asked, and who is asked next when nobody answers.

    After the last role has let ``timeout`` pass the answer is no; silence never approves anything.
    """

    of: StepId
    roles: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,39}$")], ...] = Field(min_length=1, max_length=5)
    approvers: Annotated[int, Field(ge=1, le=3)] = 1
    timeout: Span
    on_timeout: Literal["escalate", "reject"] = "escalate"


class Retry(Strict):
    """How often a step is tried when it is certain that nothing happened, and how long it waits in between."""

    attempts: Annotated[int, Field(ge=1, le=10)] = 5
    wait: Span


class Once(Strict):
    """At most one such effect per order (or customer) under this name, whatever incident or playbook asks for it."""

    per: Literal["order", "customer"]
    name: Name


class Step(Strict):
    """One act or one question, in the words of the incident's response."""

    title: Text
    action: str | None = None
    gate: Gate | None = None
    each: Literal["incident", "order"] = "incident"
    when: Cel | None = None
    after: tuple[StepId, ...] | None = None
    needs: tuple[StepId, ...] = ()
    inputs: Mapping[str, Any] = Field(default={}, alias="with")
    limit: Money | None = None
    once: Once | None = None
    retry: Retry | None = None
    undo: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if (self.action is None) == (self.gate is None):
            raise ValueError("a step is either an action or a gate")
        if self.action is not None and self.action not in ACTIONS:
            raise ValueError(f"there is no action {self.action!r}; known are {', '.join(ACTIONS)}")
        return self

    @property
    def act(self) -> Action | None:
        return ACTIONS[self.action] if self.action else None


class Expected(Strict):
    """What a test expects of one step."""

    does: Outcome
    amount_minor: int | None = None


class Test(Strict):
    """An example: facts that differ from an ordinary late order, and what follows from them."""

    name: str
    given: Mapping[str, Any] = {}
    approved: bool = True
    matches: bool = True
    steps: Mapping[StepId, Outcome | Expected] = {}

    @model_validator(mode="after")
    def _steps_of_an_answer(self) -> Self:
        if self.steps and not self.matches:
            raise ValueError("an incident that is not answered has no steps")
        return self


class Playbook(Strict):
    """The whole file; its name is the playbook's."""

    playbook: Name
    title: Text
    purpose: Text
    owner: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,39}$")]
    state: RuleState
    match: Match
    limits: Limits
    steps: Mapping[StepId, Step] = Field(min_length=1, max_length=MOST_STEPS)
    exit: Cel | None = None
    tests: tuple[Test, ...] = Field(min_length=1)

    def before(self, step_id: str) -> tuple[str, ...]:
        """The steps that come directly before: those it names, else the one above it."""
        named = self.steps[step_id].after
        if named is not None:
            return named
        order = list(self.steps)
        position = order.index(step_id)
        return (order[position - 1],) if position else ()

    def ancestors(self, step_id: str) -> frozenset[str]:
        """Every step that is certainly over before this one begins. Raises ``ValueError`` in a circle."""
        seen: set[str] = set()
        waiting = list(self.before(step_id))
        while waiting:
            one = waiting.pop()
            if one == step_id:
                raise ValueError(f"{step_id} comes before itself")
            if one not in seen and one in self.steps:
                seen.add(one)
                waiting += self.before(one)
        return frozenset(seen)

    def gate_of(self, step_id: str) -> str | None:
        """The gate whose answer the step needs, if it has one."""
        return next((need for need in self.steps[step_id].needs if self.steps[need].gate is not None), None)
