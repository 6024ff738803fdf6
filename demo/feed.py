"""Keyset paging over records that change: sorted by (modified, number), never skipping, never repeating."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from demo.book import Ints

Row = dict[str, Any]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]
Render = Callable[[int], Row]


@dataclass(frozen=True, slots=True)
class Loose:
    """A record outside the order book: it has its own number and instant (epoch seconds) of change."""

    key: str
    modified: int
    render: Render  # given now, epoch seconds


class Feed:
    """Records of one kind: the ``keys`` of the rendered rows, and some loose records between them."""

    def __init__(self, keys: Sequence[str], loose: Sequence[Loose] = ()) -> None:
        self._size = len(keys)
        self._loose = loose
        every = [*keys, *(one.key for one in loose)]
        self._rows = np.array(sorted(range(len(every)), key=every.__getitem__), dtype=np.int64)
        self._keys = [every[row] for row in self._rows]
        self._seen: tuple[int, Ints, Ints] | None = None

    def page(
        self,
        now: int,
        modified: Callable[[], Ints],
        *,
        begin: int,
        end: int | None,
        after: str | None,
        limit: int,
        keep: Callable[[], Mask] | None = None,
    ) -> tuple[list[int], bool]:
        """The records from (``begin``, ``after``) on, at most ``limit``, and whether there are more.

        ``modified`` gives the instant of the last change of every record of the book, 0 for unknown ones.
        ``keep`` chooses among all records (book first, then loose). Records with the same key and instant
        are never torn apart, because no client could ask for the second one.
        """
        at, order = self._sorted(now, modified)
        if keep is not None:
            chosen = keep()[self._rows[order]]
            at, order = at[chosen], order[chosen]
        start = self._start(at, order, begin, after)
        stop = len(at) if end is None else int(np.searchsorted(at, end, side="right"))
        last = min(start + limit, stop)
        while start < last < stop and self._same(at, order, last - 1, last):
            last += 1
        return self._rows[order[start:last]].tolist(), last < stop

    def find(self, now: int, modified: Callable[[], Ints], key: str) -> list[int]:
        """The records with this key that are known at ``now``."""
        _, order = self._sorted(now, modified)
        begin = bisect_left(self._keys, key)
        return [int(self._rows[place]) for place in range(begin, bisect_right(self._keys, key)) if place in order]

    def render(self, row: int, now: int, book_row: Render) -> Row:
        return book_row(row) if row < self._size else self._loose[row - self._size].render(now)

    def _sorted(self, now: int, modified: Callable[[], Ints]) -> tuple[Ints, Ints]:
        """Instants and places of the records known at ``now``; the same second is sorted once."""
        if self._seen is None or self._seen[0] != now:
            every = np.concatenate([
                modified(),
                np.array([one.modified for one in self._loose], dtype=np.int64),
            ])
            at = every[self._rows]
            order = np.argsort(at, kind="stable")
            order = order[(at[order] > 0) & (at[order] <= now)]
            self._seen = now, at[order], order
        return self._seen[1], self._seen[2]

    def _start(self, at: Ints, order: Ints, begin: int, after: str | None) -> int:
        low, high = (int(np.searchsorted(at, begin, side=side)) for side in ("left", "right"))
        if after is None:
            return low
        return low + bisect_left(order[low:high].tolist(), bisect_right(self._keys, after))

    def _same(self, at: Ints, order: Ints, one: int, other: int) -> bool:
        return bool(at[one] == at[other]) and self._keys[order[one]] == self._keys[order[other]]
