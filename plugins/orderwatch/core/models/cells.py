"""Orders that are alike: cells of a step's keys, the finest that has enough orders, else a coarser one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orderwatch.core.models.passages import Seconds

WHOLE: Final = "node"
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells of one step that have enough orders, by depth: 0 is the whole step, the last all keys.

    ``levels[depth]`` maps the first ``depth`` keys of a cell to its row in whatever was learned.
    """

    keys: Sequence[str]
    levels: Sequence[Mapping[Key, int]]

    def find(self, rows: pd.DataFrame) -> tuple[Seconds, Seconds]:
        """For each row the place of its finest cell, and that cell's depth; shapes (rows,)."""
        place = np.full(len(rows), self.levels[0][()], dtype=np.int64)
        depths = np.zeros(len(rows), dtype=np.int64)
        if not len(rows) or not self.keys:
            return place, depths
        group, alike = _distinct(rows, self.keys)
        for depth in range(1, len(self.keys) + 1):
            known = self.levels[depth]
            found = np.array([known.get(key[:depth], -1) for key in alike], dtype=np.int64)[group]
            place = np.where(found >= 0, found, place)
            depths = np.where(found >= 0, depth, depths)
        return place, depths

    def names(self, rows: pd.DataFrame, depths: Seconds) -> NDArray[np.object_]:
        """What each row's cell is called: its keys, or the whole step; shape (rows,)."""
        if not self.keys or not len(rows):
            return np.full(len(rows), "", dtype=object)
        group, alike = _distinct(rows, self.keys)
        spoken = [[" / ".join(key[:depth]) for depth in range(len(self.keys) + 1)] for key in alike]
        return np.array(spoken, dtype=object)[group, depths]

    def called(self, depth: int) -> str:
        """The level of that depth: ``cell``, the keys that are left, or ``node``."""
        return WHOLE if depth == 0 else "cell" if depth == len(self.keys) else "_".join(self.keys[:depth])


def levels_of(table: pd.DataFrame, keys: Sequence[str], least: int) -> tuple[Cells, pd.DataFrame]:
    """Add up finest cells (the keys and summable columns, one of them ``n``) to all coarser ones with enough orders.

    Returns the cells and one row of sums per place.
    """
    sums = table.columns.difference(list(keys), sort=False).tolist()
    levels: list[dict[Key, int]] = [{(): 0}]
    parts = [table[sums].sum().to_frame().T]
    count = 1
    for depth in range(1, len(keys) + 1):
        shared = list(keys[:depth])
        coarse = table.groupby(shared, observed=True, sort=True)[sums].sum().reset_index()
        enough = coarse[coarse["n"] >= least]
        named = [tuple(map(str, key)) for key in enough[shared].itertuples(index=False, name=None)]
        levels.append({key: count + place for place, key in enumerate(named)})
        parts.append(enough[sums])
        count += len(enough)
    return Cells(tuple(keys), levels), pd.concat(parts, ignore_index=True).astype(table[sums].dtypes.to_dict())


def _distinct(rows: pd.DataFrame, keys: Sequence[str]) -> tuple[Seconds, list[Key]]:
    """The number of each row's combination of keys, and the combinations."""
    grouped = rows.groupby(list(keys), observed=True, sort=False, dropna=False)
    number = np.asarray(grouped.ngroup(), dtype=np.int64)
    first = np.unique(number, return_index=True)[1]
    alike: list[Any] = list(rows[list(keys)].iloc[first].itertuples(index=False, name=None))
    return number, [tuple(map(str, key)) for key in alike]
