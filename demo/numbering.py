"""Document numbers: orders by day, picking waves by warehouse and day, carrier manifests by half-day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demo.book import AUDITED, PAID, SHIPPED, Book, Ints, Texts, take
from demo.instants import DAY, NEVER, OFFSET, day_code

HALF_DAY = DAY // 2


def number(book: Book) -> tuple[Book, Ints]:
    """The book sorted by its new order numbers, and for each old row its new one."""
    created = book.times[:, PAID]
    rows = np.argsort(created, kind="stable")
    numbered = take(book, rows)
    days = (created[rows] + OFFSET) // DAY
    rank = _rank_within(days)
    codes = {int(day): day_code(int(day) * DAY - OFFSET) for day in np.unique(days)}
    numbered.order_no = np.array([f"SO{codes[int(day)]}{seq + 1:05d}" for day, seq in zip(days, rank, strict=True)])
    where = np.empty(len(rows), dtype=np.int64)
    where[rows] = np.arange(len(rows))
    return numbered, where


def assign_waves(rng: np.random.Generator, book: Book) -> None:
    """Orders of one warehouse audited in the same stretch are picked together, 10 to 40 at a time."""
    audited = book.times[:, AUDITED]
    book.wave = [None] * len(book)
    for warehouse in np.unique(book.warehouse):
        rows = np.flatnonzero((book.warehouse == warehouse) & (audited < NEVER))
        rows = rows[np.argsort(audited[rows], kind="stable")]
        days = (audited[rows] + OFFSET) // DAY
        sizes = rng.integers(10, 41, int(days.max() - days.min()) + 1 if len(days) else 1)
        chunk = _rank_within(days) // sizes[days - days.min()] if len(days) else days
        for row, day, part in zip(rows, days, chunk, strict=True):
            book.wave[row] = f"WV-{warehouse[-2:]}-{day_code(int(day) * DAY - OFFSET)}-{part + 1:02d}"


def assign_manifests(book: Book) -> None:
    """What one carrier takes from one warehouse in one half-day."""
    shipped = book.times[:, SHIPPED]
    book.manifest = [
        None if at == NEVER else _manifest(str(carrier), str(warehouse), int(at))
        for at, carrier, warehouse in zip(shipped, book.carrier, book.warehouse, strict=True)
    ]


def own_batches(book: Book, planted: Sequence[Sequence[int]]) -> None:
    """Give each group of planted rows a wave and a manifest that no other planted group travels with.

    Otherwise three unrelated late orders could look like one late batch. The nearest ordinary wave (or
    manifest) of the same warehouse (and carrier) takes them in.
    """
    apart = np.ones(len(book), dtype=np.bool_)
    apart[[row for rows in planted for row in rows]] = False
    waves = [(book.wave, AUDITED, [book.warehouse])]
    manifests = [(book.manifest, SHIPPED, [book.warehouse, book.carrier])]
    for numbers, event, keys in waves + manifests:
        taken: set[str | None] = {None}
        for rows in planted:
            chosen = _nearest_free(book, apart, rows[0], numbers, event, keys, taken)
            taken.add(chosen)
            for row in rows:
                numbers[row] = chosen if book.times[row, event] < NEVER else None


def _nearest_free(
    book: Book,
    apart: np.ndarray[tuple[int], np.dtype[np.bool_]],
    row: int,
    numbers: list[str | None],
    event: int,
    keys: Sequence[Texts],
    taken: set[str | None],
) -> str | None:
    at = book.times[:, event]
    if at[row] == NEVER:
        return None
    like = apart & (at < NEVER)
    for key in keys:
        like &= key == key[row]
    rows = np.flatnonzero(like)
    near = rows[np.argsort(np.abs(at[rows] - at[row]), kind="stable")]
    return next((numbers[other] for other in near if numbers[other] not in taken), numbers[row])


def _manifest(carrier: str, warehouse: str, shipped: int) -> str:
    half = "A" if (shipped + OFFSET) % DAY < HALF_DAY else "P"
    return f"MF-{carrier}-{warehouse[-2:]}-{day_code(shipped)}{half}"


def _rank_within(days: Ints) -> Ints:
    """The position of each element among equal ones; equal ones stand together."""
    if not len(days):
        return days
    starts = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
    lengths = np.diff(np.r_[starts, len(days)])
    return np.asarray(np.arange(len(days)) - np.repeat(starts, lengths), dtype=np.int64)
