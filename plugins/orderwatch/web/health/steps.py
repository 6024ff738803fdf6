"""The response to an incident, step by step, in the words of the very file that its run follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Row

from orderwatch.core.playbook.load import parse_served
from orderwatch.core.playbook.schema import DAG_PREFIX
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy.loader import PolicyError
from orderwatch.core.titles import say_code
from orderwatch.web.health.clock import Clock

ORDER: Final = ("needs_human", "unknown", "failed", "held", "sending", "planned", "delivered", "expired", "cancelled")
LOOK: Final[Mapping[str, tuple[str, str]]] = {
    "needs_human": ("warn", "person"), "unknown": ("warn", "unknown"), "failed": ("bad", "bad"),
    "held": ("held", "lock"), "sending": ("run", "send"), "planned": ("", "plan"), "delivered": ("ok", "check"),
    "expired": ("", "late"), "cancelled": ("", "dismissed"),
}  # fmt: skip
"""Colour and sign of each state of an act."""


@dataclass(frozen=True, slots=True)
class State:
    """Acts of one step in one state."""

    name: str
    colour: str
    sign: str
    said: str
    acts: int
    amount: str
    at: str
    more: str  # its reference, or what went wrong


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step: its acts by state, the most urgent first; none yet where it has not begun."""

    id: str
    title: str
    link: str  # to its task in Airflow, below Airflow's own address
    gate: bool
    states: Sequence[State]


@dataclass(frozen=True, slots=True)
class Response:
    """The run and its steps."""

    title: str
    playbook: str
    run_id: str
    link: str
    attempt: int
    started: str
    finished: str
    steps: Sequence[StepRow]
    spent: str

    @property
    def titles(self) -> Mapping[str, str]:
        return {step.id: step.title for step in self.steps}


def response_of(answer: Row[Any] | None, acts: Sequence[Row[Any]], clock: Clock) -> Response | None:
    if answer is None:
        return None
    run = f"/dags/{DAG_PREFIX}{quote(answer.playbook)}/runs/{quote(answer.run_id)}"
    title, titles, gates = _words(answer, clock)
    ids = [*titles, *dict.fromkeys(row.step for row in acts if row.step not in titles)]
    return Response(
        title=title,
        playbook=answer.playbook,
        run_id=answer.run_id,
        link=run,
        attempt=answer.attempt,
        started=clock.at(answer.started_at),
        finished=clock.at(answer.finished_at) if answer.finished_at else "",
        steps=[
            StepRow(
                id=one,
                title=titles.get(one, one),
                link=f"{run}/tasks/{quote(one)}" if one in titles else "",
                gate=one in gates,
                states=_states([row for row in acts if row.step == one], clock),
            )
            for one in ids
        ],
        spent=_spent(acts),
    )


def _words(answer: Row[Any], clock: Clock) -> tuple[str, Mapping[str, str], set[str]]:
    """The playbook's title, its steps' titles in their order, and which of them are questions."""
    try:
        playbook = parse_served(answer.playbook, answer.raw).playbook
    except PolicyError:  # served before the form of the files changed
        return answer.playbook, {}, set()
    titles = {name: step.title.say(clock.language) for name, step in playbook.steps.items()}
    gates = {name for name, step in playbook.steps.items() if step.gate is not None}
    return playbook.title.say(clock.language), titles, gates


def _states(rows: Sequence[Row[Any]], clock: Clock) -> list[State]:
    return [_state(row, clock) for row in sorted(rows, key=lambda row: ORDER.index(row.state))]


def _state(row: Row[Any], clock: Clock) -> State:
    colour, sign = LOOK[row.state]
    return State(
        name=row.state,
        colour=colour,
        sign=sign,
        said=say_code(row.state, clock.language),
        acts=row.acts,
        amount=money(row.amount_minor, row.currency) if row.amount_minor else "",
        at=clock.at(row.delivered_at) if row.delivered_at else "",
        more=(row.ref if row.state == "delivered" and row.acts == 1 else row.last_error) or "",
    )


def _spent(rows: Sequence[Row[Any]]) -> str:
    """What has really gone out, per currency."""
    sums: dict[str, int] = {}
    for row in rows:
        if row.state == "delivered" and row.amount_minor:
            sums[row.currency] = sums.get(row.currency, 0) + row.amount_minor
    return " + ".join(money(amount, currency) for currency, amount in sums.items())
