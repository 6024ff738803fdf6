"""Rare but ordinary kinds of orders in the history: presale, split, cross-border, shipped by a supplier.

They wait no longer than others, so the means stay what they are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo.book import BALANCE, PAID, SHIPPED, SIGNED, Book, Customs, Extra, Line, Package
from demo.instants import DAY, HOUR
from demo.rows_erp import ordinary_lines

SHARE = 0.002  # of the finished orders, for each kind


def sprinkle(rng: np.random.Generator, book: Book, finished: int) -> None:
    """Turn a few of the first ``finished`` rows into orders of the rare kinds, in place."""
    count = max(1, int(finished * SHARE))
    chosen = rng.permutation(finished)[: 4 * count].reshape(4, count)
    kinds = (_presale, _split, _cross_border, _from_supplier)
    extras = {int(row): kind(book, int(row)) for kind, rows in zip(kinds, chosen, strict=True) for row in rows}
    book.extras = {**book.extras, **extras}


def _presale(book: Book, row: int) -> Extra:
    paid = int(book.times[row, PAID])
    book.times[row, BALANCE], book.times[row, PAID] = paid, paid - 2 * DAY
    promised = int(book.times[row, SHIPPED]) + DAY
    return Extra(presale=True, lines=_each(book, row, presale=True, ship_by=promised, original_ship_by=promised))


def _split(book: Book, row: int) -> Extra:
    shipped, signed = int(book.times[row, SHIPPED]), int(book.times[row, SIGNED])
    lines = _each(book, row, bulky=True, weight_g=40_000)
    parcels = tuple(
        Package(f"P{number}", (number,), signed + HOUR, shipped, signed) for number in range(1, len(lines) + 1)
    )
    return Extra(lines=lines, packages=parcels)


def _cross_border(book: Book, row: int) -> Extra:
    return Extra(customs=Customs("RELEASED", int(book.times[row, SHIPPED]) + 2 * HOUR))


def _from_supplier(book: Book, row: int) -> Extra:
    paid, shipped = int(book.times[row, PAID]), int(book.times[row, SHIPPED])
    return Extra(
        lines=_each(
            book,
            row,
            fulfilment="SUPPLIER",
            supplier="SUP-02",
            supplier_ack=paid + HOUR,
            supplier_slot=shipped + 2 * HOUR,
        )
    )


def _each(book: Book, row: int, **changes: object) -> tuple[Line, ...]:
    return tuple(replace(line, **changes) for line in ordinary_lines(book, row))  # type: ignore[arg-type]
