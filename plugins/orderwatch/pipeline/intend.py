"""From a step to intents in the ledger: each act once, within every limit, and never without its decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from orderwatch.core.playbook.acts import Act, Situation, acts_of
from orderwatch.core.playbook.decide import decide
from orderwatch.core.playbook.schema import Step
from orderwatch.core.playbook.texts import money
from orderwatch.pipeline.letters import count_letters, speaks_at
from orderwatch.pipeline.playbook_run import FAILED, Response, Result
from orderwatch.store import ledger
from orderwatch.store.database import run
from orderwatch.store.guards import BUDGET, NO_DECISION, refusal
from orderwatch.store.ledger import StepAct

WORTH_DOING: Final = timedelta(hours=24)


def plan_step(
    conn: Connection,
    response: Response,
    step_id: str,
    step: Step,
    incident: Row[Any],
    situation: Situation,
    now: datetime,
) -> tuple[list[str], Result | None] | Result:
    """The keys of the step's effects, intended now or earlier, and what kept an order's act back; or why none is."""
    needed = [one for one in situation.subjects if decide(response.loaded, step_id, one.facts).does != "not_needed"]
    acts = acts_of(response.loaded, step_id, replace(situation, subjects=needed))
    before = run(conn, "responses/read_step_effects", incident_id=response.incident_id, step=step_id).all()
    if not acts and not before:
        return Result("skipped", _why_nothing(response, step_id, step, situation))
    keys, notes = [], []
    gate = response.loaded.playbook.gate_of(step_id)
    asks = gate is not None and any(decide(response.loaded, gate, one.facts).does == "asks" for one in needed)
    for act in acts:
        if asks and not _is_live(act, before):
            notes.append(_undecided(conn, response, gate or "", act))
            continue
        got = _intend(conn, response, step_id, step, act, before, incident.level, now)
        if isinstance(got, Result):
            notes.append(got)
        else:
            keys.append(got)
    if notes and not keys:
        return notes[0]
    live = [row.effect_key for row in before if row.state not in FAILED and row.effect_key not in keys]
    if not keys and not live:
        return Result("skipped", _why_nothing(response, step_id, step, situation))
    return [*keys, *live], next((note for note in notes if note.state == "failed"), None)


def _undecided(conn: Connection, response: Response, gate: str, act: Act) -> Result:
    """Nobody has said yes to the act, or somebody no."""
    about = f" about {_say(act)}" if act.amount_minor else ""
    asked = run(conn, "approvals/read_questions", incident_id=response.incident_id, step=gate).all()
    if any(one.slot == act.slot and one.outcome == "rejected" and one.answers for one in asked):
        return _rejected(next(one for one in asked if one.slot == act.slot))
    return Result("failed", f"no decision{about}: clear {gate} to ask for one")


def _rejected(question: Row[Any]) -> Result:
    by = ", ".join(answer["login"] for answer in question.answers) or "nobody in time"
    return Result("skipped", f"rejected by {by}")


def _is_live(act: Act, before: Sequence[Row[Any]]) -> bool:
    """Whether the act was asked about, or done, already."""
    return any(row.slot == act.slot and row.state not in FAILED for row in before)


def _why_nothing(response: Response, step_id: str, step: Step, situation: Situation) -> str:
    gone = [one.order_id for one in situation.subjects if one.order_id and not one.facts.order.still_late]
    if step.act is not None and step.act.about_one_order and gone:
        return f"not needed: {', '.join(gone[:3])} has moved on"
    if step.action in {"voucher.issue"}:
        return "not needed: no amount is due in this currency"
    return "not needed: no order is where this helps"


def _intend(
    conn: Connection,
    response: Response,
    step_id: str,
    step: Step,
    act: Act,
    before: Sequence[Row[Any]],
    level: int,
    now: datetime,
) -> str | Result:
    mine = [row for row in before if row.slot == act.slot]
    live = [row for row in mine if row.state not in FAILED]
    if live:
        return _release(conn, response, step_id, live[0], now)
    if done := _done_elsewhere(conn, response, step_id, act):
        return done
    not_before = now
    if act.side_effect == "customer":
        letters = _letters(conn, response, act, now)
        if isinstance(letters, Result):
            return letters
        not_before = letters
    if act.side_effect == "money" and (over := over_limit(conn, response, act)):
        return over
    if act.side_effect == "money" and act.amount_minor > _auto(response, act):
        return Result(
            "failed", f"no decision about {_say(act)}: clear {response.loaded.playbook.gate_of(step_id)} to ask for one"
        )
    group = 1 + max((row.attempt_group for row in mine), default=0)
    return write_intent(conn, response, step_id, act, group, level, now, not_before=not_before)


def over_limit(conn: Connection, response: Response, act: Act) -> Result | None:
    """What the playbook itself allows for the whole incident, whoever approves."""
    cap = _cap(response, act)
    scope = f"incident:{response.incident_id}:{act.currency}"
    spent = run(conn, "responses/read_committed", scope=scope).scalar() or 0
    if cap is None or spent + act.amount_minor > cap:
        allowed = money(cap, act.currency or "") if cap else "nothing"
        return Result("failed", f"held back: {_say(act)} is more than the playbook allows for one incident ({allowed})")
    return None


def _cap(response: Response, act: Act) -> int | None:
    """In minor units; none where the playbook allows nothing in this currency."""
    limit = response.loaded.playbook.limits.spend
    return limit.amount_minor if limit and limit.currency == act.currency else None


def _done_elsewhere(conn: Connection, response: Response, step_id: str, act: Act) -> Result | None:
    """Another incident or step has done it for the order; this step itself, in another worker, is no such other."""
    for row in run(conn, "responses/read_effects_of_key", business_key=act.business_key):
        if (row.incident_id, row.step) != (response.incident_id, step_id):
            return Result("skipped", f"not needed: {act.business_key} is done already, for incident #{row.incident_id}")
    return None


def effect_key(conn: Connection, incident_id: int, step_id: str, group: int, act: Act) -> str:
    """Installation, incident, step and attempt; never a run, a try or a date, so that no rerun makes it another one."""
    code = run(conn, "responses/read_code").scalar_one()
    return f"{code}-inc-{incident_id}-{step_id}-{group}-{act.slot}"


def write_intent(
    conn: Connection,
    response: Response,
    step_id: str,
    act: Act,
    group: int,
    level: int,
    now: datetime,
    *,
    not_before: datetime | None = None,
    held: str | None = None,
) -> str | Result:
    """Write one effect and return its key; what no budget has room for is a result in words."""
    key = effect_key(conn, response.incident_id, step_id, group, act)
    about = StepAct(
        incident_id=response.incident_id,
        step=step_id,
        attempt_group=group,
        slot=act.slot,
        order_id=act.order_id,
        customer_id=act.customer_id,
        side_effect="internal" if act.side_effect == "none" else act.side_effect,
        amount_minor=act.amount_minor,
        currency=act.currency,
        incident_cap_minor=_cap(response, act),
        business_key=act.business_key,
        state="held" if held else "planned",
        hold_reason=held,
        undoes=act.undoes,
    )
    try:
        with conn.begin_nested():
            written = ledger.plan(
                conn,
                key=key,
                family="response",
                sink=act.sink,
                recipient=act.recipient,
                payload=act.payload,
                level=level,
                now=now,
                valid_for=WORTH_DOING,
                incident_ids=[response.incident_id],
                not_before=not_before,
                about=about,
            )
    except DBAPIError as error:
        if refusal(error) not in BUDGET:
            raise
        return Result("failed", f"held back: no budget for {_say(act)} ({str(error.orig).splitlines()[0]})")
    if written is None and (done := _done_elsewhere(conn, response, step_id, act)):
        return done
    return key


def _release(conn: Connection, response: Response, step_id: str, row: Row[Any], now: datetime) -> str | Result:
    """An effect that waits for a decision goes on if there is one; the database itself checks that."""
    if row.state != "held":
        return str(row.effect_key)
    gate = response.loaded.playbook.gate_of(step_id)
    asked = run(conn, "approvals/read_questions", incident_id=response.incident_id, step=gate).all()
    mine = next((one for one in asked if one.effect_id == row.effect_id), None)
    if mine is not None and mine.outcome == "rejected":
        run(conn, "responses/cancel_held", effect_ids=[row.effect_id], reason="rejected")
        return _rejected(mine)
    try:
        with conn.begin_nested():
            run(conn, "responses/release_held", effect_id=row.effect_id, now=now)
    except DBAPIError as error:
        if refusal(error) == NO_DECISION:
            return Result("failed", f"no valid decision: clear {gate} to ask for one")
        if refusal(error) in BUDGET:
            return Result("failed", f"held back: {str(error.orig).splitlines()[0]}")
        raise
    return str(row.effect_key)


def _letters(conn: Connection, response: Response, act: Act, now: datetime) -> datetime | Result:
    """When the customer may be written to; not at all when that has happened often enough on that day."""
    goes = speaks_at(response.policy, now)
    sent = count_letters(conn, response.policy, act.customer_id, goes, response.incident_id)
    if sent.letters >= response.policy.response.customer_messages.per_day:
        return Result("skipped", f"not needed: the customer has been written to {sent.letters} times today")
    if sent.of_incident >= response.loaded.playbook.limits.customer_messages:
        return Result("skipped", f"not needed: the playbook allows {sent.of_incident} letters about one incident")
    return goes


def _auto(response: Response, act: Act) -> int:
    limits = response.policy.response.money.get(act.currency or "")
    return limits.auto_approve if limits else 0


def _say(act: Act) -> str:
    return money(act.amount_minor, act.currency or "")
