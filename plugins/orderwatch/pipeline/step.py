"""One step of a response: ask again what is true now, intend, act through the ledger, and say in words how it ended."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError

from orderwatch.core.durations import format_duration
from orderwatch.core.playbook.acts import Act, Done, Situation, Subject, acts_of
from orderwatch.core.playbook.conditions import compile_condition
from orderwatch.core.playbook.decide import decide
from orderwatch.core.playbook.facts import Facts
from orderwatch.core.playbook.load import Loaded
from orderwatch.core.playbook.schema import Step
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.titles import say_code
from orderwatch.pipeline.dispatch import Recheck, Send, dispatch
from orderwatch.store import ledger, responses
from orderwatch.store.database import business_now, run
from orderwatch.store.detection import write_line
from orderwatch.store.guards import BUDGET, NO_DECISION, refusal
from orderwatch.store.ledger import StepAct

log = logging.getLogger(__name__)
WORTH_DOING: Final = timedelta(hours=24)
OVER: Final = ("closed", "dismissed", "merged", "resolved")
FAILED: Final = ("failed", "cancelled", "expired")  # of such an effect a further attempt may be made


@dataclass(frozen=True, slots=True)
class Result:
    """How a step ended, and the words that stand beside it in Airflow.

    ``done`` and ``skipped`` are final; ``held`` waits for a person to hand back, ``asks`` for an answer, ``again`` for
    a sink that is surely not reached yet; ``failed`` needs a person to look.
    """

    state: Literal["done", "skipped", "held", "asks", "again", "failed"]
    label: str


@dataclass(frozen=True, slots=True)
class Response:
    """One incident's run of one version of a playbook, and the ways out."""

    engine: Engine
    policy: Policy
    loaded: Loaded
    incident_id: int
    senders: Mapping[str, Send]
    link: str = ""
    finders: Mapping[str, Send] | None = None
    recheck: Recheck | None = None


def perform(response: Response, step_id: str) -> Result:
    """Do one step, as far as it is still wanted; safe to call again at any time, from any number of places."""
    step = response.loaded.playbook.steps[step_id]
    with response.engine.begin() as conn:
        now = business_now(conn)
        found = look(conn, response, now)
        if isinstance(found, Result):
            return found
        incident, situation = found
        skipped = _not_needed(response, step_id, situation)
        if skipped:
            return skipped
        if step.action == "owner.tell":
            keys, refused = _announcements(conn, response), None
        elif step.action == "incident.confirm":
            return _confirm(conn, response, incident, now)
        else:
            planned = _plan(conn, response, step_id, step, incident, situation, now)
            if isinstance(planned, Result):
                return planned
            keys, refused = planned
        run(conn, "effects/try_now", keys=keys, now=now)
    dispatch(response.engine, response.senders, only=keys, finders=response.finders, recheck=response.recheck)
    with response.engine.begin() as conn:
        return refused or _outcome(conn, response, step_id, step, keys)


def look(conn: Connection, response: Response, now: datetime) -> Result | tuple[Row[Any], Situation]:
    """The incident and its orders as they are now; a result instead where nothing is to be done, or allowed."""
    incident = responses.read_incident(conn, response.incident_id)
    if incident.state in OVER:
        into = f" into #{incident.parent_id}" if incident.parent_id else ""
        return Result("skipped", f"not needed: the incident is {incident.state}{into}")
    if incident.playbook is not None and incident.playbook != response.loaded.id:
        return Result("skipped", f"not needed: {incident.playbook} answers this incident now")
    runtime = response.loaded.playbook.limits.runtime
    if incident.started_at is not None and now - incident.started_at > runtime:
        return Result("skipped", f"not needed: the playbook's time ({format_duration(runtime)}) is over; people go on")
    members = responses.read_members(conn, response.incident_id)
    stop = run(
        conn,
        "responses/read_pause",
        incident_id=str(response.incident_id),
        playbook=response.loaded.id,
        order_ids=[row.order_id for row in members],
    ).one_or_none()
    if stop is not None:
        over = "; its time is up, hand back or take over" if stop.until <= now else ""
        until = _local(stop.until, response)
        return Result("held", f"held by {stop.taken_by} until {until}: {stop.reason}{over}")
    return incident, _situation(conn, response, incident, members, now)


