"""How long orders of every cell took, so that an alert can say *longer than 97 % of 1,204*."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orderwatch.core.models.cells import Cells
from orderwatch.core.models.formula import FormulaFit
from orderwatch.core.models.passages import SEGMENT, Seconds
from orderwatch.core.shares import SHARES


def quantiles_of(history: pd.DataFrame, fit: FormulaFit, limits: pd.DataFrame) -> list[list[int]]:
    """For each row of ``limits_of`` the dwell at every share, of the level that its limit was learned from.

    Args:
        history: what the limits were learned from (node, category, region, channel, dwell_s).
    """
    out: list[list[int]] = [[]] * len(limits)
    places = limits.reset_index(drop=True)
    for name, learned in fit.steps.items():
        rows = history[history["node"].to_numpy(dtype=object) == name]
        mine = places[places["node"] == name]
        at, _ = learned.cells.find(mine[list(SEGMENT)])
        known = _by_place(rows, learned.cells, np.unique(at))
        for row, place in zip(mine.index, at.tolist(), strict=True):
            out[row] = known[place]
    return out


def _by_place(rows: pd.DataFrame, cells: Cells, wanted: Seconds) -> dict[int, list[int]]:
    """The dwell at every share for the places that are wanted."""
    asked = set(wanted.tolist())
    dwell = rows["dwell_s"].to_numpy()
    known = {0: _at_shares(dwell)}
    for depth in range(1, len(cells.keys) + 1):
        places = {key: place for key, place in cells.levels[depth].items() if place in asked}
        if not places:
            continue
        grouped = rows.groupby(list(cells.keys[:depth]), observed=True, sort=False).indices
        for key, members in grouped.items():
            place = places.get(tuple(map(str, key if isinstance(key, tuple) else (key,))))
            if place is not None:
                known[place] = _at_shares(dwell[members])
    return known


def _at_shares(dwell: Seconds) -> list[int]:
    return [int(one) for one in np.percentile(dwell, SHARES)]
