"""The orders of a year as they come in every day, and how long each takes in each step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from demo.instants import DAY, HOUR, OFFSET
from demo.ordinary import Calendars, draw
from demo.vocabulary import CARRIERS, MEANS, WAREHOUSES
from demo.worktime import WorkTime

Ints = npt.NDArray[np.int64]
STEPS: Final = 5
WAVE: Final = 8  # orders of a picking wave, or of a manifest
WAVES: Final = (1, 2)  # the steps that work wave by wave, counted from 0
MANIFESTS: Final = (3, 4)


@dataclass(frozen=True, slots=True)
class Truth:
    """Why an order is late in a step, and what it happened to; the pipeline never sees it."""

    cause: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the systems say of an order from one instant to another, beside the plain facts."""

    begins: int
    ends: int
    of_order: Mapping[str, Any] = field(default_factory=dict)
    of_shipment: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Orders:
    """``entries``: when each order entered each step and left the last one, epoch seconds, shape (orders, 6);
    ``means`` and ``durations``: seconds in each step's own time, shape (orders, 5)."""

    calendars: Calendars
    entries: Ints
    means: npt.NDArray[np.float64]
    durations: Ints
    category: Ints
    region: Ints
    channel: Ints
    warehouse: Ints
    carrier: Ints
    important: npt.NDArray[np.bool_]
    taken: npt.NDArray[np.bool_]
    wave: list[str] = field(default_factory=list)
    manifest: list[str] = field(default_factory=list)
    said: dict[int, list[Said]] = field(default_factory=lambda: defaultdict(list))
    truth: dict[tuple[int, int], Truth] = field(default_factory=dict)  # by order and step

    def __len__(self) -> int:
        return len(self.entries)

    def free(self, step: int, since: int, until: int) -> Ints:
        """Orders that enter the step in this time and with which nothing is wrong."""
        at = self.entries[:, step]
        return np.flatnonzero((at >= since) & (at < until) & ~self.taken)

    def delay(self, i: int, step: int, truth: Truth, seconds: float | None = None) -> None:
        """Let an order stay so long in a step, by default long enough to be late there for more than a day."""
        if seconds is None:
            mean = self.means[i, step]
            seconds = 2.2 * mean + 96 * HOUR if step == STEPS - 1 else 2.4 * mean + 14 * HOUR
        self.durations[i, step] = int(seconds)
        self.taken[i] = True
        self.truth[i, step] = truth

    def leaves(self, i: int, step: int) -> int:
        """When the order leaves the step, as things stand."""
        return int(self.calendars.forth(step, self.entries[i, step], self.durations[i, step]))


def make_orders(dice: np.random.Generator, first: int, days: int, per_day: int) -> Orders:
    """Orders that are paid from ``first`` on; nothing is wrong with any of them yet."""
    n = days * per_day
    drawn = draw(dice, n)
    middle = first + days * DAY // 2
    around = {"days_before": days // 2 + 30, "days_after": days // 2 + 90}
    calendars = Calendars(WorkTime(middle, 9, 18, **around), WorkTime(middle, 8, 20, **around))
    hours = (dice.triangular(0, 20, 24, n) * HOUR).astype(np.int64)
    paid = np.sort(first + dice.integers(0, days, n) * DAY + hours)
    entries = np.zeros((n, STEPS + 1), dtype=np.int64)
    entries[:, 0] = paid
    return Orders(
        calendars=calendars,
        entries=entries,
        means=MEANS[:, drawn.category, drawn.region, drawn.channel].T,
        durations=drawn.durations,
        category=drawn.category,
        region=drawn.region,
        channel=drawn.channel,
        warehouse=dice.integers(0, len(WAREHOUSES), n),
        carrier=dice.integers(0, len(CARRIERS), n),
        important=dice.random(n) < 0.04,
        taken=np.zeros(n, dtype=np.bool_),
        wave=[""] * n,
        manifest=[""] * n,
    )


def walk(orders: Orders) -> Iterator[int]:
    """Step after step: yields each one when it is known who enters it when, and goes on with how long they stay."""
    for step in range(STEPS):
        if step == WAVES[0]:
            orders.wave = _batches("W", orders.entries[:, step], orders.warehouse)
        if step == MANIFESTS[0]:
            orders.manifest = _batches("M", orders.entries[:, step], orders.warehouse * 10 + orders.carrier)
        yield step
        orders.entries[:, step + 1] = orders.calendars.forth(step, orders.entries[:, step], orders.durations[:, step])


def members(batches: Sequence[str], among: Ints) -> list[list[int]]:
    """Of these orders, those that share a batch."""
    groups: dict[str, list[int]] = defaultdict(list)
    for i in among.tolist():
        groups[batches[i]].append(i)
    return [groups[name] for name in sorted(groups)]


def _batches(letter: str, at: Ints, group: Ints) -> list[str]:
    """Orders of one group that enter on one day, a handful at a time."""
    names = [""] * len(at)
    counts: dict[tuple[int, int], int] = defaultdict(int)
    day = (at + OFFSET) // DAY
    for i in np.argsort(at, kind="stable").tolist():
        place = int(day[i]), int(group[i])
        names[i] = f"{letter}-{place[0]}-{place[1]}-{counts[place] // WAVE}"
        counts[place] += 1
    return names
