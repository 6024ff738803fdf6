"""How long passages last when some have not ended yet: the product-limit estimate.

Source: Kaplan and Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orderwatch.core.models.passages import Flags, Seconds


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """``alive[i]`` is the share of passages that last longer than ``at_s[i]``; both of shape (distinct ends,)."""

    at_s: Seconds
    alive: NDArray[np.float64]

    def beyond(self, room: Seconds) -> NDArray[np.float64]:
        """The chance to last longer than each ``room``, shape as given."""
        place = np.searchsorted(self.at_s, room, side="right")
        return np.concatenate([[1.0], self.alive])[place]

    def quantile(self, share: NDArray[np.float64]) -> Seconds:
        """The earliest time by which each ``share`` has ended; the last known end where that many never do."""
        place = np.searchsorted(1 - self.alive, share - 1e-12, side="left")
        return np.where(share <= 0, 0, self.at_s[np.minimum(place, len(self.at_s) - 1)])


def product_limit(lasted: Seconds, ended: Flags) -> Curve:
    """The curve of passages that have ``lasted`` so long and ``ended`` then, or not yet; one end at least."""
    order = np.argsort(lasted, kind="stable")
    times, first = np.unique(lasted[order], return_index=True)
    ends = np.add.reduceat(ended[order].astype(np.int64), first)
    at_risk = len(lasted) - first
    some = ends > 0
    return Curve(times[some], np.cumprod(1 - ends[some] / at_risk[some], dtype=np.float64))


def mean_of(curve: Curve) -> float:
    """The mean up to the last known end: the area under the curve, in seconds."""
    steps = np.diff(np.concatenate([[0], curve.at_s]))
    return float((np.concatenate([[1.0], curve.alive[:-1]]) * steps).sum())
