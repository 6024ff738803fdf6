"""The whole company as of its first minute: a pure function of (seed, orders, now, history)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from demo import numbering, ordinary, rows_erp, rows_wms
from demo.book import EVENTS, PAID, SIGNED, Book, Extra, join
from demo.complaints import make_complaints
from demo.dirty import Dirt, make_dirt
from demo.feed import Row
from demo.instants import DAY, HOUR, NEVER, utc_text
from demo.oddities import sprinkle
from demo.people import Customers, customer_no, make_customers, person_name, phone
from demo.plants import plant_all
from demo.plants.base import Planted, Request, World, life, line
from demo.vocabulary import NODES

MINIMUM_ORDERS = 400
HISTORY = 50_000
ORDERS_PER_CUSTOMER = 6
PAST_REQUESTS = 40
COMPLAINTS = 1


@dataclass(frozen=True, slots=True)
class Company:
    """Everything the services show; ``planted`` maps rows of the book to what was planted there."""

    start: int
    book: Book
    customers: Customers
    requests: tuple[Row, ...]
    dirt: Dirt
    planted: dict[int, Planted] | None  # None: a replay, where nobody knows the truth
    complaints: tuple[Row, ...] = ()


def make_company(*, seed: int, orders: int, now: int, history: int = HISTORY, important: int = 0) -> Company:
    """Raises ``ValueError`` for fewer than ``MINIMUM_ORDERS`` open orders."""
    if orders < MINIMUM_ORDERS:
        raise ValueError(f"a company needs at least {MINIMUM_ORDERS} open orders to hold what is planted")
    dice = np.random.default_rng(seed)
    calendars = ordinary.Calendars.around(now)
    world = World(now, calendars, orders, important)
    plants = plant_all(world)
    finished = ordinary.history(dice, now, history, calendars)
    sprinkle(dice, finished, history)
    open_now = ordinary.open_orders(dice, now, _free_places(orders, plants), calendars)
    coming = ordinary.arrivals(dice, now, orders, calendars)
    everyday = join([finished, open_now, coming])
    known = max(len(everyday) // ORDERS_PER_CUSTOMER, 1)
    everyday.customer = dice.integers(0, known, len(everyday))
    customers = make_customers(dice, now, known, [plant.tier for plant in plants])
    book, where = numbering.number(join([everyday, _planted_book(plants, world, known)]))
    rows = [int(row) for row in where[len(everyday) :]]
    numbering.assign_waves(dice, book)
    numbering.assign_manifests(book)
    numbering.own_batches(book, _groups(plants, rows))
    planted = dict(zip(rows, plants, strict=True))
    # dice of their own: who complains changes nothing else in the company
    complaints = make_complaints(np.random.default_rng((seed, COMPLAINTS)), book, planted)
    dirt = _dirt(book, customers, where, now)
    return Company(now, book, customers, _requests(book, planted, now), dirt, planted, complaints)


def _free_places(orders: int, plants: list[Planted]) -> list[int]:
    """How many ordinary orders each node takes, so that all open ones are exactly ``orders``."""
    taken = [sum(plant.node == node for plant in plants) for node in NODES]
    return [places - planted for places, planted in zip(ordinary.quota(orders), taken, strict=True)]


def _planted_book(plants: list[Planted], world: World, first_customer: int) -> Book:
    n = len(plants)
    none = np.zeros((n, 3), dtype=np.int64)
    return Book(
        times=np.stack([life(plant, world) for plant in plants]).reshape(n, EVENTS),
        category=np.array([plant.category for plant in plants]),
        region=np.array([plant.region for plant in plants]),
        channel=np.array([plant.channel for plant in plants]),
        warehouse=np.array([plant.warehouse for plant in plants]),
        carrier=np.array([plant.carrier for plant in plants]),
        customer=np.arange(first_customer, first_customer + n),
        sku=none,
        qty=none,
        price=none,
        latest_ship=np.full(n, NEVER, dtype=np.int64),
        promised=np.full(n, NEVER, dtype=np.int64),
        extras={row: _with_lines(plant) for row, plant in enumerate(plants)},
    )


def _with_lines(plant: Planted) -> Extra:
    lines = plant.extra.lines or (line(plant.category, plant.value_minor),)
    return replace(plant.extra, lines=lines)


def _groups(plants: list[Planted], rows: list[int]) -> list[list[int]]:
    """Rows that travel together: each planted order alone, except those of one planted batch."""
    groups: dict[str, list[int]] = {}
    for row, plant in zip(rows, plants, strict=True):
        groups.setdefault(plant.batch or f"row {row}", []).append(row)
    return list(groups.values())


def _requests(book: Book, planted: dict[int, Planted], now: int) -> tuple[Row, ...]:
    """Wishes for later delivery: some long granted, and those of the planted orders."""
    finished = np.flatnonzero(book.times[:, SIGNED] < now)[:: max(len(book) // PAST_REQUESTS, 1)]
    wishes: list[tuple[int, Request]] = [
        (
            int(row),
            Request(
                "CUSTOMER" if at % 3 else "SELLER",
                int(book.times[row, PAID]) + HOUR,
                int(book.times[row, SIGNED]) + DAY,
                ("CONFIRMED", "PENDING", "REFUSED")[at % 3],
            ),
        )
        for at, row in enumerate(finished)
        if int(row) not in planted
    ]
    wishes += [(row, request) for row, plant in planted.items() for request in plant.requests]
    return tuple(
        _request_row(f"DR-{at:04d}", str(book.order_no[row]), wish) for at, (row, wish) in enumerate(wishes, 1)
    )


def _request_row(number: str, order_no: str, wish: Request) -> Row:
    return {
        "id": number,
        "order_no": order_no,
        "asked_by": wish.asked_by,
        "asked_at": utc_text(wish.asked),
        "until": None if wish.until is None else utc_text(wish.until),
        "state": wish.state,
        "updated_at": utc_text(wish.asked),
    }


def _dirt(book: Book, customers: Customers, where: np.ndarray[tuple[int], np.dtype[np.int64]], now: int) -> Dirt:
    """Spoiled copies of the first plain order of the history."""
    good = next(int(row) for row in where if int(row) not in book.extras)
    customer = int(book.customer[good])
    return make_dirt(
        now,
        rows_erp.order_row(book, good, now, now),
        rows_wms.shipment_row(book, good, now, now),
        str(book.order_no[good]),
        customer_row(customers, customer),
    )


def customer_row(customers: Customers, index: int) -> Row:
    return {
        "id": customer_no(index),
        "tier": str(customers.tier[index]),
        "name": person_name(index),
        "phone": phone(index),
        "opt_out": bool(customers.opt_out[index]),
        "updated_at": utc_text(int(customers.updated[index])),
    }
