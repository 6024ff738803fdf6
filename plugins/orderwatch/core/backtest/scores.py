"""How good a clock was: false alarms against early warnings, over orders that are over.

``fa`` alerted cases that turned out fine ÷ alerted cases; ``fae`` the same without alerts raised only after the
promise broke; ``rec24/48/72`` late cases alerted at least so many hours before ÷ late cases; ``recall`` late cases
alerted at any time ÷ late cases; ``lead_median_h`` of alerted late cases; ``alerts_per_1000`` cases; ``n`` cases,
unweighted. Everything else is weighted. ``None`` where there is nothing to divide by.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orderwatch.core.models.passages import HOUR, NEVER, Seconds

Score = dict[str, float | int | None]
LEADS: Final = (24, 48, 72)


def score(cases: pd.DataFrame, alert_s: Seconds) -> Score:
    """The figures of one model.

    Args:
        cases: late, breaks_s, weight (see ``truth.cases``). alert_s: the first alert of each, ``NEVER`` if none.
    """
    weight, late = cases["weight"].to_numpy(), cases["late"].to_numpy(dtype=bool)
    breaks = cases["breaks_s"].to_numpy(dtype=np.int64)
    told = alert_s < NEVER
    early = told & (alert_s <= breaks)
    lead = np.where(told, (breaks - alert_s) / HOUR, -np.inf)
    caught = {f"rec{hours}": _share(weight, late & (lead >= hours), late) for hours in LEADS}
    return {
        "fa": _share(weight, told & ~late, told),
        "fae": _share(weight, early & ~late, early),
        **caught,
        "recall": _share(weight, late & told, late),
        "lead_median_h": _median(lead[late & told], weight[late & told]),
        "alerts_per_1000": None if not len(cases) else round(float(1000 * weight[told].sum() / weight.sum()), 1),
        "n": len(cases),
    }


def _share(weight: NDArray[np.float64], part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float | None:
    return round(float(weight[part].sum() / weight[whole].sum()), 4) if whole.any() else None


def _median(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float | None:
    if not len(values):
        return None
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    return round(float(values[order][np.searchsorted(total, total[-1] / 2)]), 1)
