"""A limit does not jump on thin evidence: what moved far without new passages keeps its old value."""

from __future__ import annotations

import numpy as np
import pandas as pd

KEYS = ["node", "category", "region", "channel"]


def steady(new: pd.DataFrame, old: pd.DataFrame, fresh: pd.DataFrame, factor: float, least_new: int) -> pd.DataFrame:
    """The new limits, where they may move; marked in ``kept`` where the old one stays.

    Args:
        new: one row per cell as of ``formula.limits_of``. old: the limits in force: the keys and threshold_s.
        fresh: one row per passage that ended since the old limits were learned: the keys.
        factor: a limit that moves by more than this factor (either way) needs ``least_new`` fresh passages.
    """
    known = new.merge(old[[*KEYS, "threshold_s"]], on=KEYS, how="left", suffixes=("", "_old"))
    cells = fresh.groupby(KEYS, observed=True).size()
    whole = fresh.groupby("node", observed=True).size()
    counted = [
        whole.get(row[0], 0) if row[1] is None or pd.isna(row[1]) else cells.get(row, 0)
        for row in known[KEYS].itertuples(index=False, name=None)
    ]
    before, after = known["threshold_s_old"].to_numpy(dtype=float), known["threshold_s"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        far = (after > before * factor) | (after < before / factor)
    kept = far & (np.array(counted, dtype=np.int64) < least_new)
    return new.assign(threshold_s=np.where(kept, before, after).astype(np.int64), kept=kept)
