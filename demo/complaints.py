"""What customers complain about: lateness where an order is late in transport, and now and then the goods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from demo.book import CANCELLED, SHIPPED, SIGNED, Book, Ints
from demo.feed import Row
from demo.instants import HOUR, NEVER, utc_text
from demo.people import customer_no
from demo.plants.base import Planted
from demo.vocabulary import NODES

LIMIT = 2.4  # times the mean of its cell: past any limit that is learned from ordinary orders
COMPLAINS = 0.3  # of the customers whose order is late in transport
ABOUT_GOODS = 0.002  # of the orders that arrived
PATIENCE_H = (2, 30)  # hours after the promise or the limit, or after the goods arrived
WORDS = {
    "LATE": "我的包裹怎么还没到？请打 199-0000-0000",
    "WRONG_GOODS": "收到的不是我买的东西",
    "DAMAGED": "外箱压坏了",
}


def make_complaints(dice: np.random.Generator, book: Book, planted: Mapping[int, Planted]) -> tuple[Row, ...]:
    """In the order in which they were made; one whose time has not come is not shown yet."""
    waits = dice.integers(PATIENCE_H[0] * HOUR, PATIENCE_H[1] * HOUR, len(book))
    of_lateness = [
        (since + int(waits[row]), row, "LATE")
        for row, since in sorted({**_past_promise(book), **_past_limit(book, planted)}.items())
        if dice.random() < COMPLAINS and since + int(waits[row]) < book.times[row, CANCELLED]
    ]
    made = sorted([*of_lateness, *_about_goods(dice, book, planted, waits)])
    return tuple(_row(f"CP-{at:05d}", book, *one) for at, one in enumerate(made, 1))


def _past_promise(book: Book) -> dict[int, int]:
    """Orders that are signed for after the promised day, and when it was over."""
    late = np.flatnonzero((book.promised < book.times[:, SIGNED]) & (book.times[:, SHIPPED] < book.promised))
    return {int(row): int(book.promised[row]) for row in late}


def _past_limit(book: Book, planted: Mapping[int, Planted]) -> dict[int, int]:
    """Planted orders that are really late in transport, and when they became so."""
    node = NODES.index("transport")
    return {
        row: int(book.times[row, SHIPPED] + LIMIT * plant.mean_s(node))
        for row, plant in planted.items()
        if plant.node == "transport" and any(verdict.reason is None for verdict in plant.verdicts)
    }


def _about_goods(
    dice: np.random.Generator, book: Book, planted: Mapping[int, Planted], waits: Ints
) -> Iterator[tuple[int, int, str]]:
    arrived = (book.times[:, SIGNED] < NEVER) & (dice.random(len(book)) < ABOUT_GOODS)
    for at, row in enumerate(int(row) for row in np.flatnonzero(arrived)):
        if row not in planted:
            yield int(book.times[row, SIGNED] + waits[row]), row, ("WRONG_GOODS", "DAMAGED")[at % 2]


def _row(number: str, book: Book, complained: int, row: int, category: str) -> Row:
    return {
        "id": number,
        "order_no": str(book.order_no[row]),
        "customer": customer_no(int(book.customer[row])),
        "category": category,
        "text": WORDS[category],
        "complained_at": utc_text(complained),
        "updated_at": utc_text(complained),
    }