def _situation(
    conn: Connection, response: Response, incident: Row[Any], members: Sequence[Row[Any]], now: datetime
) -> Situation:
    done = _done(conn, response)
    subjects = [
        Subject(
            _with_offer(responses.facts_of(incident, row, response.policy, now), row.order_id, done),
            row.order_id,
            row.shipment_id,
        )
        for row in members
    ]
    nobody = Subject(responses.facts_of(incident, None, response.policy, now), None)
    return Situation(subjects or [nobody], response.policy, now, done)


def _done(conn: Connection, response: Response) -> dict[str, list[Done]]:
    """What the steps so far have really done, with the numbers that the sinks gave."""
    done: dict[str, list[Done]] = defaultdict(list)
    for row in run(conn, "responses/read_incident_effects", incident_id=response.incident_id):
        if row.state == "delivered" and row.ref:
            done[row.step].append(Done(row.ref, row.order_id, row.amount_minor, row.currency))
    return done


def _with_offer(facts: Facts, order_id: str, done: Mapping[str, Sequence[Done]]) -> Facts:
    """A voucher that has been issued for the order is an offer that may be spoken of."""
    issued = [one for all_of in done.values() for one in all_of if one.amount_minor and one.order_id == order_id]
    if not issued:
        return facts
    last = issued[-1]
    given = replace(
        facts.offer, amount_minor=last.amount_minor, currency=last.currency or facts.offer.currency, voucher=last.ref
    )
    return replace(facts, offer=given)


def _not_needed(response: Response, step_id: str, situation: Situation) -> Result | None:
    """A step whose condition holds for none of its orders, with the condition and the facts."""
    decisions = [decide(response.loaded, step_id, subject.facts) for subject in situation.subjects]
    if any(decision.does != "not_needed" for decision in decisions):
        return None
    return Result("skipped", f"not needed: {decisions[0].why} is not so")


def _announcements(conn: Connection, response: Response) -> list[str]:
    """The owner's messages, which the scan has planned together with the incident."""
    return [row.effect_key for row in run(conn, "responses/read_announcements", incident_id=response.incident_id)]


def _confirm(conn: Connection, response: Response, incident: Row[Any], now: datetime) -> Result:
    """The latest attempt of every act has arrived, and what the playbook calls an end holds."""
    latest = {
        (row.step, row.slot): row
        for row in run(conn, "responses/read_incident_effects", incident_id=response.incident_id)
        if row.step in response.loaded.playbook.steps
    }.values()
    lost = [f"{row.step} {row.state}" for row in latest if row.state in {"failed", "expired"}]
    if lost:
        return Result("failed", f"not confirmed: {', '.join(lost)}")
    asleep = [row.step for row in latest if row.state == "planned" and _asleep(row, now)]
    open_ends = [
        f"{row.step} {row.state}"
        for row in latest
        if row.state in {"held", "planned", "sending", "unknown", "needs_human"}
        and not (row.state == "planned" and _asleep(row, now))
    ]
    if open_ends:
        return Result("failed", f"not confirmed yet: {', '.join(open_ends)}")
    ending = response.loaded.playbook.exit
    facts = responses.facts_of(incident, _first(conn, response), response.policy, now)
    if ending is not None and not compile_condition(ending, "bool").of(facts):
        return Result("again", f"not confirmed yet: {ending} is not so")
    run(conn, "responses/finish_earlier", incident_id=response.incident_id, now=now)
    if run(conn, "responses/set_mitigated", incident_id=response.incident_id, now=now).all():
        write_line(
            conn,
            now=now,
            event="mitigated",
            actor="playbook",
            incident_id=response.incident_id,
            scan_id=None,
            policy_version=response.policy.version,
            detail={"playbook": response.loaded.id, "sha": response.loaded.sha},
        )
    later = f", or waits for the morning: {', '.join(dict.fromkeys(asleep))}" if asleep else ""
    return Result("done", f"every act has arrived{later}")


def _first(conn: Connection, response: Response) -> Row[Any] | None:
    members = responses.read_members(conn, response.incident_id)
    return members[0] if members else None


