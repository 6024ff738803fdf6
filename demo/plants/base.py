"""How a planted order is described: where it waits, since when, until when, and what is special about it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from demo.book import AUDITED, BALANCE, EVENTS, PAID, SIGNED, WMS_TOUCHED, Extra, Ints, Line
from demo.instants import DAY, HOUR, NEVER
from demo.ordinary import Calendars
from demo.verdict import Verdict
from demo.vocabulary import CATEGORIES, NODES, WEIGHT_G, mean_seconds

LATE = 4.0  # times the mean of the cell
LATE_TRANSPORT_S = 48 * HOUR  # on top, for transport
NORMAL = 0.8  # what planted orders take in the nodes where nothing is wrong


@dataclass(frozen=True, slots=True)
class Request:
    """A wish for later delivery that belongs to a planted order."""

    asked_by: str
    asked: int
    until: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted order; without ``entered`` or ``paid`` it has waited ``LATE`` times its mean at now.

    ``leaves`` is when it leaves its node, ``NEVER`` for one that stays stuck. Orders of one recipe with
    the same ``batch`` share a wave and a manifest.
    """

    node: str
    verdicts: tuple[Verdict, ...]
    category: str = "apparel"
    region: str = "广东"
    channel: str = "jd"
    warehouse: str = "WH-GZ"
    carrier: str = "SF"
    tier: str = "REGULAR"
    value_minor: int = 32_000
    paid: int | None = None
    entered: int | None = None
    leaves: int = NEVER
    deposit_only: bool = False
    touched: int = NEVER  # another change in the warehouse system
    batch: str | None = None
    extra: Extra = field(default_factory=Extra)
    requests: tuple[Request, ...] = ()

    def mean_s(self, node: int) -> float:
        return mean_seconds(NODES[node], self.category, self.region, self.channel)


@dataclass(frozen=True, slots=True)
class World:
    """What a recipe may know: now (epoch seconds), the calendars, how large the company is, and how bad a day it has.

    ``important`` late orders of VIP customers come on top, for whoever wants to see many incidents at once.
    """

    now: int
    calendars: Calendars
    orders: int
    important: int = 0

    @property
    def copies(self) -> int:
        """How often a recipe that may grow with the company is applied."""
        return 1 + min(3, self.orders // 10_000)

    def closure(self) -> tuple[int, int] | None:
        """The warehouse closure of at least three days that is just over: (closed, opened again)."""
        closed, opened = self.calendars.warehouse.last_gap(self.now)
        return (closed, opened) if opened - closed > 3 * DAY else None


def line(category: str, value_minor: int) -> Line:
    """The plain article of a planted order."""
    return Line(
        sku=f"{category.upper()}-0900",
        category=category,
        price_minor=value_minor,
        perishable=category == "fresh",
        weight_g=WEIGHT_G[CATEGORIES.index(category)],
    )


def life(plant: Planted, world: World) -> Ints:
    """The planned events of a planted order, shape (EVENTS,), epoch seconds."""
    entries = np.full(6, NEVER, dtype=np.int64)
    here = NODES.index(plant.node)
    if plant.paid is not None:
        entries[0] = plant.paid
        for node in range(here):
            entries[node + 1] = _forth(plant, world, node, int(entries[node]))
    else:
        entries[here] = _entered(plant, world, here)
        for node in range(here - 1, -1, -1):
            usual = NORMAL * plant.mean_s(node)
            entries[node] = world.calendars.back(node, entries[node + 1], usual)
    if plant.leaves < NEVER:
        entries[here + 1] = plant.leaves
        for node in range(here + 1, 5):
            entries[node + 1] = _forth(plant, world, node, int(entries[node]))
    return _events(plant, entries)


def _entered(plant: Planted, world: World, here: int) -> int:
    if plant.entered is not None:
        return plant.entered
    extra = LATE_TRANSPORT_S if plant.node == "transport" else 0
    return int(world.calendars.back(here, world.now, LATE * plant.mean_s(here) + extra))


def _forth(plant: Planted, world: World, node: int, at: int) -> int:
    return int(world.calendars.forth(node, at, NORMAL * plant.mean_s(node)))


def _events(plant: Planted, entries: Ints) -> Ints:
    events = np.full(EVENTS, NEVER, dtype=np.int64)
    events[PAID] = entries[0]
    events[AUDITED : SIGNED + 1] = entries[1:]
    events[WMS_TOUCHED] = plant.touched
    if plant.extra.presale and not plant.deposit_only:
        events[PAID], events[BALANCE] = entries[0] - 3 * DAY, entries[0]
    return events
