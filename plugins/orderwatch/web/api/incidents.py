"""Incidents: a page of them, and everything about one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query
from pydantic import Field
from sqlalchemy import Connection, Row

from orderwatch.core.history import say_event
from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.core.titles import KINDS, REPORTS
from orderwatch.core.words import Node
from orderwatch.store import board
from orderwatch.store.findings import group_of
from orderwatch.web.desk import policy_now, reading

router = APIRouter(prefix="/incidents", tags=["incidents"])
IncidentId = Annotated[int, Path(ge=1, le=2**62)]
Page = Annotated[int, Query(ge=1, le=10_000)]
State = Literal["triage", "open", "acknowledged", "mitigated", "resolved", "closed", "dismissed", "merged"]
Kind = Literal["single", "triage", "batch", "stock_out", "system_failure", "mass_delay", "source"]
Short = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
LevelNumber = Annotated[int, Field(ge=0, le=3)]


@router.get("")
def list_incidents(
    state: Annotated[list[State] | None, Query(max_length=8)] = None,
    level: Annotated[list[LevelNumber] | None, Query(max_length=4)] = None,
    kind: Annotated[list[Kind] | None, Query(max_length=8)] = None,
    owner: Short | None = None,
    control: Literal["auto", "paused", "manual"] | None = None,
    order: Short | None = None,
    sort: board.Sort = "level",
    page: Page = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """The live ones unless states are named; the gravest first, or by next deadline, by age, by number."""
    wanted = board.Filter(state or board.LIVE, level, kind, owner, control, order)
    policy = policy_now()
    with reading() as conn:
        rows = board.list_incidents(conn, wanted, sort, page, size)
    total = rows[0].total if rows else 0
    return {"incidents": [incident_of(row, policy) for row in rows], "total": total, "page": page, "size": size}


@router.get("/{incident_id}")
def read_incident(incident_id: IncidentId, orders_page: Page = 1) -> dict[str, Any]:
    """How it stands, its timeline, its orders (a hundred a page) with evidence, what was done, and who was told."""
    policy = policy_now()
    with reading() as conn:
        row = board.read_incident(conn, incident_id)
        if row is None:
            raise Refusal("no_incident", incident=incident_id)
        members = board.read_members(conn, incident_id, orders_page)
        return {
            "incident": incident_of(row, policy),
            "orders": {
                "rows": [_member(one) for one in members],
                "total": members[0].total if members else 0,
                "page": orders_page,
            },
            "timeline": _timeline(conn, incident_id),
            "effects": [_effect(one) for one in board.read_acts(conn, incident_id)],
            "told": [dict(one._mapping) for one in board.read_told(conn, incident_id)],
        }


@router.get("/{incident_id}/timeline")
def read_timeline(incident_id: IncidentId, after: Annotated[int, Query(ge=0, le=2**62)] = 0) -> dict[str, Any]:
    """Five hundred lines from the one after ``after`` on."""
    with reading() as conn:
        if board.read_incident(conn, incident_id) is None:
            raise Refusal("no_incident", incident=incident_id)
        return {"timeline": _timeline(conn, incident_id, after)}


def incident_of(row: Row[Any], policy: Policy) -> dict[str, Any]:
    """An incident in the words of the API."""
    role = policy.roles.root.get(row.owner_role)
    title = REPORTS[row.reported] if row.reported else KINDS[row.kind]
    names = (
        "incident_id", "level", "kind", "state", "opened_at", "acknowledge_by", "acknowledged_by", "acknowledged_at",
        "resolved_at", "closed_at", "inhibited_by", "parent_id", "reasons", "reported", "reopened", "dismissed_as",
        "root_cause", "root_cause_note", "overruled_level", "edit_version", "silence_id", "orders", "run_id",
        "playbook", "needs_human", "held",
    )  # fmt: skip
    pause = {
        "pause_id": row.pause_id, "scope": row.pause_scope, "taken_by": row.taken_by, "reason": row.pause_reason,
        "until": row.paused_until,
    }  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "title": title,
        "cause": group_of(row.dedup_key),
        "nodes": [Node(number).code for number in row.nodes],
        "owner": {
            "role": row.owner_role,
            "title": {"zh-CN": role.title.zh, "en": role.title.en} if role else None,
        },
        "control": row.control or "auto",
        "pause": pause if row.pause_id else None,
    }


def _member(row: Row[Any]) -> dict[str, Any]:
    return {**{k: v for k, v in row._mapping.items() if k not in {"total", "node"}}, "node": Node(row.node).code}


def _timeline(conn: Connection, incident_id: int, after: int = 0) -> list[dict[str, Any]]:
    return [_line(one) for one in board.read_timeline(conn, incident_id, after)]


def _line(row: Row[Any]) -> dict[str, Any]:
    orders = [row.order_id] if row.event == "anomaly_joined" else None
    return {
        "timeline_id": row.timeline_id,
        "at": row.at,
        "event": row.event,
        "actor": row.actor,
        "role": row.role,
        "edit_version": row.edit_version,
        "order_id": row.order_id,
        "words": {
            language: say_event(row.event, row.detail, row.actor, language, orders=orders, time=_instant)
            for language in ("zh-CN", "en")
        },
        "detail": row.detail,
    }


def _instant(at: str) -> str:
    zone = policy_now().calendars.business_zone
    return f"{datetime.fromisoformat(at).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _effect(row: Row[Any]) -> dict[str, Any]:
    """An act of a playbook; what was written in it, and to which customer, is nobody's business here."""
    names = (
        "effect_id", "step", "sink", "order_id", "state", "ref", "amount_minor", "currency", "last_error", "undoes",
        "delivered_at",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}
