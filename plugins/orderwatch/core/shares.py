"""How many in a hundred took less time, from what a version keeps of every cell."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

SHARES: Final[tuple[float, ...]] = (*range(0, 100, 5), 97.5, 99, 100)
"""In percent; a version keeps the dwell at each of them for every cell."""


def longer_than(dwell_s: float, quantiles: Sequence[int]) -> float:
    """The share of orders like it, in percent, that took less time; 100 beyond the longest.

    Args:
        quantiles: the dwell at each of ``SHARES``, never falling.
    """
    place = bisect_right(quantiles, dwell_s)
    if place == 0:
        return 0.0
    if place == len(quantiles):
        return 100.0
    below, above = quantiles[place - 1], quantiles[place]
    part = (dwell_s - below) / (above - below)
    return SHARES[place - 1] + part * (SHARES[place] - SHARES[place - 1])
