"""How incidents are answered: the facts of one, its run, its effects so far, and who has stopped it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row

from orderwatch.core.playbook.facts import Facts, IncidentFacts, LimitFacts, OrderFacts
from orderwatch.core.policy import Policy
from orderwatch.core.words import Node
from orderwatch.store.database import run
from orderwatch.store.findings import group_of

MOST_MEMBERS: Final = 500


def read_incident(conn: Connection, incident_id: int) -> Row[Any]:
    """Raises ``LookupError`` when there is no such incident."""
    row = run(conn, "responses/read_incidents", incident_ids=[incident_id]).one_or_none()
    if row is None:
        raise LookupError(f"there is no incident {incident_id}")
    return row


def read_members(conn: Connection, incident_id: int) -> Sequence[Row[Any]]:
    """The orders of an incident, at most 500, with where they stand now."""
    return run(conn, "responses/read_members", incident_ids=[incident_id], most=MOST_MEMBERS).all()


def read_waiting(conn: Connection, answered: Iterable[tuple[str, int]]) -> list[tuple[Row[Any], Row[Any] | None]]:
    """Every incident of these kinds and levels that waits for an answer, the gravest first, with its first order.

    A fixed number of statements, however many wait: those that no playbook wants wait for as long as they live.
    """
    wanted = [f"{kind}:{level}" for kind, level in answered]
    ids = [row.incident_id for row in run(conn, "responses/read_waiting", answered=wanted)]
    incidents = {row.incident_id: row for row in run(conn, "responses/read_incidents", incident_ids=ids)}
    first = {row.incident_id: row for row in run(conn, "responses/read_members", incident_ids=ids, most=1)}
    return [(incidents[incident_id], first.get(incident_id)) for incident_id in ids]


def incident_of_run(conn: Connection, run_id: str) -> int | None:
    """The incident that a playbook's run answers; none where nobody has begun it for one."""
    row = run(conn, "responses/read_incident_of_run", run_id=run_id).one_or_none()
    return None if row is None else int(row.incident_id)


def facts_of(incident: Row[Any], member: Row[Any] | None, policy: Policy, now: datetime) -> Facts:
    """The facts of an incident and of one of its orders, in the words of playbooks."""
    return Facts(
        incident=IncidentFacts(
            id=incident.incident_id,
            level=incident.level,
            kind=incident.kind,
            cause=group_of(incident.dedup_key) or "",
            orders=incident.orders,
            nodes=tuple(Node(number).code for number in incident.nodes),
            owner=incident.owner_role,
            minutes_open=_minutes(incident.opened_at, now),
            reported=incident.reported or "",
            note=incident.note or "",
        ),
        order=OrderFacts() if member is None else _order_facts(member, now),
        limit=LimitFacts() if member is None else _limits(member.currency, policy),
    )


def _order_facts(member: Row[Any], now: datetime) -> OrderFacts:
    return OrderFacts(
        id=member.order_id,
        value_minor=member.value_minor,
        currency=member.currency,
        tier=member.tier,
        channel=member.channel,
        region=member.region,
        category=member.category,
        warehouse=member.warehouse,
        customer=member.customer_id,
        node=Node(member.node).code,
        minutes_late=_minutes(member.alert_at, now),
        still_late=member.still_late,
    )


def _limits(currency: str, policy: Policy) -> LimitFacts:
    known = policy.response.money.get(currency)
    return LimitFacts(known.auto_approve if known else 0)


def _minutes(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds() // 60))


def list_runs(conn: Connection, scope: str, subject: str) -> list[str]:
    """The runs that are in this scope of a pause: of an incident, an order, a playbook or everything."""
    return list(run(conn, "responses/list_runs", scope=scope, subject=subject).scalars())
