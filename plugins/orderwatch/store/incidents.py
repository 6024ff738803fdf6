"""The life of incidents in the database: opened once per cause, joined, absorbed, resolved, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from orderwatch.core.grouping import IncidentPlan, Member
from orderwatch.core.policy import Policy
from orderwatch.core.source_health import SourceHealth
from orderwatch.core.words import Node
from orderwatch.store.database import as_json, run
from orderwatch.store.detection import write_line


@dataclass(frozen=True, slots=True)
class Opened:
    """One incident as a plan left it: ``news`` when its owner has to hear of it."""

    incident_id: int
    news: bool


def write_incident(
    conn: Connection,
    plan: IncidentPlan,
    anomalies: Mapping[Member, int],
    *,
    policy: Policy,
    scan_id: int | None,
    now: datetime,
    actor: str = "scan",
) -> Opened:
    """Open the planned incident or extend the live one of the same key; every change is a line of its timeline."""
    owner = _owner(plan.level, plan.members[0].node, policy)
    grace = policy.grading.levels[plan.level].acknowledge_within
    triage = plan.kind == "triage"
    row = run(
        conn,
        "incidents/upsert_incident",
        dedup_key=plan.dedup_key,
        kind=plan.kind,
        level=plan.level,
        state="triage" if triage else "open",
        owner_role=owner,
        reasons=as_json(plan.reasons),
        now=now,
        acknowledge_by=None if grace is None else now + grace,
        triage_until=now + policy.validity.triage_max_age if triage else None,
    ).one()
    lines: dict[str, Any] = {"scan_id": scan_id, "policy_version": policy.version, "now": now, "actor": actor}
    lines["incident_id"] = row.incident_id
    if row.opened:
        write_line(conn, event="opened", detail={"level": plan.level, "reasons": plan.reasons}, **lines)
    elif row.promoted:
        write_line(conn, event="triage_expired", detail={"level": plan.level}, **lines)
    elif row.woken:
        write_line(conn, event="reopened", detail={"reasons": plan.reasons}, **lines)
    elif row.raised:
        write_line(conn, event="level_raised", detail={"level": plan.level, "reasons": plan.reasons}, **lines)
    ids = [anomalies[member] for member in plan.members]
    run(conn, "incidents/insert_members", anomaly_ids=ids, **lines)
    _explain_away(conn, plan, row.incident_id, scan_id, now)
    news = row.opened or row.promoted or row.woken or row.raised
    return Opened(row.incident_id, news=news and row.inhibited_by is None)


def _explain_away(conn: Connection, plan: IncidentPlan, incident_id: int, scan_id: int | None, now: datetime) -> None:
    """Smaller incidents about the same orders become children or fall silent."""
    own = {f"order:{member.order_id}:{member.node.code}" for member in plan.members}
    absorbed = sorted({*plan.absorbs, *own} - {plan.dedup_key})
    run(
        conn,
        "incidents/absorb_incidents",
        incident_id=incident_id,
        dedup_keys=absorbed,
        now=now,
        scan_id=scan_id,
    )
    if plan.inhibits:
        run(
            conn,
            "incidents/inhibit_incidents",
            incident_id=incident_id,
            dedup_keys=list(plan.inhibits),
            now=now,
            scan_id=scan_id,
        )


def _owner(level: int, node: Node, policy: Policy) -> str:
    """Level 0 belongs to the first responder of its node, the others to the owner of their level."""
    return policy.grading.levels[level].owner or policy.node(node).first_responder


def hand_over_unowned(conn: Connection, policy: Policy, scan_id: int, now: datetime) -> None:
    """A role that was renamed or given up leaves its live incidents to whoever would own them today."""
    for row in run(conn, "incidents/read_unowned", roles=sorted(policy.roles.root)).all():
        owner = _owner(row.level, Node(row.node), policy)
        run(conn, "incidents/set_owner", incident_id=row.incident_id, owner_role=owner)
        write_line(
            conn,
            now=now,
            event="owner_changed",
            incident_id=row.incident_id,
            scan_id=scan_id,
            policy_version=policy.version,
            detail={"from": row.owner_role, "to": owner, "because": "the role is no longer in roles.yaml"},
        )


def write_source_incidents(
    conn: Connection, health: Sequence[SourceHealth], *, policy: Policy, scan_id: int, now: datetime
) -> tuple[list[int], list[int]]:
    """One level-3 incident per source that is out; resolved when it speaks again. Returns (opened, resolved)."""
    opened, resolved = [], []
    for one in health:
        key = f"source:{one.source}"
        if one.out:
            rules = policy.grading.levels[3]
            row = run(
                conn,
                "incidents/upsert_incident",
                dedup_key=key,
                kind="source",
                level=3,
                state="open",
                owner_role=rules.owner,
                reasons=as_json(one.out),
                now=now,
                triage_until=None,
                acknowledge_by=None if rules.acknowledge_within is None else now + rules.acknowledge_within,
            ).one()
            if row.opened or row.woken:
                opened.append(row.incident_id)
                write_line(
                    conn,
                    now=now,
                    event="opened" if row.opened else "reopened",
                    incident_id=row.incident_id,
                    scan_id=scan_id,
                    policy_version=policy.version,
                    detail={"level": 3, "reasons": one.out},
                )
        elif one.fresh:
            back = run(
                conn,
                "incidents/resolve_source",
                dedup_key=key,
                now=now,
                scan_id=scan_id,
                policy_version=policy.version,
            )
            resolved += [row.incident_id for row in back]
    return opened, resolved


def settle_incidents(
    conn: Connection, policy: Policy, scan_id: int, now: datetime
) -> tuple[list[int], list[int], list[int]]:
    """Resolve what has been healthy at two scans, let those speak again that a resolved one had silenced, and close
    what has stayed resolved. Returns (resolved, freed, closed)."""
    about = {"now": now, "scan_id": scan_id, "policy_version": policy.version}
    resolved = [row.incident_id for row in run(conn, "incidents/resolve_healthy", **about)]
    freed = [row.incident_id for row in run(conn, "incidents/free_inhibited", **about)]
    closed = []
    for level, rules in policy.grading.levels.items():
        before = now - rules.close_after
        closed += [
            row.incident_id
            for row in run(conn, "incidents/close_resolved", level=level, resolved_before=before, **about)
        ]
    return resolved, freed, closed
