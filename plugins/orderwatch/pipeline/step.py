"""One step of a response: ask again what is true now, intend, act through the ledger, and say in words how it ended."""

from __future__ import annotations

from sqlalchemy import Connection

from orderwatch.core.playbook.acts import Situation
from orderwatch.core.playbook.decide import decide
from orderwatch.pipeline.dispatch import dispatch
from orderwatch.pipeline.intend import plan_step
from orderwatch.pipeline.look import look
from orderwatch.pipeline.outcome import confirm, outcome
from orderwatch.pipeline.playbook_run import Response, Result
from orderwatch.store.database import business_now, run


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
            return confirm(conn, response, incident, now)
        else:
            planned = plan_step(conn, response, step_id, step, incident, situation, now)
            if isinstance(planned, Result):
                return planned
            keys, refused = planned
        run(conn, "effects/try_now", keys=keys, now=now)
    dispatch(response.engine, response.senders, only=keys, finders=response.finders, recheck=response.recheck)
    with response.engine.begin() as conn:
        return refused or outcome(conn, response, step_id, step, keys)


def _not_needed(response: Response, step_id: str, situation: Situation) -> Result | None:
    """A step whose condition holds for none of its orders, with the condition and the facts."""
    decisions = [decide(response.loaded, step_id, subject.facts) for subject in situation.subjects]
    if any(decision.does != "not_needed" for decision in decisions):
        return None
    return Result("skipped", f"not needed: {decisions[0].why} is not so")


def _announcements(conn: Connection, response: Response) -> list[str]:
    """The owner's messages, which the scan has planned together with the incident."""
    return [row.effect_key for row in run(conn, "responses/read_announcements", incident_id=response.incident_id)]
