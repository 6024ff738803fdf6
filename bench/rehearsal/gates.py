"""The question about money: skipped, answered by the wrong ones, and answered faster than Airflow likes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import requests

from bench.rehearsal.stage import NotSo, Run, Stage
from orderwatch.core.playbook.schema import DAG_PREFIX
from orderwatch.local.airflow import FINISHED

APPROVE: Final = "批准 Approve"
ENTITLED, WATCHES = "operations", "viewer"  # logins of the demonstration
A_PERSON_S: Final = 10.0  # how long somebody takes who reads before answering
ANSWERS: Final = 6  # one, and one more for each retry of the gate

_GATES = """
    select r.playbook, r.run_id, a.step as gate, e.step, e.effect_id, e.order_id, e.amount_minor
    from approval as a
    inner join effect as e on a.effect_id = e.effect_id
    inner join response as r on a.incident_id = r.incident_id
    where a.outcome is null and e.side_effect = 'money'
    order by a.approval_id, r.attempt desc
    limit 1
"""
_SAID = """
    select w.login, w.decision, a.outcome
    from approval as a left join approval_answer as w on a.approval_id = w.approval_id
    where a.effect_id = :effect_id
"""
_ROLES = """
    select r.role, r.up_to_minor
    from approval_right as r inner join person_role as p on r.role = p.role
    where p.login = :login and r.currency = 'CNY'
"""
_SET_RIGHT = "update approval_right set up_to_minor = :up_to where role = :role and currency = 'CNY'"


@dataclass(frozen=True, slots=True)
class Gate:
    """A task that asks a person, and the money step that may act only on the answer."""

    run: Run
    task_id: str
    money: str
    effect_id: int
    order_id: str
    amount_minor: int


def _find(stage: Stage) -> Gate:
    """The first question about money that waits for a person."""
    rows = stage.execute(_GATES)
    stage.demand(bool(rows), "no incident waits for a decision about money")
    (one,) = rows
    run = Run(f"{DAG_PREFIX}{one.playbook}", one.run_id)
    return Gate(run, one.gate, one.step, one.effect_id, one.order_id, one.amount_minor)


def skipped(stage: Stage) -> str:
    """A gate that somebody sets to success or skips lets no money through; cleared it asks anew."""
    gate = _find(stage)
    for state in ("success", "skipped"):
        _ask(stage, gate)
        stage.set_state(gate.run, gate.task_id, state)
        stage.end_of(gate.run)
        money = stage.task(gate.run, gate.money)
        said = f"{gate.money} is {money['state']}: {money['rendered_map_index']}"
        stage.say(f"gate set to {state}; {said}")
        stage.demand(money["state"] == "failed" and "no valid decision" in said, said)
        stage.demand(not _vouchers(stage, gate), f"gate set to {state}: a voucher was issued")
    _ask(stage, gate, anew=True)
    stage.demand(not _answers(stage, gate), "somebody has answered who has not")
    return "both times: no valid decision; cleared, it asked anew"


def wrong_role(stage: Stage) -> str:
    """Airflow refuses who may only look; who may answer there and not here is not counted, and the question reopens."""
    gate = _find(stage)
    _ask(stage, gate)
    stage.demand(_refused(stage, gate) == 403, f"the answer of {WATCHES} was not refused with 403")
    with _without_right(stage, gate):
        for _ in range(ANSWERS):
            before = _ask(stage, gate)
            time.sleep(A_PERSON_S)
            stage.answer(gate.run, gate.task_id, APPROVE, ENTITLED, gate.amount_minor)
            if _ask(stage, gate)["try_number"] == before["try_number"]:
                break  # it has weighed the answer, and was not merely tried again
        else:
            raise NotSo(f"the gate was killed by Airflow after each of {ANSWERS} answers")
    stage.demand(not _answers(stage, gate), "an answer without the right was counted")
    stage.demand(not _vouchers(stage, gate), "a voucher was issued on an answer without the right")
    return f"{WATCHES}: 403; {ENTITLED} without the right: not counted, asked again"


def stale_amount(stage: Stage) -> str:
    """The page goes on showing the first amount: an approval of that one pays nothing once another is asked about."""
    shown = _find(stage)
    _ask(stage, shown)
    stage.execute("update orders set value_minor = value_minor + 50000 where order_id = :order", order=shown.order_id)
    _ask(stage, shown, anew=True)
    asked = _find(stage)
    stage.demand(asked.amount_minor > shown.amount_minor, "the question is still about the first amount")
    for _ in range(ANSWERS):
        before = _ask(stage, asked)
        time.sleep(A_PERSON_S)
        stage.answer(shown.run, shown.task_id, APPROVE, ENTITLED, shown.amount_minor)
        if _ask(stage, asked)["try_number"] == before["try_number"]:
            break  # it has weighed the answer, and was not merely tried again
    else:
        raise NotSo(f"the gate was killed by Airflow after each of {ANSWERS} answers")
    stage.demand(not _answers(stage, asked), "an answer about another amount was counted")
    stage.demand(not _vouchers(stage, asked), "a voucher was issued on an answer about another amount")
    said = stage.task(asked.run, asked.task_id)["rendered_map_index"]
    stage.demand("did not count" in said, f"nobody is told that the answer did not count: {said}")
    return f"{shown.amount_minor} was shown, {asked.amount_minor} asked about: {said}"


def at_once(stage: Stage) -> str:
    """Who answers in the moment of being asked is counted once, whatever becomes of the gate's process."""
    gate = _find(stage)
    _ask(stage, gate)
    stage.clear_from(gate.run, gate.task_id)
    seconds: list[float] = []
    while (within := _answer_in_the_moment(stage, gate)) is not None:
        seconds.append(within)
        stage.say(f"answered within {within:.3f} s of parking")
        stage.demand(len(seconds) <= ANSWERS, f"{len(seconds)} answers, and none has counted")
    issued = [one["amount_minor"] for one in _vouchers(stage, gate)]
    stage.demand(issued == [gate.amount_minor], f"asked about {gate.amount_minor}, issued were {issued}")
    said = [(login, decision) for login, decision, _ in _answers(stage, gate)]
    stage.demand(said == [(ENTITLED, "approve")], f"recorded answers: {said}")
    ended = {task_id: task["state"] for task_id, task in stage.tasks(gate.run).items()}
    stage.demand(set(ended.values()) <= {"success", "skipped"}, f"not all steps are well: {ended}")
    stage.demand_books_agree()
    tries = stage.task(gate.run, gate.task_id)["try_number"]
    shown = ", ".join(f"{one:.3f}" for one in seconds)
    return f"answered within {shown} s of parking, {len(seconds)} answer(s) given, the gate's try {tries}"


