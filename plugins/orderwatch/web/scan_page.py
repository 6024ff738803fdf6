"""What the page of a scan shows, read and put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy, load_policy
from orderwatch.core.titles import KINDS
from orderwatch.core.words import Node
from orderwatch.paths import POLICY
from orderwatch.store.database import run
from orderwatch.store.findings import group_of
from orderwatch.store.scans import Pull, read_pulls

# of all that happened to one incident in one scan, the first of these is what people want to know
EVENTS = (
    "opened",
    "triage_expired",
    "reopened",
    "level_raised",
    "resolved",
    "inhibition_ended",
    "anomaly_joined",
)


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident that the scan touched (or, in a dry run, would have), with the orders it is about."""

    incident_id: int | None
    events: Sequence[str]
    level: int
    kind: str
    cause: str | None  # what the orders share: a wave, an article, a fault
    owner: str
    state: str
    orders: Sequence[tuple[str, str, str]]  # order, step, why
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class ScanPage:
    """Everything that one scan did, in one language."""

    scan_id: int
    purpose: str
    opened_at: str
    finished_at: str | None
    dry_run: bool
    note: str | None
    policy_version: str
    counts: Mapping[str, int]
    silent: Sequence[Mapping[str, Any]]
    pulls: Sequence[Pull]
    incidents: Sequence[IncidentRow]
    silence: Sequence[tuple[str, str, str]]
    quarantine: Sequence[Row[Any]]
    messages: Sequence[Row[Any]]


def read_scan_page(conn: Connection, dag_id: str, run_id: str, language: Language) -> ScanPage | None:
    """The page of a run's scan; nothing when the run has not opened a scan."""
    scan = run(conn, "pages/scan_of_run", dag_id=dag_id, run_id=run_id).one_or_none()
    if scan is None:
        return None
    policy = load_policy(POLICY)
    zone = ZoneInfo(policy.calendars.business_zone)

    def local(at: datetime | None) -> str | None:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if at else None

    return ScanPage(
        scan_id=scan.scan_id,
        purpose=scan.purpose,
        opened_at=local(scan.opened_at) or "",
        finished_at=local(scan.finished_at),
        dry_run=scan.dry_run,
        note=scan.note,
        policy_version=scan.policy_version,
        counts=scan.report.get("counts", {}),
        silent=scan.report.get("silent", []),
        pulls=read_pulls(conn, scan.scan_id),
        incidents=_planned(scan.report["planned"], policy, language)
        if "planned" in scan.report
        else _incidents(conn, scan.scan_id, policy, language),
        silence=[
            (row["order_id"], _step(row["node"], policy, language), row["explanation"][language])
            for row in (
                scan.report["silence"]
                if "silence" in scan.report
                else run(conn, "pages/scan_silence", scan_id=scan.scan_id).mappings()
            )
        ],
        quarantine=run(conn, "pages/scan_quarantine", scan_id=scan.scan_id).all(),
        messages=run(conn, "pages/scan_messages", scan_id=scan.scan_id).all(),
    )


def brings_in(task: str) -> bool:
    """Whether this task of a retraining is about its data: what it learns from, not what it learns."""
    return task.endswith("pull") or task in ("open_scan", "validate_feeds", "apply_feeds")


def _incidents(conn: Connection, scan_id: int, policy: Policy, language: Language) -> list[IncidentRow]:
    rows = run(conn, "pages/scan_incidents", scan_id=scan_id).all()
    return [_incident(list(group), policy, language) for _, group in groupby(rows, lambda row: row.incident_id)]


def _incident(rows: Sequence[Row[Any]], policy: Policy, language: Language) -> IncidentRow:
    first = rows[0]
    return IncidentRow(
        incident_id=first.incident_id,
        events=[event for event in EVENTS if event in first.events][:1],
        level=first.level,
        kind=KINDS[first.kind][language],
        cause=group_of(first.dedup_key),
        state=first.state,
        owner=_owner(first.owner_role, policy, language),
        orders=[
            (row.order_id, _step(row.node, policy, language), row.explanation[language]) for row in rows if row.order_id
        ],
        reasons=first.reasons,
    )


def _planned(plans: Sequence[Mapping[str, Any]], policy: Policy, language: Language) -> list[IncidentRow]:
    return [
        IncidentRow(
            incident_id=None,
            events=(),
            level=plan["level"],
            kind=KINDS[plan["kind"]][language],
            cause=group_of(plan["dedup_key"]),
            state="",
            owner="",
            orders=[
                (row["order_id"], _step(row["node"], policy, language), row["explanation"][language])
                for row in plan["orders"]
            ],
            reasons=plan["reasons"],
        )
        for plan in plans
    ]


def _owner(role: str, policy: Policy, language: Language) -> str:
    """The role's title; of a role that has been given up since, its code."""
    known = policy.roles.root.get(role)
    return known.title.say(language) if known else role


def _step(node: int, policy: Policy, language: Language) -> str:
    return policy.node(Node(node)).title.say(language)