# --- intending ---


def _plan(
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
    for act in acts:
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
    spent = responses.read_incident(conn, response.incident_id).spent.get(act.currency, 0)
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
        by = ", ".join(answer["login"] for answer in mine.answers) or "nobody in time"
        return Result("skipped", f"rejected by {by}")
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
    """When the customer may be written to; not at all when that has happened often enough today."""
    rules = response.policy.response.customer_messages
    zone = ZoneInfo(response.policy.calendars.business_zone)
    since = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    sent = run(
        conn,
        "responses/count_customer_messages",
        customer_id=act.customer_id,
        since=since,
        incident_id=response.incident_id,
    ).one()
    if sent.letters >= rules.per_day:
        return Result("skipped", f"not needed: the customer has been written to {sent.letters} times today")
    if sent.of_incident >= response.loaded.playbook.limits.customer_messages:
        return Result("skipped", f"not needed: the playbook allows {sent.of_incident} letters about one incident")
    return rules.speaks_at(now, zone)


def _auto(response: Response, act: Act) -> int:
    limits = response.policy.response.money.get(act.currency or "")
    return limits.auto_approve if limits else 0


def _say(act: Act) -> str:
    return money(act.amount_minor, act.currency or "")


# --- saying how it ended ---


def _outcome(conn: Connection, response: Response, step_id: str, step: Step, keys: Sequence[str]) -> Result:
    if step.action == "owner.tell":
        rows = run(conn, "responses/read_announcements", incident_id=response.incident_id).all()
    else:
        rows = run(conn, "responses/read_step_effects", incident_id=response.incident_id, step=step_id).all()
    mine = [row for row in rows if row.effect_key in keys]
    states = {row.state for row in mine}
    if not states:
        return Result("skipped", "not needed: nobody is to be told, the incident is silenced")
    if states <= {"undone", "cancelled"} and "undone" in states:
        return Result("skipped", "somebody has taken it back: see the incident's timeline")
    if "delivered" in states and states <= {"delivered", "cancelled", "undone"}:
        return Result("done", _say_done(step, mine))
    if "needs_human" in states:
        return Result("failed", "nobody can say whether it arrived: ask, then settle it (orderwatch effects settle)")
    if "unknown" in states or "sending" in states:
        return Result("again", "not known yet whether it arrived: asked again")
    if "failed" in states:
        return Result("failed", f"refused: {next(row.last_error for row in mine if row.state == 'failed')}")
    if "planned" in states:
        return _waiting(response, next(row for row in mine if row.state == "planned"), business_now(conn))
    return Result("skipped", f"not needed: {mine[0].last_error or say_code(mine[0].state, 'en')}")


def _waiting(response: Response, row: Row[Any], now: datetime) -> Result:
    if _asleep(row, now):
        until = _local(row.next_attempt_at, response)
        return Result("done", f"waits until {until}: customers are not written to at night")
    return Result("again", f"not sent yet: {row.last_error or 'the way to the sink is closed for a moment'}")


def _asleep(row: Row[Any], now: datetime) -> bool:
    """Never tried and not due yet: a letter that waits for the morning."""
    until = getattr(row, "next_attempt_at", None)
    return until is not None and row.last_error is None and until > now + timedelta(minutes=5)


def _say_done(step: Step, every: Sequence[Row[Any]]) -> str:
    rows = [row for row in every if row.state == "delivered"]
    refs = [row.ref for row in rows if getattr(row, "ref", None)]
    amounts = [money(row.amount_minor, row.currency) for row in rows if getattr(row, "amount_minor", 0)]
    title = step.act.title.en if step.act else ""
    told = sorted({row.recipient for row in rows if hasattr(row, "recipient")})
    said = ", ".join([*(refs or told)[:3], *amounts[:3]])
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    moved = sum(row.state == "cancelled" for row in every)
    rest = f"; not needed for {moved} whose order has moved on" if moved else ""
    return f"{title}: {said}{more}{rest}" if said else f"{title}: {len(rows)} sent{rest}"


def _local(at: datetime, response: Response) -> str:
    return f"{at.astimezone(ZoneInfo(response.policy.calendars.business_zone)):%m-%d %H:%M}"
