"""Was everything found that the demo company planted, and nothing else?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderwatch.core.policy import load_policy
from orderwatch.local.audience import misdirected
from orderwatch.paths import POLICY
from orderwatch.store.findings import Found

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Reality:
    """What Orderwatch's books and the company's own sinks say after a scan."""

    orders: int
    found: Sequence[Found]
    silenced: Sequence[tuple[str, str, str]]
    quarantined: Sequence[tuple[str, str, str | None, str]]
    chat: Sequence[Mapping[str, Any]]
    mails: Sequence[Mapping[str, Any]]
    unsettled_messages: int
    scan_seconds: float


def compare(truth: Mapping[str, Any], reality: Reality) -> tuple[dict[str, Any], list[str]]:
    """The result as one JSON object, and every difference as a sentence; no difference means a perfect scan."""
    planted = {(a["order_id"], a["node"], a["kind"], a["group"]) for a in truth["anomalies"]}
    found = {(f.order_id, f.node, f.kind, f.group) for f in reality.found}
    silent = {(s["order_id"], s["node"], s["reason"]) for s in truth["suppressed"]}
    dirty = {(q["source"], q["feed"], q["record_id"], q["reason"]) for q in truth["quarantined"]}
    incidents = {(i["kind"], i["group"], i["level"], *sorted(i["order_ids"])) for i in truth["incidents"]}
    differences = [
        *_differ("late order", planted, found),
        *_differ("silence", silent, set(reality.silenced)),
        *_differ("quarantine row", dirty, set(reality.quarantined)),
        *_differ("incident", incidents, _incidents(reality.found)),
        *misdirected(truth, reality.chat, reality.mails, load_policy(POLICY)),
    ]
    if truth["orders"] != reality.orders:
        differences.append(f"the company has {truth['orders']} open orders, Orderwatch watches {reality.orders}")
    if reality.unsettled_messages:
        differences.append(f"{reality.unsettled_messages} messages were planned and not delivered")
    result = {
        "orders": reality.orders,
        "planted": len(planted),
        "found": len(planted & found),
        "missed": len(planted - found),
        "false": len(found - planted),
        "suppressed": len(reality.silenced),
        "incidents": len(_incidents(reality.found)),
        "alerts_delivered": len(reality.chat) + len(reality.mails),
        "quarantined": len(reality.quarantined),
        "scan_seconds": round(reality.scan_seconds, 1),
        "exact": not differences,
    }
    return result, differences


def describe(reality: Reality) -> dict[str, Any]:
    """What came out of a scan of real orders, where nobody knows the truth in advance."""
    return {
        "orders": reality.orders,
        "late_by_step": dict(sorted(Counter(one.node for one in reality.found).items())),
        "incidents": len(_incidents(reality.found)),
        "incidents_by_kind": dict(sorted(Counter(row[0] for row in _incidents(reality.found)).items())),
        "suppressed": dict(sorted(Counter(reason for _, _, reason in reality.silenced).items())),
        "quarantined": len(reality.quarantined),
        "alerts_delivered": len(reality.chat) + len(reality.mails),
        "scan_seconds": round(reality.scan_seconds, 1),
    }


def _incidents(found: Iterable[Found]) -> set[Row]:
    members: dict[int, list[Found]] = {}
    for one in found:
        members.setdefault(one.incident_id, []).append(one)
    return {(of[0].kind, of[0].group, of[0].level, *sorted({one.order_id for one in of})) for of in members.values()}


def _differ(what: str, planted: set[Row], found: set[Row]) -> list[str]:
    return [
        *(f"missed: {what} {_say(row)}" for row in sorted(planted - found, key=str)),
        *(f"not planted: {what} {_say(row)}" for row in sorted(found - planted, key=str)),
    ]


def _say(row: Row) -> str:
    return " ".join(str(part) for part in row)
