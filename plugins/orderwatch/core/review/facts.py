"""What is known of an incident that is over, as far as it speaks for a cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Fact = str | int | float
Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Orders that were in the incident's main step with its own, how many of them were late there, and in how many
    waves or manifests these were."""

    seen: int
    late: int
    batches: int = 0


@dataclass(frozen=True, slots=True)
class CauseFacts:
    """Counts of distinct orders of one incident; what was recorded when they became late, not what is true now.

    ``in_place`` orders were in its main step, in the warehouse ``place``; ``here`` is who else was. ``with_carrier``
    orders travel with ``carrier``, whose ``traffic`` stands against that of the ``others``. ``source`` is the one that
    was out; ``route``, ``supplier`` and ``channel`` are those of most orders.
    """

    kind: str
    orders: int
    faulty: int = 0
    fault_code: str = ""
    short: int = 0
    sku: str = ""
    place: str = ""
    in_place: int = 0
    here: Traffic = field(default_factory=lambda: Traffic(0, 0))
    with_carrier: int = 0
    carrier: str = ""
    traffic: Traffic = field(default_factory=lambda: Traffic(0, 0))
    others: Traffic = field(default_factory=lambda: Traffic(0, 0))
    customs: int = 0
    over_holiday: int = 0
    holiday: str = ""
    supplier_silent: int = 0
    address_incomplete: int = 0
    placeholder: int = 0
    moved_by_seller: int = 0
    source: str = ""
    step: str = ""
    route: str = ""
    supplier: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One rule's answer: ``share`` of the incident's orders that its cause explains, and the facts that led to it."""

    outcome: Literal["match", "no_match", "unknown"]
    share: float = 0.0
    facts: Facts = field(default_factory=dict)


def explains(count: int, about: CauseFacts, least_share: float, **facts: Fact) -> Evidence:
    """A match where the cause explains enough of the orders; of no orders nothing is known."""
    said = {"orders": count, "of": about.orders, **facts}
    if not about.orders:
        return Evidence("unknown", facts=said)
    share = count / about.orders
    return Evidence("match" if share >= least_share else "no_match", share, said)
