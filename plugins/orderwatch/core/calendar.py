"""Working time: when work begins, how much of it lies between two instants, when it is done.

The same semantics as the SQL that materialises ``alert_at``: a start is floored to the second, zero or
negative work is done at the start, otherwise work is done at the earliest possible instant (exactly at
closing time, not at the next opening), and work that does not fit into the known days is never done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.int64]

BEYOND: Final = -1
"""In arrays: the work is not done within the known days."""


class CalendarError(ValueError):
    """The days of a calendar contradict each other."""


class Span(NamedTuple):
    """One stretch of work in epoch seconds, closing time excluded."""

    opens: int
    closes: int


class Closure(NamedTuple):
    """A time without work between two openings."""

    closed_at: datetime
    opens_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class WorkCalendar:
    """One actor's opening hours as sorted arrays, all of shape (spans,), in epoch seconds.

    ``done_before`` and ``done_after`` are the running totals of work seconds around each span.
    """

    opens: Seconds
    closes: Seconds
    done_before: Seconds
    done_after: Seconds

    @classmethod
    def of(cls, spans: Iterable[Span]) -> WorkCalendar:
        """Build from spans in any order.

        Raises:
            CalendarError: spans overlap or do not last.
        """
        table = np.array(sorted(spans), dtype=np.int64).reshape(-1, 2)
        opens, closes = table[:, 0].copy(), table[:, 1].copy()
        if (closes <= opens).any():
            raise CalendarError("a span must close after it opens")
        if (clash := np.flatnonzero(opens[1:] < closes[:-1])).size:
            raise CalendarError(f"opening windows overlap at {_instant(opens[clash[0] + 1])}")
        done_after = np.cumsum(closes - opens)
        return cls(opens, closes, done_after - (closes - opens), done_after)

    def add_work(self, start: datetime, seconds: int) -> datetime | None:
        """When ``seconds`` of work begun at ``start`` are done; none beyond the known days."""
        done = int(self.add_work_many(np.array([_epoch(start)]), np.array([seconds]))[0])
        return None if done == BEYOND and seconds > 0 else _instant(done)

    def add_work_many(self, starts: Seconds, seconds: Seconds) -> Seconds:
        """``add_work`` for arrays of equal shape (epoch seconds, seconds); ``BEYOND`` for never."""
        if not self.opens.size:
            never: Seconds = np.where(seconds <= 0, starts, BEYOND)
            return never
        goal = self._done(starts) + seconds
        span = np.searchsorted(self.done_after, goal, side="left")
        known = np.minimum(span, self.opens.size - 1)
        done: Seconds = np.where(span < self.opens.size, self.opens[known] + goal - self.done_before[known], BEYOND)
        done[seconds <= 0] = starts[seconds <= 0]
        return done

    def work_between(self, begin: datetime, end: datetime) -> int:
        """Seconds of work from ``begin`` to ``end``; 0 if ``end`` is not later."""
        return int(self.work_between_many(np.array([_epoch(begin)]), np.array([_epoch(end)]))[0])

    def work_between_many(self, begins: Seconds, ends: Seconds) -> Seconds:
        """``work_between`` for arrays of equal shape in epoch seconds."""
        if not self.opens.size:
            return np.zeros_like(begins)
        between: Seconds = np.maximum(self._done(ends) - self._done(begins), 0)
        return between

    def next_opening(self, at: datetime) -> datetime | None:
        """The earliest instant not before ``at`` (floored) at which work goes on; none beyond the days."""
        second = _epoch(at)
        span = int(np.searchsorted(self.closes, second, side="right"))
        return _instant(max(second, int(self.opens[span]))) if span < self.opens.size else None

    def is_open(self, at: datetime) -> bool:
        """Whether work goes on at this instant; at the closing time it does not."""
        second = _epoch(at)
        span = int(np.searchsorted(self.closes, second, side="right"))
        return span < self.opens.size and int(self.opens[span]) <= second

    def closures(self, begin: datetime, end: datetime, min_length: timedelta) -> list[Closure]:
        """Rests of at least ``min_length`` that share a moment with ``begin`` … ``end``, earliest first."""
        shut, opens = self.closes[:-1], self.opens[1:]
        long = opens - shut >= max(min_length.total_seconds(), 1)
        near = (opens > _epoch(begin)) & (shut <= _epoch(end))
        return [Closure(_instant(shut[i]), _instant(opens[i])) for i in np.flatnonzero(long & near)]

    def _done(self, at: Seconds) -> Seconds:
        """Work seconds from the beginning of the calendar to each instant."""
        span = np.searchsorted(self.opens, at, side="right") - 1
        known = np.maximum(span, 0)
        into = np.minimum(at, self.closes[known]) - self.opens[known]
        done: Seconds = np.where(span < 0, 0, self.done_before[known] + into)
        return done


def _epoch(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return (at - _EPOCH) // timedelta(seconds=1)


def _instant(second: int | np.int64) -> datetime:
    return _EPOCH + timedelta(seconds=int(second))


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
