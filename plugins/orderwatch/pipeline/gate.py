"""A question that only a person answers, bound in our database to one effect, its amount and its very bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from orderwatch.core.playbook.acts import Act, acts_of
from orderwatch.core.playbook.decide import decide
from orderwatch.core.playbook.facts import Facts
from orderwatch.core.playbook.schema import Gate
from orderwatch.core.playbook.texts import money
from orderwatch.pipeline.dispatch import dispatch
from orderwatch.pipeline.intend import over_limit, write_intent
from orderwatch.pipeline.look import look
from orderwatch.pipeline.playbook_run import FAILED, Response, Result
from orderwatch.pipeline.summon import summon
from orderwatch.store.database import as_json, business_now, run
from orderwatch.store.detection import write_line
from orderwatch.store.guards import ANSWERS, refusal, words_of

AUTOMATION = "orderwatch"  # who asks when no person has


class AnswerRefused(ValueError):
    """The answer does not count, and why; the question stays open."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said: ``logins`` are the names under which Airflow may know them.

    ``amount_minor`` is the amount that the answer was given for, all questions of the gate together.
    """

    decision: Literal["approve", "reject"]
    logins: Sequence[str]
    amount_minor: int | None = None
    note: str | None = None


def ask(response: Response, step_id: str, requested_by: str = AUTOMATION) -> Result:
    """Put the question, unless it is not needed or has been answered; the effects it is about wait, held.

    A question about an amount that has changed since is withdrawn, and asked anew about the new one. Whoever is asked
    hears of it by chat and mail.
    """
    with response.engine.begin() as conn:
        result = _ask(conn, response, step_id, requested_by)
        keys = summon(conn, response, step_id) if result.state == "asks" else []
    if keys:
        dispatch(response.engine, response.senders, only=keys)
    return result


def _ask(conn: Connection, response: Response, step_id: str, requested_by: str) -> Result:
    gate = _gate(response, step_id)
    now = business_now(conn)
    found = look(conn, response, now)
    if isinstance(found, Result):
        return found
    incident, situation = found
    decisions = [decide(response.loaded, step_id, one.facts) for one in situation.subjects]
    asked = [
        one
        for one, decision in zip(situation.subjects, decisions, strict=True)
        if decision.does != "not_needed" and _acts(response, gate.of, one.facts)
    ]
    if not asked:
        return Result("skipped", f"not needed: {decisions[0].why or 'nothing to decide'}")
    acts = acts_of(response.loaded, gate.of, replace(situation, subjects=asked))
    refused = _refused(conn, response, step_id)
    held = [_hold(conn, response, gate, act, refused, incident.level, now) for act in acts]
    _ask_about_held(conn, response, step_id, gate, requested_by, now)
    result = standing(conn, response, step_id)
    problem = next((one for one in held if one is not None), None)
    return problem if problem is not None and result.state != "asks" else result


def standing(conn: Connection, response: Response, step_id: str) -> Result:
    """Where the question stands: asked of whom, or answered by whom."""
    questions = run(conn, "approvals/read_questions", incident_id=response.incident_id, step=step_id).all()
    if not questions:
        return Result("skipped", "not needed: nothing to decide")
    still_open = [one for one in questions if one.outcome is None]
    if still_open:
        role = still_open[0].roles[min(still_open[0].level, len(still_open[0].roles) - 1)]
        return Result("asks", f"waiting for {role}: {_sum(still_open)}")
    said = {one.outcome for one in questions}
    if said == {"withdrawn"}:
        why = f", {questions[0].last_error}" if questions[0].last_error else ""
        return Result("skipped", f"not needed: the question was withdrawn{why}")
    by = ", ".join(dict.fromkeys(answer["login"] for one in questions for answer in one.answers)) or "nobody in time"
    word = "approved" if said == {"approved"} else "rejected" if said == {"rejected"} else "answered differently"
    return Result("done", f"{word} by {by}: {_sum(questions)}")


def answer(response: Response, step_id: str, said: Answer) -> Result:
    """Record one person's answer to every open question of the gate.

    Raises:
        AnswerRefused: the person may not answer this; nothing is recorded.
    """
    with response.engine.begin() as conn:
        now = business_now(conn)
        questions = [
            one
            for one in run(conn, "approvals/read_questions", incident_id=response.incident_id, step=step_id)
            if one.outcome is None
        ]
        _same_amount(questions, said)
        counted = False
        for question in questions:
            role = _role_for(conn, question, said)
            try:
                taken = run(
                    conn,
                    "approvals/answer",
                    approval_id=question.approval_id,
                    login=said.logins[0],
                    role=role,
                    decision=said.decision,
                    amount_minor=question.amount_minor,
                    payload_sha=question.payload_sha,
                    note=said.note,
                    now=now,
                )
            except DBAPIError as error:
                if refusal(error) in ANSWERS:
                    raise AnswerRefused(words_of(error)) from error
                raise
            counted |= taken.one_or_none() is not None
        if counted:
            _note(conn, response, step_id, _decided(said), said.logins[0], now)
        return standing(conn, response, step_id)


def asked_minor(response: Response, step_id: str) -> int:
    """How much the open questions of the gate are about together, in minor units."""
    with response.engine.connect() as conn:
        questions = run(conn, "approvals/read_questions", incident_id=response.incident_id, step=step_id)
        return sum(one.amount_minor for one in questions if one.outcome is None)


def _same_amount(questions: Sequence[Row[Any]], said: Answer) -> None:
    """Whoever says yes has seen this amount: the words of an earlier question may still stand on the page."""
    asked = sum(one.amount_minor for one in questions)
    if said.decision == "reject" or not asked or said.amount_minor == asked:
        return
    currency = questions[0].currency
    seen = "without an amount" if said.amount_minor is None else f"about {money(said.amount_minor, currency)}"
    raise AnswerRefused(f"the answer is {seen}, and {money(asked, currency)} is asked about now: enter that amount")


def out_of_time(response: Response, step_id: str) -> Result:
    """Nobody has answered: the next role is asked, and after the last one the answer is no."""
    gate = _gate(response, step_id)
    keys: list[str] = []
    with response.engine.begin() as conn:
        now = business_now(conn)
        questions = run(conn, "approvals/read_questions", incident_id=response.incident_id, step=step_id).all()
        still_open = [one for one in questions if one.outcome is None]
        if not still_open:
            return standing(conn, response, step_id)
        level = still_open[0].level + 1
        if gate.on_timeout == "escalate" and level < len(gate.roles):
            run(conn, "approvals/next_level", incident_id=response.incident_id, step=step_id, level=level)
            asked = response.policy.role(gate.roles[level]).title
            words = {"zh-CN": f"没有人回答，改问{asked.zh}", "en": f"nobody answered; the {asked.en} is asked"}
            _note(conn, response, step_id, words, AUTOMATION, now)
            keys = summon(conn, response, step_id)
        else:
            ids = [one.approval_id for one in still_open]
            if run(conn, "approvals/close_question", approval_ids=ids, outcome="rejected", now=now).all():
                words = {"zh-CN": "到时间没有人回答，视为拒绝", "en": "nobody answered in time: rejected"}
                _note(conn, response, step_id, words, AUTOMATION, now)
        result = standing(conn, response, step_id)
    if keys:
        dispatch(response.engine, response.senders, only=keys)
    return result


def _gate(response: Response, step_id: str) -> Gate:
    gate = response.loaded.playbook.steps[step_id].gate
    if gate is None:
        raise ValueError(f"{response.loaded.id}.{step_id} is no gate")
    return gate


def _acts(response: Response, step_id: str, facts: Facts) -> bool:
    return decide(response.loaded, step_id, facts).does != "not_needed"


def _refused(conn: Connection, response: Response, step_id: str) -> set[int]:
    """Effects that a person has said no to; silence is not a person."""
    questions = run(conn, "approvals/read_questions", incident_id=response.incident_id, step=step_id)
    return {one.effect_id for one in questions if one.outcome == "rejected" and one.answers}


def _hold(
    conn: Connection, response: Response, gate: Gate, act: Act, refused: set[int], level: int, now: datetime
) -> Result | None:
    """The effect as it would be, waiting; one that waits for a decision about other words or amounts gives way.

    What a person has refused is not asked again, however often the gate is cleared, until it is another question.
    """
    before = run(conn, "responses/read_step_effects", incident_id=response.incident_id, step=gate.of).all()
    mine = [row for row in before if row.slot == act.slot]
    live = [row for row in mine if row.state not in FAILED]
    if not live and mine and mine[-1].effect_id in refused and _same(conn, mine[-1], act):
        return None
    if live:
        if live[0].state != "held" or _same(conn, live[0], act):
            return None
        words = "the amount or the words have changed"
        run(conn, "responses/cancel_held", effect_ids=[live[0].effect_id], reason=words)
    if act.side_effect == "money" and (over := over_limit(conn, response, act)):
        return over
    group = 1 + max((row.attempt_group for row in mine), default=0)
    got = write_intent(conn, response, gate.of, act, group, level, now, held="approval")
    return got if isinstance(got, Result) else None


def _same(conn: Connection, row: Row[Any], act: Act) -> bool:
    sha = run(conn, "approvals/sha_of", payload=as_json(act.payload)).scalar_one()
    return bool(sha == row.payload_sha and act.amount_minor == row.amount_minor)


def _ask_about_held(
    conn: Connection, response: Response, step_id: str, gate: Gate, requested_by: str, now: datetime
) -> None:
    answered = {
        one.effect_id
        for one in run(conn, "approvals/read_questions", incident_id=response.incident_id, step=step_id)
        if one.outcome in {"approved", "rejected"}
    }
    for row in run(conn, "responses/read_step_effects", incident_id=response.incident_id, step=gate.of).all():
        if row.state == "held" and row.effect_id not in answered:
            asked = run(
                conn,
                "approvals/ask",
                effect_id=row.effect_id,
                step=step_id,
                roles=as_json(gate.roles),
                approvers=gate.approvers,
                requested_by=requested_by,
                now=now,
            ).all()
            if asked:
                about = money(row.amount_minor, row.currency) if row.amount_minor else row.order_id
                role = response.policy.role(gate.roles[0]).title
                words = {"zh-CN": f"请{role.zh}决定 {about}", "en": f"the {role.en} is asked about {about}"}
                _note(conn, response, step_id, words, requested_by, now)


def _role_for(conn: Connection, question: Row[Any], said: Answer) -> str:
    """The role in which the person answers: of all that may be asked, the one that may approve most."""
    held = [row.role for row in run(conn, "approvals/roles_of", logins=list(said.logins), currency=question.currency)]
    role = next((one for one in held if one in question.roles), None)
    if role is None:
        raise AnswerRefused(f"{said.logins[0]} holds none of the roles that are asked: {', '.join(question.roles)}")
    return str(role)


def _sum(questions: Sequence[Row[Any]]) -> str:
    return ", ".join(
        money(one.amount_minor, one.currency) if one.amount_minor else str(one.order_id) for one in questions[:3]
    )


def _decided(said: Answer) -> dict[str, str]:
    zh, en = {"approve": ("批准", "approved"), "reject": ("拒绝", "rejected")}[said.decision]
    return {"zh-CN": f"{said.logins[0]} {zh}", "en": f"{en} by {said.logins[0]}"}


def _note(
    conn: Connection, response: Response, step_id: str, words: Mapping[str, str], actor: str, now: datetime
) -> None:
    """A line of the timeline that begins with the step's own title."""
    title = response.loaded.playbook.steps[step_id].title
    write_line(
        conn,
        now=now,
        event="approval",
        actor=actor,
        incident_id=response.incident_id,
        scan_id=None,
        policy_version=response.policy.version,
        detail={"step": {"zh-CN": title.zh, "en": title.en}, "words": dict(words)},
    )
