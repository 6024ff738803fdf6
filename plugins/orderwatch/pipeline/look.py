"""What is true of an incident at the moment in which a step begins, and whether it may act at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row

from orderwatch.core.durations import format_duration
from orderwatch.core.playbook.acts import Done, Situation, Subject
from orderwatch.core.playbook.facts import Facts
from orderwatch.core.policy import Policy
from orderwatch.pipeline.playbook_run import Response, Result, local_minute
from orderwatch.store import responses
from orderwatch.store.database import run

OVER: Final = ("closed", "dismissed", "merged", "resolved")


def look(conn: Connection, response: Response, now: datetime) -> Result | tuple[Row[Any], Situation]:
    """The incident and its orders as they are now; a result instead where nothing is to be done, or allowed."""
    incident = responses.read_incident(conn, response.incident_id)
    if incident.state in OVER:
        into = f" into #{incident.parent_id}" if incident.parent_id else ""
        return Result("skipped", f"not needed: the incident is {incident.state}{into}")
    if incident.playbook != response.loaded.id and response.loaded.id in incident.playbooks:
        return Result("skipped", f"not needed: {incident.playbook} answers this incident now")
    runtime = response.loaded.playbook.limits.runtime
    if incident.started_at is not None and now - incident.started_at > runtime:
        return Result("skipped", f"not needed: the playbook's time ({format_duration(runtime)}) is over; people go on")
    members = responses.read_members(conn, response.incident_id)
    stop = run(conn, "responses/read_pause", incident_id=response.incident_id).one_or_none()
    if stop is not None:
        over = "; its time is up, hand back or take over" if stop.until <= now else ""
        until = local_minute(stop.until, response)
        return Result("held", f"held by {stop.taken_by} until {until}: {stop.reason}{over}")
    return incident, situation(conn, response.policy, incident, members, now)


def situation(
    conn: Connection, policy: Policy, incident: Row[Any], members: Sequence[Row[Any]], now: datetime
) -> Situation:
    """The incident's orders in the words of playbooks, and what the steps so far have done."""
    done = _done(conn, incident.incident_id)
    subjects = [
        Subject(
            _with_offer(responses.facts_of(incident, row, policy, now), row.order_id, done),
            row.order_id,
            row.shipment_id,
        )
        for row in members
    ]
    nobody = Subject(responses.facts_of(incident, None, policy, now), None)
    return Situation(subjects or [nobody], policy, now, done)


def _done(conn: Connection, incident_id: int) -> dict[str, list[Done]]:
    """What the steps so far have really done, with the numbers that the sinks gave."""
    done: dict[str, list[Done]] = defaultdict(list)
    for row in run(conn, "responses/read_incident_effects", incident_id=incident_id):
        if row.state == "delivered" and row.ref:
            done[row.step].append(Done(row.ref, row.order_id, row.amount_minor, row.currency, row.effect_id))
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
