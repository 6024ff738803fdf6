"""Orders, candidates and contexts in which a test states only what matters.

The day is Wednesday 2026-11-18, 12:00 in Shanghai, an ordinary working day: the office works 09:00–18:00
and the warehouses 08:00–20:00. A plain candidate has been in ``pick`` since Tuesday 20:00 (closing time), its
limit is 3 h of working time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orderwatch.core.calendar_days import work_calendars
from orderwatch.core.context import Context
from orderwatch.core.grouping import Newcomer, OpenAnomaly
from orderwatch.core.policy import Policy, load_policy
from orderwatch.core.words import Candidate, Line, Node, Order, Shipment

POLICY_FOLDER = Path(__file__).parents[2] / "include" / "policy"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    """``11-18 12:00`` in Shanghai of 2026 as a UTC instant; a full ISO date works, too."""
    full = text if len(text) > 14 else f"2026-{text}"
    return datetime.fromisoformat(full).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


NOW = at("11-18 12:00")


@cache
def the_policy() -> Policy:
    return load_policy(POLICY_FOLDER)


@cache
def _calendars() -> dict[str, Any]:
    return dict(work_calendars(the_policy(), NOW.date()))


def make_context(now: datetime = NOW, **changes: Any) -> Context:
    """The shipped policy at ``now``; ``changes`` replace fields of the context."""
    return replace(Context(now, the_policy(), _calendars()), **changes)


def with_rule(rule: str, **fields: Any) -> Policy:
    """The shipped policy with other fields in one exemption."""
    policy = the_policy()
    changed = getattr(policy.exemptions, rule).model_copy(update=fields)
    return policy.model_copy(update={"exemptions": policy.exemptions.model_copy(update={rule: changed})})


def with_check(check: str, **fields: Any) -> Policy:
    """The shipped policy with other fields in one validity check."""
    policy = the_policy()
    changed = policy.validity.checks.of(check).model_copy(update=fields)
    checks = policy.validity.checks.model_copy(update={check: changed})
    return policy.model_copy(update={"validity": policy.validity.model_copy(update={"checks": checks})})


def with_grading(**fields: Any) -> Policy:
    """The shipped policy with other fields in grading."""
    policy = the_policy()
    return policy.model_copy(update={"grading": policy.grading.model_copy(update=fields)})


def make_line(line_no: int = 1, **fields: Any) -> Line:
    return Line(line_no=line_no, sku=fields.pop("sku", f"SKU-{line_no}"), category="home", **fields)


def make_order(**fields: Any) -> Order:
    plain: dict[str, Any] = {
        "order_id": "SO1",
        "kind": "normal",
        "status": "open",
        "payment": "paid",
        "value_minor": 12_345,
        "currency": "CNY",
        "channel": "tmall",
        "region": "广东",
        "category": "home",
        "customer_id": "C1",
        "tier": "regular",
        "warehouse": "WH-SH",
        "lines": (make_line(),),
        "paid_at": at("11-16 10:00"),
    }
    return Order(**plain | fields)


def make_candidate(order: Order | None = None, **fields: Any) -> Candidate:
    plain: dict[str, Any] = {
        "order": order or make_order(),
        "node": Node.PICK,
        "entered_at": at("11-17 20:00"),
        "alert_at": at("11-18 11:00"),
        "threshold": 3 * HOUR,
    }
    return Candidate(**plain | fields)


def in_transport(order: Order | None = None, **fields: Any) -> Candidate:
    plain: dict[str, Any] = {"node": Node.TRANSPORT, "working_time": False, "entered_at": at("11-10 12:00")}
    return make_candidate(order, **plain | fields)


def make_shipment(**fields: Any) -> Shipment:
    return Shipment(**fields)


def late(order_id: str, node: Node = Node.PICK, **fields: Any) -> Newcomer:
    return Newcomer(order_id, node, **fields)


def still_late(order_id: str, node: Node = Node.PICK, **fields: Any) -> OpenAnomaly:
    incident = fields.pop("incident", f"order:{order_id}:{node.code}")
    return OpenAnomaly(order_id, node, incident, **fields)
