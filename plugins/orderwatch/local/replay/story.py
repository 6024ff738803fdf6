"""A recorded history as the sources would have told it, piece by piece, each when it happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orderwatch.core.models.passages import NEVER, Seconds, seconds
from orderwatch.core.words import Node
from orderwatch.local.history_file import History
from orderwatch.local.replay.facts import OF_ORDER, OF_SHIPMENT, Facts, plain_line

Bodies = dict[str, list[dict[str, Any]]]
"""Feed to rows as a pull brings them in."""

PAID, APPROVED, PRINTED, PICKED, SHIPPED, SIGNED, GONE = range(7)
TIERS: Final = ("vip", "svip")


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """``life``: when each order was paid … signed, or went away on the road to its customer, shape (orders, 7)."""

    order_ids: Sequence[str]
    life: NDArray[np.int64]
    about: Sequence[Facts]
    said: Sequence[Sequence[tuple[int, Facts]]]  # what each of the order's steps says, and when it begins
    _at: Seconds  # every change, oldest first
    _whose: NDArray[np.int64]

    def known(self, at: int) -> Bodies:
        """Everything as it is at ``at`` (epoch seconds)."""
        return self._tell(np.flatnonzero(self.life[:, PAID] <= at), at)

    def news(self, after: int, until: int) -> Bodies:
        """Whatever changed after ``after``, as it is at ``until``."""
        first, last = np.searchsorted(self._at, (after, until), side="right")
        return self._tell(np.unique(self._whose[first:last]), until)

    def _tell(self, orders: NDArray[np.int64], at: int) -> Bodies:
        bodies: Bodies = {"orders": [], "shipments": [], "delay_requests": []}
        customers: dict[str, dict[str, Any]] = {}
        for i in orders.tolist():
            facts = self._facts(i, at)
            bodies["orders"].append(self._order(i, facts, at))
            customer = self._customer(i)
            customers.setdefault(customer["customer_id"], customer)
            if self.life[i, APPROVED] <= at:
                bodies["shipments"].append(self._shipment(i, facts, at))
            bodies["delay_requests"] += self._requests(i, facts, at)
        return {**bodies, "customers": list(customers.values())}

    def _facts(self, i: int, at: int) -> Facts:
        """What the steps that have begun say, a later one instead of an earlier one."""
        merged: dict[str, Any] = {}
        for begins, said in self.said[i]:
            if begins <= at:
                merged |= said
        return merged

    def _order(self, i: int, facts: Facts, at: int) -> dict[str, Any]:
        about, life = self.about[i], self.life[i]
        kind = facts.get("kind", "normal")
        paid_at = facts.get("paid_at", int(life[PAID]))
        status = "cancelled" if life[GONE] <= at else "completed" if life[SIGNED] <= at else "open"
        plain = {
            "kind": kind,
            "payment": "paid",
            "currency": about["currency"],
            "customer_id": f"C-{self.order_ids[i]}",
            "warehouse": about["origin"],
            "flags": [],
        }
        return {
            **plain,
            **{name: value for name, value in facts.items() if name in OF_ORDER},
            "lines": _known_lines(facts.get("lines") or [plain_line(about["category"])], at),
            "order_id": self.order_ids[i],
            "version": _iso(self._changed(i, at, (PAID, APPROVED, SIGNED, GONE))),
            "status": status,
            "channel": about["channel"],
            "region": about["region"],
            "category": about["category"],
            "value_minor": about["value_minor"],
            "paid_at": _iso(paid_at),
            "balance_paid_at": _iso(facts.get("balance_paid_at", int(life[PAID]) if kind == "presale" else NEVER)),
            "approved_at": _past(life[APPROVED], at),
            "platform_deadline_at": _iso(facts.get("platform_deadline_at", NEVER)),
            "promised_at": _iso(about["promised_s"]),
        }

    def _shipment(self, i: int, facts: Facts, at: int) -> dict[str, Any]:
        life = self.life[i]
        at_customs = facts.get("customs_entered_at", 0) <= at
        mine = {name: facts.get(name) for name in OF_SHIPMENT if at_customs or not name.startswith("customs_")}
        status = "cancelled" if life[GONE] <= at else "signed" if life[SIGNED] <= at else "open"
        return {
            **mine,
            "shortage_skus": facts.get("shortage_skus", []),
            "packages": _known_packages(facts.get("packages", []), at),
            "customs_entered_at": _iso(facts.get("customs_entered_at", NEVER)) if at_customs else None,
            "shipment_id": f"S-{self.order_ids[i]}",
            "order_id": self.order_ids[i],
            "version": _iso(self._changed(i, at, range(APPROVED, GONE + 1))),
            "status": status,
            "warehouse": facts.get("warehouse", self.about[i]["origin"]),
            "created_at": _iso(int(life[APPROVED])),
            "printed_at": _past(life[PRINTED], at),
            "picked_at": _past(life[PICKED], at),
            "shipped_at": _past(life[SHIPPED], at),
            "signed_at": _past(life[SIGNED], at),
        }

    def _customer(self, i: int) -> dict[str, Any]:
        tier, first = self.about[i]["tier"], self.said[i][0][1]
        customer = first.get("customer_id", f"C-{self.order_ids[i]}")
        return {"customer_id": customer, "version": _iso(0), "tier": tier}  # nobody says when it became so

    def _requests(self, i: int, facts: Facts, at: int) -> list[dict[str, Any]]:
        return [
            {**one, "order_id": self.order_ids[i], "version": one["requested_at"]}
            for one in facts.get("delay_requests", [])
            if _epoch(one["requested_at"]) <= at
        ]

    def _changed(self, i: int, at: int, events: Sequence[int]) -> int:
        """The last of these events, or of the steps that say something, that is not later than ``at``."""
        times: list[int] = [*self.life[i, list(events)].tolist(), *(begins for begins, said in self.said[i] if said)]
        return max(time for time in times if time <= at)


def story_of(history: History, facts: Sequence[Facts], nodes: Mapping[str, Node], currency: str) -> Story:
    """The story of a history whose instants are true ones.

    Args:
        facts: what each row says (see ``facts.read_facts``). nodes: step of the history to node; passages of one order
            in one node count as one, from the first entry to the last exit. currency: of orders that name none.
    """
    rows = history.rows
    number = np.asarray(rows["node"].map({name: int(node) - 1 for name, node in nodes.items()}), dtype=np.int64)
    ids, whose = np.unique(rows["order_id"].to_numpy(dtype=str), return_inverse=True)
    life = _life(rows, number, whose.astype(np.int64), len(ids))
    order = np.lexsort((number, seconds(rows, "entered_s")))
    said: list[list[tuple[int, Facts]]] = [[] for _ in ids]
    entered = seconds(rows, "entered_s")
    for row in order.tolist():
        said[whose[row]].append((int(entered[row]), facts[row]))
    first = order[np.unique(whose[order], return_index=True)[1]]
    at, changed = _changes(life, said)
    return Story(ids.tolist(), life, _about(rows.iloc[first], currency), said, at, changed)


def _life(rows: pd.DataFrame, number: NDArray[np.int64], whose: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Milestones, never falling. A node without a passage takes no time; whoever leaves a node before the last one
    and enters no other has gone away there."""
    begins = np.full((n, len(Node)), NEVER, dtype=np.int64)
    ends = np.full((n, len(Node)), -1, dtype=np.int64)
    np.minimum.at(begins, (whose, number), seconds(rows, "entered_s"))
    np.maximum.at(ends, (whose, number), seconds(rows, "left_s"))
    present = ends >= 0
    for node in range(len(Node) - 1, -1, -1):
        following = NEVER if node == len(Node) - 1 else begins[:, node + 1]
        ends[:, node] = np.where(present[:, node], ends[:, node], following)
        begins[:, node] = np.where(present[:, node], begins[:, node], following)
    life = np.full((n, GONE + 1), NEVER, dtype=np.int64)
    life[:, PAID] = begins[:, 0]
    life[:, APPROVED : SIGNED + 1] = np.maximum.accumulate(np.maximum(ends, life[:, [PAID]]), axis=1)
    last = len(Node) - 1 - np.argmax(present[:, ::-1], axis=1)
    left = ends[np.arange(n), last]
    gone = (last < len(Node) - 1) & (left < NEVER)
    life[gone, GONE] = left[gone]
    return life


