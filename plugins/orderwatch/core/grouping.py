"""Which late orders are one event: a pure plan of incidents, the same for the same facts in any order.

Level 3 first (a storm takes everything; a system failure or a stock-out takes its orders), then batches, then
single orders. Doubtful orders go to triage one by one and count towards nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

import numpy as np

from orderwatch.core.policy import Policy
from orderwatch.core.words import Node

Kind = Literal["single", "triage", "batch", "stock_out", "system_failure", "mass_delay"]
Key = str
CAUSES_NAMED: Final = 5  # of a storm; the message about it has room for no more


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An anomaly judged in this scan. ``level`` and ``reasons`` are those of its judgement.

    ``fresh``: late since this scan, and not known before as late for less, or for another reason.
    """

    order_id: str
    node: Node
    verdict: Literal["anomaly", "suspect"] = "anomaly"
    level: Literal[0, 1] = 0
    reasons: tuple[str, ...] = ()
    warehouse: str = ""
    batch_no: str | None = None
    shortage_skus: tuple[str, ...] = ()
    fault_code: str | None = None
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class OpenAnomaly:
    """An anomaly still open from earlier scans, with the incident that it belongs to now."""

    order_id: str
    node: Node
    incident: Key
    kind: Kind = "single"
    warehouse: str = ""
    batch_no: str | None = None
    shortage_skus: tuple[str, ...] = ()
    fault_code: str | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What is going on besides the newcomers.

    ``live`` are the dedup keys of all live incidents, ``open_orders`` the number of orders on their way,
    ``recent_new`` how many new anomalies each of the recent scans found outside a storm, ``storm_orders`` how many
    orders have joined a storm that still blows.
    """

    open_anomalies: Sequence[OpenAnomaly] = ()
    live: frozenset[Key] = frozenset()
    open_orders: int = 0
    recent_new: Sequence[int] = ()
    storm_orders: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """One order in one node."""

    order_id: str
    node: Node


@dataclass(frozen=True, slots=True)
class IncidentPlan:
    """One incident to open, or to extend when ``dedup_key`` is live already.

    ``absorbs``: live incidents that become children of this one. ``inhibits``: live incidents that this one
    explains; they stay and fall silent under it.
    """

    kind: Kind
    dedup_key: Key
    level: int
    members: tuple[Member, ...]
    reasons: tuple[str, ...] = ()
    absorbs: tuple[Key, ...] = ()
    inhibits: tuple[Key, ...] = ()


def plan_incidents(newcomers: Iterable[Newcomer], situation: Situation, policy: Policy) -> list[IncidentPlan]:
    """Plan the incidents of one scan, level 3 first, then by kind and key."""
    late, suspects = _split(newcomers)
    late = _outside_the_storm(late, situation)
    plans: list[IncidentPlan] = []
    fresh = [one for one in late if one.fresh]
    if bound := _storm(fresh, situation, policy):
        doubtful = [one for one in suspects if one.fresh]
        if len(doubtful) > policy.grading.mass_delay.doubtful_apart:
            suspects = [one for one in suspects if not one.fresh]
        else:
            doubtful = []
        plans.append(_mass_delay(fresh, doubtful, bound))
        late = [one for one in late if not one.fresh]
    for take in (_system_failures, _stock_outs, _batches):
        found, late = take(late, situation, policy)
        plans += found
    return plans + [_alone(one) for one in (*late, *suspects)]


Taken = tuple[list[IncidentPlan], list[Newcomer]]
"""The plans of one rule, and the newcomers it leaves to the next."""

Late = Newcomer | OpenAnomaly


def _split(newcomers: Iterable[Newcomer]) -> tuple[list[Newcomer], list[Newcomer]]:
    """Late ones and doubtful ones, each order and node once, sorted."""
    unique = {(one.order_id, one.node): one for one in newcomers}
    ordered = [unique[key] for key in sorted(unique)]
    return (
        [one for one in ordered if one.verdict == "anomaly"],
        [one for one in ordered if one.verdict == "suspect"],
    )


def _outside_the_storm(late: Sequence[Newcomer], situation: Situation) -> list[Newcomer]:
    """Without orders that a storm has taken already: they may grow graver in it, but are no event of their own."""
    taken = {(one.order_id, one.node) for one in situation.open_anomalies if one.kind == "mass_delay"}
    return [one for one in late if (one.order_id, one.node) not in taken]


def _storm(late: Sequence[Newcomer], situation: Situation, policy: Policy) -> str | None:
    """The bound that the number of newly late orders has passed, in words, if any."""
    if not late:
        return None
    rules, new = policy.grading.mass_delay, _orders(late) + situation.storm_orders
    p99 = float(np.percentile(situation.recent_new, 99)) if len(situation.recent_new) else 0.0
    usual = max(float(rules.min_new), rules.p99_factor * p99)
    if new > usual:
        return f"{new} newly late orders, bound {usual:g}"
    if new >= rules.open_share_min and new > rules.open_share * situation.open_orders:
        return f"{new} newly late of {situation.open_orders} open orders, bound {rules.open_share:.0%}"
    return None


def _mass_delay(late: Sequence[Newcomer], doubtful: Sequence[Newcomer], bound: str) -> IncidentPlan:
    """``doubtful``: too many for people to look at one by one while it blows."""
    causes = Counter(f"fault {one.fault_code}" for one in late if one.fault_code)
    causes.update(f"short of {sku}" for one in late for sku in _short(one))
    named = sorted(causes.items(), key=lambda one: (-one[1], one[0]))
    known = [f"{cause}: {count}" for cause, count in named[:CAUSES_NAMED]]
    if len(named) > CAUSES_NAMED:
        known.append(f"and {len(named) - CAUSES_NAMED} other causes")
    doubts = (f"{len(doubtful)} more that are doubtful",) if doubtful else ()
    return IncidentPlan("mass_delay", "mass_delay", 3, _members([*late, *doubtful]), (bound, *doubts, *known))


def _system_failures(late: Sequence[Newcomer], situation: Situation, policy: Policy) -> Taken:
    del policy
    plans = [
        IncidentPlan(
            kind="system_failure",
            dedup_key=f"system_failure:{code}",
            level=3,
            members=_members(one for one in late if one.fault_code == code),
            reasons=(f"fault {code}",),
            inhibits=_explained(situation, partial(_has_fault, code=code)),
        )
        for code in sorted({one.fault_code for one in late if one.fault_code})
    ]
    return plans, [one for one in late if not one.fault_code]


def _stock_outs(late: Sequence[Newcomer], situation: Situation, policy: Policy) -> Taken:
    """An order short of several articles joins the shortage that most orders share."""
    del policy
    rest, plans = list(late), []
    while shares := Counter((one.warehouse, sku) for one in rest for sku in set(_short(one))):
        warehouse, sku = min(shares, key=lambda place: (-shares[place], place))
        short = partial(_is_short, warehouse=warehouse, sku=sku)
        plans.append(
            IncidentPlan(
                kind="stock_out",
                dedup_key=f"stock_out:{warehouse}:{sku}",
                level=3,
                members=_members(filter(short, rest)),
                reasons=(f"short of {sku} in {warehouse}",),
                inhibits=_explained(situation, short),
            )
        )
        rest = [one for one in rest if not short(one)]
    return sorted(plans, key=lambda plan: plan.dedup_key), rest


def _batches(late: Sequence[Newcomer], situation: Situation, policy: Policy) -> Taken:
    """Orders of one wave or manifest, counted with those that are late already for no other known cause."""
    groups: dict[Key, list[Newcomer]] = defaultdict(list)
    for one in late:
        groups[_batch_key(one, policy) or ""].append(one)
    rest, plans = groups.pop("", []), []
    for key, group in sorted(groups.items()):
        before = [
            one
            for one in situation.open_anomalies
            if one.kind in ("single", "batch") and _batch_key(one, policy) == key
        ]
        together = _orders([*group, *before])
        if together < policy.grading.batch_orders and key not in situation.live:
            rest += group
            continue
        absorbs = tuple(sorted({one.incident for one in before if one.kind == "single"}))
        reasons = (f"{together} late orders in {group[0].batch_no}",)
        plans.append(IncidentPlan("batch", key, 2, _members(group), reasons, absorbs))
    return plans, sorted(rest, key=lambda one: (one.order_id, one.node))


def _alone(one: Newcomer) -> IncidentPlan:
    key, members = f"order:{one.order_id}:{one.node.code}", _members([one])
    if one.verdict == "suspect":
        return IncidentPlan("triage", key, 0, members, one.reasons)
    return IncidentPlan("single", key, one.level, members, one.reasons)


def _batch_key(one: Late, policy: Policy) -> Key | None:
    if one.batch_no is None or policy.node(one.node).batch == "none":
        return None
    return f"batch:{one.node.code}:{one.batch_no}"


def _short(one: Late) -> tuple[str, ...]:
    """Articles that the warehouse has not got; on the road nothing can be missing from the shelf."""
    return () if one.node is Node.TRANSPORT else one.shortage_skus


def _has_fault(one: Late, *, code: str) -> bool:
    return one.fault_code == code


def _is_short(one: Late, *, warehouse: str, sku: str) -> bool:
    return one.warehouse == warehouse and sku in _short(one)


def _explained(situation: Situation, caused: Callable[[Late], bool]) -> tuple[Key, ...]:
    """Live incidents about single orders or batches whose open anomalies all have this cause."""
    causes: dict[Key, list[bool]] = defaultdict(list)
    for one in situation.open_anomalies:
        if one.kind in ("single", "batch"):
            causes[one.incident].append(caused(one))
    return tuple(sorted(key for key, answers in causes.items() if all(answers)))


def _orders(late: Iterable[Late]) -> int:
    """Distinct orders: one order that is late in two nodes is one order."""
    return len({one.order_id for one in late})


def _members(late: Iterable[Newcomer]) -> tuple[Member, ...]:
    return tuple(sorted(Member(one.order_id, one.node) for one in late))
