"""How a step ended, in the words that stand beside it in Airflow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from orderwatch.core.playbook.conditions import compile_condition
from orderwatch.core.playbook.schema import Step
from orderwatch.core.playbook.texts import money
from orderwatch.core.titles import say_code
from orderwatch.pipeline.playbook_run import Response, Result, local_minute
from orderwatch.store import responses
from orderwatch.store.database import business_now, run
from orderwatch.store.detection import write_line


def outcome(conn: Connection, response: Response, step_id: str, step: Step, keys: Sequence[str]) -> Result:
    """What has become of the effects with these keys."""
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


def confirm(conn: Connection, response: Response, incident: Row[Any], now: datetime) -> Result:
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


def _waiting(response: Response, row: Row[Any], now: datetime) -> Result:
    if _asleep(row, now):
        until = local_minute(row.next_attempt_at, response)
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
