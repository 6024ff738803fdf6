"""One order among orders like it: how long they took, where the limit is, and where this one is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from orderwatch.core.shares import longer_than

BARS: Final = 26
WIDE: Final = 5
HIGH: Final = 30


def peers(quantiles: Sequence[int] | None, threshold_s: int, dwell_s: int, label: str) -> Markup:
    """A small picture; nothing where the version keeps nothing of its peers.

    Args:
        quantiles: the dwell of orders like it at each of ``core.shares.SHARES``.
    """
    if not quantiles:
        return Markup("")
    end = 1.08 * max(threshold_s, dwell_s, quantiles[-2])  # the longest of all may be an accident
    shares = [longer_than(end * place / BARS, quantiles) for place in range(BARS + 1)]
    counts = [after - before for before, after in pairwise(shares)]
    top = max(counts) or 1
    bars = Markup("").join(
        Markup('<rect class="age" x="{}" y="{}" width="{}" height="{}"/>').format(
            place * WIDE + 0.5, HIGH - high, WIDE - 1, high
        )
        for place, count in enumerate(counts)
        if count > 0
        for high in [round(max(1.0, (HIGH - 6) * count / top), 1)]
    )
    limit, here = (round(BARS * WIDE * at / end, 1) for at in (threshold_s, dwell_s))
    return Markup(
        '<svg class="peers" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<line class="due-line" x1="{}" x2="{}" y1="5" y2="{}"/>'
        '<path class="here" d="M{} 6v{}M{} 0h6l-3 5z"/></svg>'
    ).format(BARS * WIDE, HIGH, label, bars, limit, limit, HIGH, here, HIGH - 6, here - 3)
