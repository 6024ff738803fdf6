"""Playbooks on paper: every step is done through the ledger, and what would go out is written down instead of sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import Engine

from orderwatch.core.effect import Effect, Outcome, Sink
from orderwatch.core.playbook.decide import in_order
from orderwatch.core.playbook.schema import DAG_PREFIX
from orderwatch.local.replay.rules import Rules
from orderwatch.pipeline.dispatch import Send, dispatch
from orderwatch.pipeline.gate import Answer, AnswerRefused, answer, ask, asked_minor, out_of_time
from orderwatch.pipeline.playbook_run import Response, Result
from orderwatch.pipeline.responses import Run, start_responses
from orderwatch.pipeline.step import perform
from orderwatch.store.database import run

Answers = Literal["yes", "none"]
FINISHED: Final = ("done", "skipped", "failed")


def on_paper(effect: Effect) -> Outcome:
    """What a sink that works would say."""
    return Outcome("delivered", ref=f"{effect.sink}-{effect.effect_id}")


SENDERS: Final[Mapping[str, Send]] = dict.fromkeys(get_args(Sink), on_paper)


@dataclass
class Walk:
    """One run of a playbook: how its steps have ended so far, and since when a question waits."""

    response: Response
    ended: dict[str, str] = field(default_factory=dict)
    asked_at: dict[str, datetime] = field(default_factory=dict)


@dataclass
class Paper:
    """All runs that are not over. ``answers``: whoever is asked says yes at once, or nobody ever answers."""

    engine: Engine
    rules: Rules
    answers: Answers
    walks: list[Walk] = field(default_factory=list)
    kept_back: Counter[str] = field(default_factory=Counter)  # acts that a limit or a missing answer has stopped

    def work(self, scan_id: int, now: datetime) -> None:
        """Answer the incidents that wait for it, and go on with every run as far as it gets."""
        start_responses(self.engine, self.rules.policy, self.rules.playbooks, self._begin, scan_id)
        for walk in self.walks:
            self._go_on(walk, now)
        self.walks = [walk for walk in self.walks if len(walk.ended) < len(walk.response.loaded.playbook.steps)]

    def send_waiting(self, now: datetime, since: datetime) -> None:
        """What waited for the morning, or for room."""
        with self.engine.connect() as conn:
            due = run(conn, "replay/is_anything_due", now=now, since=since).scalar_one()
        if due:
            dispatch(self.engine, SENDERS)

    def _begin(self, one: Run) -> str:
        loaded = next(each for each in self.rules.playbooks if each.id == one.dag_id.removeprefix(DAG_PREFIX))
        self.walks.append(Walk(Response(self.engine, self.rules.policy, loaded, one.conf["incident_id"], SENDERS)))
        return "started"

    def _go_on(self, walk: Walk, now: datetime) -> None:
        playbook = walk.response.loaded.playbook
        for step_id in in_order(playbook):
            if step_id in walk.ended or not set(playbook.before(step_id)) <= walk.ended.keys():
                continue
            gate = playbook.steps[step_id].gate
            result = perform(walk.response, step_id) if gate is None else self._ask(walk, step_id, now)
            if result.state in FINISHED:
                walk.ended[step_id] = result.state
                if result.state == "failed":
                    self.kept_back[_why(result)] += 1

    def _ask(self, walk: Walk, step_id: str, now: datetime) -> Result:
        result = ask(walk.response, step_id)
        if result.state != "asks":
            return result
        if self.answers == "yes":
            return self._say_yes(walk.response, step_id) or result
        gate, asked_at = walk.response.loaded.playbook.steps[step_id].gate, walk.asked_at.setdefault(step_id, now)
        if gate is not None and now - asked_at >= gate.timeout:
            walk.asked_at[step_id] = now
            return out_of_time(walk.response, step_id)
        return result

    def _say_yes(self, response: Response, step_id: str) -> Result | None:
        """The first of those who are asked and may approve it does; nobody, where it is beyond everybody's right."""
        gate = response.loaded.playbook.steps[step_id].gate
        roles = gate.roles if gate else ()
        logins = [one.login for role in roles for one in response.policy.role(role).people if one.login]
        amount = asked_minor(response, step_id)
        for login in logins:
            try:
                result = answer(response, step_id, Answer("approve", (login,), amount))
            except AnswerRefused:
                continue
            if result.state != "asks":
                return result
        return None


def _why(result: Result) -> str:
    """The kind of the reason, without the amount or the order that it names."""
    return result.label.partition(":")[0]