def _about(first: pd.DataFrame, currency: str) -> list[Facts]:
    minor = (first["value"].to_numpy(dtype=np.float64) * 100).round().astype(np.int64)
    segment = first["segment"].astype(str).str.lower()
    columns = {
        "category": first["category"].astype(str),
        "region": first["region"].astype(str),
        "channel": first["channel"].astype(str),
        "origin": first["origin"].astype(str),
        "tier": segment.where(segment.isin(TIERS), "regular"),
        "value_minor": minor.tolist(),
        "promised_s": first["promised_s"],
        "currency": [currency] * len(first),
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _changes(life: NDArray[np.int64], said: Sequence[Sequence[tuple[int, Facts]]]) -> tuple[Seconds, NDArray[np.int64]]:
    at, whose = [life[life < NEVER]], [np.nonzero(life < NEVER)[0]]
    more = [(time, i) for i, steps in enumerate(said) for step in steps if step[1] for time in _times(*step)]
    if more:
        extra = np.array(more, dtype=np.int64)
        at.append(extra[:, 0])
        whose.append(extra[:, 1])
    every, owners = np.concatenate(at), np.concatenate(whose)
    order = np.argsort(every, kind="stable")
    return every[order], owners[order]


def _times(begins: int, facts: Facts) -> list[int]:
    """When something that a step says becomes known."""
    parts = [
        *(one.get(name) for one in facts.get("packages", []) for name in ("shipped_at", "signed_at")),
        *(one.get("supplier_acknowledged_at") for one in facts.get("lines", [])),
        *(one["requested_at"] for one in facts.get("delay_requests", [])),
    ]
    known = [begins, *(_epoch(part) for part in parts if part)]
    return [*known, facts["customs_entered_at"]] if "customs_entered_at" in facts else known


def _known_lines(lines: Sequence[Facts], at: int) -> list[dict[str, Any]]:
    return [_hide(line, at, "supplier_acknowledged_at") for line in lines]


def _known_packages(packages: Sequence[Facts], at: int) -> list[dict[str, Any]]:
    return [_hide(package, at, "shipped_at", "signed_at") for package in packages]


def _hide(part: Facts, at: int, *events: str) -> dict[str, Any]:
    """Without what has not happened yet."""
    return {**part, **{name: None for name in events if part.get(name) and _epoch(part[name]) > at}}


def _epoch(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp())


def _past(event: np.int64, at: int) -> str | None:
    return _iso(int(event)) if event <= at else None


def _iso(at: int) -> str | None:
    return None if at >= NEVER else datetime.fromtimestamp(at, UTC).isoformat()
