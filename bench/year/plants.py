"""What goes wrong in the year: each recipe makes orders late in one step for one reason, and writes the reason down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import chinese_calendar
import numpy as np

from bench.year.orders import WAVES, Orders, Said, Truth, members
from demo.instants import DAY, HOUR, NEVER, OFFSET
from demo.vocabulary import CARRIERS, CHANNELS, WAREHOUSES

NOBODY_KNOWS: Final = Truth("none")
BOTH: Final = Truth("ambiguous")
SHOP: Final = "shop"  # the one in which the order was placed
ROUTES: Final = ("HK-SZ", "HK-GZ", "JP-SH", "US-SH", "DE-SH")
SUPPLIERS: Final = tuple(f"SUP-{n:02}" for n in range(1, 25))
CODES: Final = tuple(f"{what}-{n}" for what in ("PRINTER", "CONVEYOR", "WMS-API", "SCANNER") for n in range(1, 9))
ARTICLES: Final = tuple(f"SKU-{n:03}" for n in range(1, 61))
STEP_NAMES: Final = ("review", "print", "pick", "outbound", "transport")


@dataclass(frozen=True, slots=True)
class Outage:
    """A source that says nothing from one instant to another."""

    source: str
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Days:
    """The time in which things go wrong; dice of its own, so that one recipe changes no other."""

    first: int
    last: int
    seed: int
    scale: float

    def dice(self, recipe: str, step: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, step, *recipe.encode()])

    def times(self, dice: np.random.Generator, count: int) -> list[int]:
        """So many instants, scaled to the length of the time."""
        return sorted(dice.integers(self.first, self.last, max(1, round(count * self.scale))).tolist())


@dataclass(frozen=True, slots=True)
class Case:
    """One planted event that a recipe works out: its instant and its dice."""

    orders: Orders
    step: int
    at: int
    dice: np.random.Generator

    def pick(self, names: Sequence[str]) -> str:
        return str(names[int(self.dice.integers(0, len(names)))])

    def one(self) -> list[int]:
        """One order that enters the step about this time."""
        found = self.orders.free(self.step, self.at, self.at + 4 * DAY)
        return [int(found[0])] if len(found) else []

    def batch(self, most: int = 8) -> list[int]:
        """Orders of one wave or manifest about this time, four at least."""
        names = self.orders.wave if self.step in WAVES else self.orders.manifest
        found = members(names, self.orders.free(self.step, self.at, self.at + 4 * DAY))
        large = [one for one in found if len(one) >= 4]
        return large[int(self.dice.integers(0, len(large)))][:most] if large else []

    def few(self, warehouse: str, most: int) -> list[int]:
        """Some orders of one warehouse that enter the step within a day."""
        found = self.orders.free(self.step, self.at, self.at + 3 * DAY)
        here = found[self.orders.warehouse[found] == WAREHOUSES.index(warehouse)]
        return [int(i) for i in here[: int(self.dice.integers(2, most + 1))]]

    def late(
        self,
        who: Sequence[int],
        truth: Truth,
        *,
        order: Mapping[str, Any] | None = None,
        shipment: Mapping[str, Any] | None = None,
        seconds: float | None = None,
        known_before: bool = False,
    ) -> None:
        """Late for this reason, which the systems show while it lasts; ``known_before``: from the payment on."""
        for i in who:
            shop = CHANNELS[self.orders.channel[i]]
            self.orders.delay(i, self.step, Truth(truth.cause, shop) if truth.subject == SHOP else truth, seconds)
            entered = int(self.orders.entries[i, self.step])
            begins = int(self.orders.entries[i, 0]) if known_before else entered + 600
            ends = self.orders.leaves(i, self.step)
            about = dict(order or {})
            if line := about.pop("line", None):  # an article stays what it is
                self.orders.said[i].append(Said(begins, NEVER, {"line": line}))
            if about or shipment:
                self.orders.said[i].append(Said(begins, ends, about, shipment or {}))


def slow(case: Case) -> None:
    """One order that is simply slow; nothing in the data says why."""
    case.late(case.one(), NOBODY_KNOWS)


def slow_batch(case: Case) -> None:
    case.late(case.batch(), NOBODY_KNOWS)


def fault(case: Case) -> None:
    """A printer, a conveyor or an interface of one warehouse fails."""
    code, warehouse = case.pick(CODES), case.pick(WAREHOUSES)
    case.late(case.few(warehouse, 10), Truth("system_fault", code), shipment={"fault_code": code})


def shortage(case: Case) -> None:
    """An article is not on the shelf: every order that holds it waits."""
    sku, warehouse = case.pick(ARTICLES), case.pick(WAREHOUSES)
    for i in case.few(warehouse, 9):
        line = {"sku": sku}
        case.late([i], Truth("stock_shortage", f"{warehouse} {sku}"), order={"line": line},
                  shipment={"shortage_skus": [sku]})  # fmt: skip


def fault_and_shortage(case: Case) -> None:
    """Two strong reasons at once: nobody can tell which one it was."""
    code, sku = case.pick(CODES), case.pick(ARTICLES)
    about = {"fault_code": f"{code}-X", "shortage_skus": [sku]}
    case.late(case.few(case.pick(WAREHOUSES), 6), BOTH, order={"line": {"sku": sku}}, shipment=about)


def address(case: Case) -> None:
    case.late(case.one(), Truth("address_incomplete", SHOP), order={"flags": ["address_incomplete"]}, known_before=True)


def placeholder(case: Case) -> None:
    case.late(case.one(), Truth("placeholder", SHOP), order={"flags": ["placeholder"]}, known_before=True)


def address_and_moved(case: Case) -> None:
    case.late(case.one(), BOTH, order={"flags": ["address_incomplete"], "line": _moved(case)}, known_before=True)


def moved(case: Case) -> None:
    """The seller moves the date of one order."""
    case.late(case.one(), Truth("moved_by_seller", SHOP), order={"line": _moved(case)}, known_before=True)


def moved_batch(case: Case) -> None:
    case.late(case.batch(), Truth("moved_by_seller", SHOP), order={"line": _moved(case)}, known_before=True)


def supplier(case: Case) -> None:
    name = case.pick(SUPPLIERS)
    case.late(case.one(), Truth("supplier_silent", name), order={"line": _direct(name)}, known_before=True)


def supplier_batch(case: Case) -> None:
    name = case.pick(SUPPLIERS)
    case.late(case.batch(), Truth("supplier_silent", name), order={"line": _direct(name)}, known_before=True)


def held(case: Case) -> None:
    """A parcel is held at the border, or lacks papers."""
    _held(case, case.one())


def held_batch(case: Case) -> None:
    _held(case, case.batch())


def squeeze(case: Case) -> None:
    """A step of one warehouse has hands for a third of its orders for two working days, then catches up."""
    calendar = case.orders.calendars.warehouse
    begins = int(calendar.add_work(case.at, 1))
    ends = int(calendar.add_work(begins, 24 * HOUR))
    warehouse = case.pick(WAREHOUSES)
    found = case.orders.free(case.step, begins, ends)
    truth = Truth("node_capacity", f"{STEP_NAMES[case.step]} {warehouse}")
    for i in found[case.orders.warehouse[found] == WAREHOUSES.index(warehouse)].tolist():
        if case.dice.random() < 0.7:
            left = int(calendar.worked(ends) - calendar.worked(case.orders.entries[i, case.step]))
            _wait(case, i, truth, left + case.dice.uniform(1, 12) * HOUR)


def carrier(case: Case) -> None:
    """What one carrier takes over in these days, it delivers days late."""
    name = case.pick(CARRIERS)
    found = case.orders.free(case.step, case.at, case.at + int(case.dice.uniform(1.5, 3.5) * DAY))
    for i in found[case.orders.carrier[found] == CARRIERS.index(name)].tolist():
        if case.dice.random() < 0.8:
            late_s = 2.2 * case.orders.means[i, case.step] + case.dice.uniform(96, 130) * HOUR
            _wait(case, i, Truth("carrier_delay", name), late_s)


RECIPES: Final[Mapping[Callable[[Case], None], Mapping[int, int]]] = {
    slow: {0: 60, 1: 60, 2: 70, 3: 60, 4: 60},
    slow_batch: {1: 25, 2: 30, 3: 25, 4: 15},
    fault: {1: 80, 2: 60},
    shortage: {2: 180},
    fault_and_shortage: {2: 30},
    address: {0: 150},
    placeholder: {0: 120},
    address_and_moved: {0: 30},
    moved: {2: 60, 3: 60},
    moved_batch: {2: 20, 3: 20},
    supplier: {1: 40, 2: 40, 3: 40},
    supplier_batch: {2: 20, 3: 20},
    held: {4: 110},
    held_batch: {4: 40},
    squeeze: {1: 7, 2: 9, 3: 7},
    carrier: {4: 14},
}
"""How often in a year each recipe happens, by step."""
OUTAGES: Final = 45


def plant(orders: Orders, step: int, days: Days) -> None:
    """All that goes wrong in one step; what holds up many orders comes first, so that it finds them."""
    if step == 4:
        _holidays(orders, days)
    for recipe in sorted(RECIPES, key=lambda one: one not in (squeeze, carrier)):
        dice = days.dice(recipe.__name__, step)
        for at in days.times(dice, RECIPES[recipe].get(step, 0)) if step in RECIPES[recipe] else ():
            recipe(Case(orders, step, at, dice))


def outages(days: Days) -> list[Outage]:
    """Sources that fall silent for some hours."""
    dice = days.dice("outage", 0)
    return [
        Outage(("erp", "wms", "wms", "crm")[int(dice.integers(0, 4))], at, at + int(dice.uniform(7, 13) * HOUR))
        for at in days.times(dice, OUTAGES)
    ]


def _holidays(orders: Orders, days: Days) -> None:
    """Over a long public holiday the carriers stand still, and need days to catch up."""
    for first, last, name in long_holidays(days):
        dice = days.dice(name, 4)
        for i in orders.free(4, first - 2 * DAY, first).tolist():
            if dice.random() < 0.7:
                seconds = last - orders.entries[i, 4] + orders.durations[i, 4] + dice.uniform(0, 48) * HOUR
                case = Case(orders, 4, first, dice)
                _wait(case, i, Truth("holiday", name), float(seconds))


def long_holidays(days: Days) -> list[tuple[int, int, str]]:
    """Public holidays of at least five days within the time: first and last instant, and the name."""
    found: list[tuple[int, int, str]] = []
    day = _day(days.first)
    while day < _day(days.last):
        closed = 0
        while not chinese_calendar.is_workday(day + timedelta(days=closed)):
            closed += 1
        names = [chinese_calendar.get_holiday_detail(day + timedelta(days=k))[1] for k in range(closed)]
        named = next(filter(None, names), None)
        if closed >= 5 and named:
            found.append((_epoch(day), _epoch(day + timedelta(days=closed)), named))
        day += timedelta(days=max(closed, 1))
    return found


def _wait(case: Case, i: int, truth: Truth, seconds: float) -> None:
    case.orders.delay(i, case.step, truth, max(seconds, float(case.orders.durations[i, case.step])))


def _held(case: Case, who: list[int]) -> None:
    route = case.pick(ROUTES)
    status = case.pick(("hold", "documents_missing"))
    for i in who:
        entered = datetime.fromtimestamp(int(case.orders.entries[i, 4]) + 600, UTC).isoformat()
        about = {"customs_status": status, "customs_entered_at": entered, "customs_route": route}
        days = case.dice.uniform(3, 6)
        case.late([i], Truth("customs_stop", route), shipment=about, seconds=days * DAY)


def _moved(case: Case) -> Mapping[str, Any]:
    promised = datetime.fromtimestamp(case.at, UTC)
    return {"ship_by": (promised + timedelta(days=9)).isoformat(), "original_ship_by": promised.isoformat()}


def _direct(name: str) -> Mapping[str, Any]:
    return {"fulfilment": "supplier", "supplier": name}


def _day(at: int) -> date:
    return date(1970, 1, 1) + timedelta(days=(at + OFFSET) // DAY)


def _epoch(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY - OFFSET
