"""Let go what is held for a person's word: letters to customers and money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, Done, Seen, act
from orderwatch.store.database import run
from orderwatch.store.guards import ANSWERS, refusal, words_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of it: ``amount_minor`` is the sum that the person has seen, all of what is released together."""

    amount_minor: int = 0
    at_most: int | None = None
    money: bool = True


def release(conn: Connection, policy: Policy, by: By, seen: Seen, wanted: Wanted, reason: str | None = None) -> Done:
    """Answer the open questions about this incident with yes; what needs no second yes is sent by the next scan.

    Each answer is checked like one that is given in Airflow: the role, its approval right, not by whoever asked.
    """
    rows = run(conn, "people/read_held", incident_id=seen.incident_id).all()
    chosen = [row for row in rows if wanted.money or not row.amount_minor][: wanted.at_most]
    currencies = {row.currency for row in chosen if row.amount_minor}
    if len(currencies) > 1:
        chosen = [row for row in chosen if row.currency == chosen[0].currency]
    currency = next(iter(currencies), None)
    amount = sum(row.amount_minor for row in chosen)
    done = act(
        conn, policy, by, "release", seen=seen, reason=reason, must_say_why=False, amount_minor=amount,
        currency=currency,
    )  # fmt: skip
    if not chosen:
        raise Refusal("nothing_held", incident=seen.incident_id)
    if amount != wanted.amount_minor:
        raise Refusal("another_amount", amount=money(amount, currency or ""))
    for row in chosen:
        _approve(conn, by, row, done)
    let_go = [
        row.effect_id
        for row in chosen
        if run(conn, "people/release_approved", effect_id=row.effect_id, now=done.now).one_or_none()
    ]
    detail = {"count": len(let_go), "effects": let_go[:50], "amount_minor": amount, "currency": currency}
    done.say(conn, "released", {**detail, "note": done.reason or None})
    return done


def _approve(conn: Connection, by: By, question: Row[Any], done: Done) -> None:
    held = [row.role for row in run(conn, "approvals/roles_of", logins=[by.login], currency=question.currency)]
    role = next((one for one in held if one in question.roles), None)
    if role is None:
        raise Refusal("not_your_answer", why=f"{', '.join(question.roles)}")
    try:
        run(
            conn,
            "approvals/answer",
            approval_id=question.approval_id,
            login=by.login,
            role=role,
            decision="approve",
            amount_minor=question.amount_minor,
            payload_sha=question.payload_sha,
            note=done.reason or None,
            now=done.now,
        )
    except DBAPIError as error:
        if refusal(error) in ANSWERS:
            raise Refusal("not_your_answer", why=words_of(error)) from error
        raise
