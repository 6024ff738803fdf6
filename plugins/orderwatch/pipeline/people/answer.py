"""Answer a question about money or letters that wait: the same rules as for an answer that is given in Airflow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, both, reason_of, titles_of
from orderwatch.store.database import business_now, run
from orderwatch.store.detection import write_line
from orderwatch.store.guards import ANSWERS, refusal, words_of

Decision = Literal["approve", "reject"]
_REFUSED: Final = {"OW010": "answered_already", "OW011": "asked_yourself"}


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that counts; ``outcome`` is none while the question still waits for a second person's yes."""

    approval_id: int
    incident_id: int
    role: str
    outcome: str | None
    let_go: bool
    now: datetime


def answer(
    conn: Connection,
    policy: Policy,
    by: By,
    approval_id: int,
    decision: Decision,
    amount_minor: int,
    reason: str | None = None,
) -> Answered:
    """Say yes or no to one question; a no says why. ``amount_minor`` is the amount that the person has seen.

    With the last yes that is needed the act goes on: at once where its step waits for it, else with the next scan.
    Raises ``Refusal``; then nothing is recorded and the question stays open.
    """
    why = reason_of(reason, decision == "reject")
    question = run(conn, "approvals/read_question", approval_id=approval_id).one_or_none()
    if question is None:
        raise Refusal("no_question", number=approval_id)
    if question.outcome is not None or question.state != "held":
        raise _over(question)
    if by.login in question.answered_by:
        raise Refusal("answered_by_you")
    if amount_minor != question.amount_minor:
        raise Refusal("another_amount", amount=money(question.amount_minor, question.currency))
    now, role = business_now(conn), _role(conn, policy, by, question)
    _write(conn, policy, by, question, role, decision, why, now)
    row = run(conn, "approvals/read_question", approval_id=approval_id).one()
    let_go = (
        row.outcome == "approved"
        and run(conn, "people/release_approved", effect_id=row.effect_id, now=now).one_or_none() is not None
    )
    about = money(row.amount_minor, row.currency) if row.amount_minor else row.order_id or ""
    write_line(
        conn,
        now=now,
        event="answered",
        actor=by.login,
        incident_id=row.incident_id,
        order_id=row.order_id,
        scan_id=None,
        policy_version=policy.version,
        detail={"decision": decision, "step": row.step, "about": about, "question": approval_id, "note": why or None},
    )
    return Answered(approval_id, row.incident_id, role, row.outcome, let_go, now)


def _over(question: Row[Any]) -> Refusal:
    ended = {"rejected": "refused", None: "withdrawn"}.get(question.outcome, question.outcome)
    return Refusal("answered_already", said=both(ended), by=", ".join(question.answered_by) or "-")


def _role(conn: Connection, policy: Policy, by: By, question: Row[Any]) -> str:
    """Of the roles that the person holds and that are asked, the one that may approve most."""
    rows = run(conn, "approvals/roles_of", logins=[by.login], currency=question.currency)
    held = [row.role for row in rows if by.role in {None, row.role}]
    role = next((one for one in held if one in question.roles), None)
    if role is None:
        raise Refusal("not_asked_of_you", who=titles_of(policy, question.roles))
    return str(role)


def _write(
    conn: Connection, policy: Policy, by: By, question: Row[Any], role: str, decision: Decision, why: str, now: datetime
) -> None:
    try:
        with conn.begin_nested():
            run(
                conn,
                "approvals/answer",
                approval_id=question.approval_id,
                login=by.login,
                role=role,
                decision=decision,
                amount_minor=question.amount_minor,
                payload_sha=question.payload_sha,
                note=why or None,
                now=now,
            )
    except DBAPIError as error:
        code = refusal(error)
        if code == "OW014":
            who = [one for one in question.roles if _may(policy, one, question)]
            amount = money(question.amount_minor, question.currency)
            able, yours = titles_of(policy, who), titles_of(policy, [role])
            raise Refusal("above_your_right", amount=amount, roles=yours, who=able) from error
        if code in _REFUSED:
            raise Refusal(_REFUSED[code], said=both("approved"), by=question.requested_by) from error
        if code in ANSWERS:
            raise Refusal("not_your_answer", why=words_of(error)) from error
        raise


def _may(policy: Policy, role: str, question: Row[Any]) -> bool:
    right = policy.response.approval_rights.get(role, {}).get(question.currency)
    return right is not None and right.up_to >= question.amount_minor
