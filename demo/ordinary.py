"""Ordinary business: months of finished orders, today's open ones, and those that are still to come.

No ordinary order ever takes more than 1.4 times its cell's mean in a node, so none is ever late.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from demo.book import AUDITED, CANCELLED, EVENTS, PAID, SHIPPED, SIGNED, Book, Ints, take
from demo.instants import DAY, HOUR, NEVER, end_of_day
from demo.vocabulary import CARRIERS, CATEGORIES, CHANNELS, MEANS, NODES, OPEN_SHARE, REGIONS, WAREHOUSES
from demo.worktime import WorkTime

HISTORY_DAYS = 150
ARRIVAL_DAYS = 3
QUIET_S = 600  # nothing opens or closes in the company's first minutes, so that counts at the start are exact
DEADLINE_WORK_S = 60 * HOUR
PROMISE_DAYS = 9  # from payment to the last second of the promised day


@dataclass(frozen=True, slots=True)
class Calendars:
    """Who works when: the office reviews, the warehouse does the rest, carriers never stop."""

    office: WorkTime
    warehouse: WorkTime

    @classmethod
    def around(cls, now: int) -> Calendars:
        return cls(WorkTime(now, 9, 18), WorkTime(now, 8, 20))

    def forth(self, node: int, at: npt.ArrayLike, seconds: npt.ArrayLike) -> Ints:
        """When a node that starts at ``at`` is done after ``seconds`` of its own time."""
        if NODES[node] == "transport":
            return np.asarray(at, dtype=np.int64) + np.asarray(seconds, dtype=np.int64)
        return self._of(node).add_work(at, seconds)

    def back(self, node: int, at: npt.ArrayLike, seconds: npt.ArrayLike) -> Ints:
        """When a node that is done at ``at`` was entered, ``seconds`` of its own time earlier."""
        if NODES[node] == "transport":
            return np.asarray(at, dtype=np.int64) - np.asarray(seconds, dtype=np.int64)
        return self._of(node).sub_work(at, seconds)

    def _of(self, node: int) -> WorkTime:
        return self.office if NODES[node] == "review" else self.warehouse


@dataclass(frozen=True, slots=True)
class Draw:
    """The dice of ``n`` ordinary orders: cells (codes), durations (shape (n, 5), seconds)."""

    category: Ints
    region: Ints
    channel: Ints
    durations: Ints


def draw(rng: np.random.Generator, n: int) -> Draw:
    category = rng.choice(len(CATEGORIES), n, p=(0.25, 0.35, 0.15, 0.10, 0.15))
    region = rng.integers(0, len(REGIONS), n)
    channel = rng.choice(len(CHANNELS), n, p=(0.45, 0.35, 0.2))
    spread = np.clip(rng.lognormal(-0.03, 0.25, (n, 5)), 0.4, 1.4)
    means = MEANS[:, category, region, channel].T
    return Draw(category, region, channel, (means * spread).astype(np.int64))


def history(rng: np.random.Generator, now: int, count: int, calendars: Calendars) -> Book:
    """``count`` completed orders of the last months, and some that were cancelled on the way."""
    cancelled = max(count // 60, 5)
    candidates = int((count + cancelled) * 1.4) + 200
    dice = draw(rng, candidates)
    day = rng.integers(1, HISTORY_DAYS, candidates)
    hour_s = (rng.triangular(0, 20, 24, candidates) * HOUR).astype(np.int64)
    paid = (now // DAY - day) * DAY - 8 * HOUR + hour_s
    life = _forward(paid, dice, calendars)
    done = np.flatnonzero((life[:, SIGNED] < now) & (paid > now - HISTORY_DAYS * DAY))[: count + cancelled]
    book = take(_book(rng, life, dice, calendars), done)
    _cancel(rng, book.times[count:])
    return book


def open_orders(rng: np.random.Generator, now: int, per_node: list[int], calendars: Calendars) -> Book:
    """``per_node`` orders that stand in each node at ``now``, all well inside their normal time."""
    node = np.repeat(np.arange(5), per_node)
    rows = np.arange(len(node))
    dice = draw(rng, len(node))
    durations = dice.durations
    elapsed = (rng.random(len(node)) * (durations[rows, node] - QUIET_S)).astype(np.int64)
    entries = np.full((len(node), 6), NEVER, dtype=np.int64)
    for here in range(5):
        at = node == here
        entered = calendars.back(here, now, elapsed[at])
        if here == 0:
            entered = _paid_while_closed(rng, now, entered, durations[at, 0], calendars)
        entries[at, here] = entered
        for before in range(here - 1, -1, -1):
            entries[at, before] = calendars.back(before, entries[at, before + 1], durations[at, before])
        for after in range(here, 5):
            entries[at, after + 1] = calendars.forth(after, entries[at, after], durations[at, after])
    return _book(rng, _life(entries), dice, calendars)


def arrivals(rng: np.random.Generator, now: int, orders: int, calendars: Calendars) -> Book:
    """The orders of the next days: a fifth of the open ones per day."""
    count = orders * ARRIVAL_DAYS // 5
    dice = draw(rng, count)
    paid = now + QUIET_S + (rng.random(count) * (ARRIVAL_DAYS * DAY - QUIET_S)).astype(np.int64)
    return _book(rng, _forward(paid, dice, calendars), dice, calendars)


def quota(orders: int) -> list[int]:
    """How many of the open orders stand in each node."""
    counts = [round(orders * share) for share in OPEN_SHARE]
    counts[-1] += orders - sum(counts)
    return counts


def _forward(paid: Ints, dice: Draw, calendars: Calendars) -> Ints:
    entries = np.empty((len(paid), 6), dtype=np.int64)
    entries[:, 0] = paid
    for node in range(5):
        entries[:, node + 1] = calendars.forth(node, entries[:, node], dice.durations[:, node])
    return _life(entries)


def _life(entries: Ints) -> Ints:
    """Six entries (paid, audited, printed, picked, shipped, signed) as a table of events."""
    life = np.full((len(entries), EVENTS), NEVER, dtype=np.int64)
    life[:, PAID] = entries[:, 0]
    life[:, AUDITED : SIGNED + 1] = entries[:, 1:]
    return life


def _paid_while_closed(rng: np.random.Generator, now: int, entered: Ints, review_s: Ints, calendars: Calendars) -> Ints:
    """Most orders that wait for the first review of the day were paid while the office was closed."""
    closed, opened = calendars.office.last_gap(now)
    waited = int(calendars.office.worked(now) - calendars.office.worked(opened))
    fits = (review_s > waited + QUIET_S) & (rng.random(len(entered)) < 0.7)
    paid = closed + (rng.random(len(entered)) * (min(opened, now) - closed)).astype(np.int64)
    return np.where(fits, paid, entered)


def _cancel(rng: np.random.Generator, times: Ints) -> None:
    """Cut lives short, somewhere between payment and shipping, in place."""
    share = rng.random(len(times))
    at = times[:, PAID] + (share * (times[:, SHIPPED] - times[:, PAID])).astype(np.int64)
    times[times > at[:, None]] = NEVER
    times[:, CANCELLED] = at


def _book(rng: np.random.Generator, life: Ints, dice: Draw, calendars: Calendars) -> Book:
    n = len(life)
    lines = rng.choice((1, 2, 3), n, p=(0.7, 0.2, 0.1))
    qty = rng.integers(1, 4, (n, 3)) * (np.arange(3) < lines[:, None])
    total = np.clip(rng.lognormal(9.6, 0.8, n), 2_600, 199_000)
    weight = rng.dirichlet((4, 2, 1), n) * (qty > 0)
    share = weight / weight.sum(axis=1, keepdims=True)
    price = np.maximum(total[:, None] * share // np.maximum(qty, 1), 100).astype(np.int64)
    deadline = calendars.warehouse.add_work(life[:, PAID], DEADLINE_WORK_S)
    return Book(
        times=life,
        category=np.array(CATEGORIES)[dice.category],
        region=np.array(REGIONS)[dice.region],
        channel=np.array(CHANNELS)[dice.channel],
        warehouse=np.array(WAREHOUSES)[rng.integers(0, len(WAREHOUSES), n)],
        carrier=np.array(CARRIERS)[rng.integers(0, len(CARRIERS), n)],
        customer=np.zeros(n, dtype=np.int64),
        sku=rng.integers(1, 400, (n, 3)),
        qty=qty,
        price=price,
        latest_ship=np.where(dice.channel == CHANNELS.index("tmall"), deadline, NEVER),
        promised=end_of_day(life[:, PAID] + PROMISE_DAYS * DAY),
    )
