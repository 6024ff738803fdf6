"""A limit does not jump on thin evidence: what moved far without new passages keeps its old value."""

from __future__ import annotations

import numpy as np
import pandas as pd

KEYS = ["node", "category", "region", "channel"]


def steady(new: pd.DataFrame, old: pd.DataFrame, fresh: pd.DataFrame, factor: float, least_new: int) -> pd.DataFrame:
    """The new limits, where they may move; marked in ``kept`` where the old one stays.

    Args:
        new: one row per cell as of ``formula.limits_of``. old: the limits in force: the keys, threshold_s, and
            ``learned_s``, until when each was learned from (epoch seconds); one that was kept keeps that, too.
        fresh: one row per passage that has ended: the keys and ``left_s``.
        factor: a limit that moves by more than this factor (either way) needs ``least_new`` fresh passages.
    """
    known = new.merge(old[[*KEYS, "threshold_s", "learned_s"]], on=KEYS, how="left", suffixes=("", "_old"))
    cells = _since(fresh, old[old["category"].notna()], KEYS)
    whole = _since(fresh, old[old["category"].isna()], ["node"])
    counted = [
        whole.get(row[0], 0) if row[1] is None or pd.isna(row[1]) else cells.get(row, 0)
        for row in known[KEYS].itertuples(index=False, name=None)
    ]
    before, after = known["threshold_s_old"].to_numpy(dtype=float), known["threshold_s"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        far = (after > before * factor) | (after < before / factor)
    kept = far & (np.array(counted, dtype=np.int64) < least_new)
    return new.assign(
        threshold_s=np.where(kept, before, after).astype(np.int64),
        kept=kept,
        learned_s=np.where(kept, known["learned_s"].to_numpy(dtype=float), np.nan),
    )


def _since(fresh: pd.DataFrame, old: pd.DataFrame, keys: list[str]) -> pd.Series[int]:
    """How many passages have ended since each old limit was learned."""
    plain = fresh[[*keys, "left_s"]].astype(dict.fromkeys(keys, object))
    joined = plain.merge(old[[*keys, "learned_s"]].astype(dict.fromkeys(keys, object)), on=keys)
    return joined[joined["left_s"] > joined["learned_s"]].groupby(keys[0] if len(keys) == 1 else keys).size()