# --- the gate ---


def _ask(stage: Stage, gate: Gate, *, anew: bool = False) -> dict[str, Any]:
    """Wait until the gate asks; one that has ended, or is to ask anew, is cleared first."""
    if anew or stage.call("GET", gate.run.path)["state"] in FINISHED:
        stage.clear_from(gate.run, gate.task_id)
    return stage.wait("the question", lambda: _asks(stage, gate), pause=0.5)


def _asks(stage: Stage, gate: Gate) -> dict[str, Any] | None:
    """The gate's task while it waits for an answer that nobody has given yet."""
    task = stage.task(gate.run, gate.task_id)
    if task["state"] != "awaiting_input":
        return None
    detail = stage.call("GET", f"{gate.run.path}/taskInstances/{gate.task_id}/-1/hitlDetails")
    return None if detail["response_received"] else task


def _answer_in_the_moment(stage: Stage, gate: Gate) -> float | None:
    """Look as often as possible, and answer as soon as the gate asks; none when the run has ended without asking.

    The seconds are those from the last look that found no question until the answer was taken.
    """
    before = time.monotonic()

    def look() -> str | None:
        nonlocal before
        looked = time.monotonic()
        if _asks(stage, gate):
            return "asks"
        if stage.call("GET", gate.run.path)["state"] in FINISHED:
            return "ended"
        before = looked
        return None

    if stage.wait("the question or the end", look, pause=0.02) == "ended":
        return None
    stage.answer(gate.run, gate.task_id, APPROVE, ENTITLED, gate.amount_minor)
    return time.monotonic() - before


def _refused(stage: Stage, gate: Gate) -> int | None:
    """The status with which Airflow refuses the answer of somebody who may only look."""
    try:
        stage.answer(gate.run, gate.task_id, APPROVE, WATCHES, gate.amount_minor)
    except requests.HTTPError as error:
        return None if error.response is None else error.response.status_code
    return None


@contextmanager
def _without_right(stage: Stage, gate: Gate) -> Iterator[None]:
    """Meanwhile nobody with that login may approve as much as is asked about; in the policy this is one line."""
    rights = stage.execute(_ROLES, login=ENTITLED)
    try:
        for right in rights:
            stage.execute(_SET_RIGHT, role=right.role, up_to=gate.amount_minor - 1)
        yield
    finally:
        for right in rights:
            stage.execute(_SET_RIGHT, role=right.role, up_to=right.up_to_minor)


# --- what has come of it ---


def _vouchers(stage: Stage, gate: Gate) -> list[dict[str, Any]]:
    return [one for one in stage.demo.company_get("vouchers", "/_received") if one["order_no"] == gate.order_id]


def _answers(stage: Stage, gate: Gate) -> list[tuple[str, str, str]]:
    """(login, decision, outcome) of every answer that was counted."""
    return [tuple(row) for row in stage.execute(_SAID, effect_id=gate.effect_id) if row.login]
