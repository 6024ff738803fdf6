"""What people think of a response: whoever had to live with it says how good it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from orderwatch.web.health.clock import Clock


@dataclass(frozen=True, slots=True)
class RatingRow:
    """The last word of one person; ``about``: the step, empty for the whole response."""

    at: str
    by: str
    stars: int
    about: str
    because: str
    words: str


@dataclass(frozen=True, slots=True)
class Ratings:
    """All of them; ``mean`` of the whole response and its steps alike, to one place."""

    rows: Sequence[RatingRow]
    mean: str
    may_rate: bool


def ratings_of(rows: Sequence[Row[Any]], titles: Mapping[str, str], may_rate: bool, clock: Clock) -> Ratings:
    return Ratings(
        rows=[
            RatingRow(
                at=clock.at(row.at),
                by=row.rated_by,
                stars=row.stars,
                about=titles.get(row.step, row.step) if row.step else "",
                because=row.false_alarm_because or "",
                words=row.words or "",
            )
            for row in rows
        ],
        mean=f"{sum(row.stars for row in rows) / len(rows):.1f}" if rows else "",
        may_rate=may_rate,
    )
