"""What stands in the books now: late orders, silence with its reason, incidents, quarantine, messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from orderwatch.core.words import Node
from orderwatch.store.database import run


@dataclass(frozen=True, slots=True)
class Found:
    """One late order and the live incident it belongs to; ``group`` is what the incident's orders share."""

    order_id: str
    node: str
    kind: str
    level: int
    group: str | None
    incident_id: int
    explanation: dict[str, str]


def read_found(conn: Connection) -> list[Found]:
    """Every open anomaly of a live incident, gravest first."""
    return [
        Found(
            row.order_id,
            Node(row.node).code,
            row.kind,
            row.level,
            group_of(row.dedup_key),
            row.incident_id,
            row.explanation,
        )
        for row in run(conn, "findings/read_found")
    ]


def group_of(dedup_key: str) -> str | None:
    """The cause that an incident's orders share: a wave, an article in a warehouse, a fault; none for one order."""
    kind, _, rest = dedup_key.partition(":")
    if kind == "batch":
        return rest.partition(":")[2]
    return None if kind == "order" else rest or None


def read_silenced(conn: Connection) -> list[tuple[str, str, str]]:
    """(order, node, reason) of every order past its normal limit that nobody is alerted to now, and why."""
    return [(row.order_id, Node(row.node).code, row.reason) for row in run(conn, "findings/read_silenced")]


def read_quarantined(conn: Connection) -> list[tuple[str, str, str | None, str]]:
    """(source, feed, record, reason) of everything in quarantine that nobody has settled."""
    return [(row.source, row.feed, row.record_id, row.reason) for row in run(conn, "findings/read_quarantined")]


def count_messages(conn: Connection) -> dict[str, int]:
    """Effects of the ledger by state."""
    return {row.state: row.effects for row in run(conn, "findings/count_messages")}


def read_response_messages(conn: Connection) -> list[tuple[str, str, str | None, str]]:
    """(key, sink, text, state) of everything that playbooks have said and done."""
    return [tuple(row) for row in run(conn, "findings/read_response_messages")]


def count_waiting(conn: Connection) -> int:
    """Orders that are watched, each once: an open order that nobody watches is not among them."""
    waiting: Any = run(conn, "findings/count_orders").scalar_one()
    return int(waiting)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One node in which an order waits; ``alert_at`` is when it becomes late there."""

    node: str
    entered_at: datetime
    alert_at: datetime
    verdict: str | None
    expected_until: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """An order as our books have it; it waits nowhere when it is over, or not paid for yet."""

    status: str
    kind: str
    payment: str
    missing_since: datetime | None
    waiting: tuple[Waiting, ...]


def read_standing(conn: Connection, order_id: str) -> Standing | None:
    """Where the order stands now; none if no source has ever sent it."""
    rows = run(conn, "findings/read_standing", order_id=order_id).all()
    if not rows:
        return None
    waiting = tuple(
        Waiting(Node(row.node).code, row.entered_at, row.alert_at, row.verdict, row.expected_until)
        for row in rows
        if row.node is not None
    )
    return Standing(rows[0].status, rows[0].kind, rows[0].payment, rows[0].missing_since, waiting)


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of an order's history of decisions."""

    at: datetime
    node: str
    event: str
    why: str
    why_en: str


def read_decisions(conn: Connection, order_id: str) -> list[Decision]:
    """Everything that was ever decided about an order, oldest first."""
    return [
        Decision(row.at, Node(row.node).code if row.node else "", row.event, row.why or "", row.why_en or "")
        for row in run(conn, "findings/read_decisions", order_id=order_id)
    ]
