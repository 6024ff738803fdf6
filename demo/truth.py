"""What a perfect duty officer would say right now: the answer sheet for the whole product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from demo.company import Company
from demo.instants import local_iso
from demo.plants.base import Planted
from demo.verdict import Verdict


def truth(company: Company, now: int) -> dict[str, Any] | None:
    """As of ``now`` (epoch seconds); ``None`` where nothing was planted."""
    if company.planted is None:
        return None
    spoken = list(_verdicts(company, company.planted, now))
    anomalies = [_anomaly(company, row, node, verdict) for row, node, verdict in spoken if verdict.reason is None]
    return {
        "now": local_iso(now),
        "orders": int(company.book.is_open(now).sum()),
        "anomalies": anomalies,
        "suppressed": [
            {"order_id": str(company.book.order_no[row]), "node": node, "reason": verdict.reason}
            for row, node, verdict in spoken
            if verdict.reason is not None
        ],
        "incidents": _incidents(anomalies),
        "quarantined": [asdict(record) for record in company.dirt.truth],
    }


def _verdicts(company: Company, planted: dict[int, Planted], now: int) -> Iterator[tuple[int, str, Verdict]]:
    """The verdicts that hold now: the order still stands in the node it was planted in."""
    for row, plant in sorted(planted.items()):
        node = company.book.node(row, now)
        if node == plant.node:
            yield from ((row, node, verdict) for verdict in plant.verdicts if verdict.since <= now < verdict.until)


def _anomaly(company: Company, row: int, node: str, verdict: Verdict) -> dict[str, Any]:
    group = verdict.group
    if verdict.kind == "batch":
        group = (company.book.manifest if node == "transport" else company.book.wave)[row]
    return {
        "order_id": str(company.book.order_no[row]),
        "node": node,
        "level": verdict.level,
        "kind": verdict.kind,
        "group": group,
        **({"really": verdict.really} if verdict.really else {}),
    }


def _incidents(anomalies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One per order, or one for all orders of a group."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in anomalies:
        key = one["kind"], one["group"] or one["order_id"]
        shared = {"kind": one["kind"], "group": one["group"], "level": one["level"], "order_ids": []}
        found.setdefault(key, shared)["order_ids"].append(one["order_id"])
    return list(found.values())
