"""The learned limit: ``mean of completed similar orders × multiplier + regional buffer``.

Orders are similar when they share the node's keys; a cell with too few orders borrows from the next coarser
one, down to the whole node. All arithmetic is on whole seconds and integers until the last division, so a
threshold equals a calculation by hand to the second; it is rounded half up.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orderwatch.core.policy import Policy
from orderwatch.core.words import Node

Ints = NDArray[np.int64]

_SEGMENT: Final = ["category", "region", "channel"]
_INPUT: Final = ["node", *_SEGMENT, "dwell_s"]
_OUTPUT: Final = ["node", *_SEGMENT, "threshold_s", "mean_s", "n", "buffer_s", "fallback_level", "cell_n"]
_HUNDREDTHS: Final = 100


class ThresholdError(ValueError):
    """The history cannot be learned from; the message says which rows or columns are at fault."""


def learn_formula(history: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Learn one threshold per observed cell and one per node.

    Args:
        history: one row per completed (order, node): node (1–5), category, region, channel, dwell_s (seconds
            in the node's own clock). The caller selects the window ``policy.thresholds.history``.
        policy: multiplier, keys and their order, least number of samples, buffer.

    Returns:
        One row per (node, category, region, channel) seen, plus one per node with the three keys empty
        (``None``): threshold_s, mean_s, n (of the level used), buffer_s, fallback_level (``cell``, the keys
        that were left such as ``category_region``, or ``node``), cell_n (orders with exactly these keys).

    Raises:
        ThresholdError: the history is empty, lacks columns or has rows without a key or with a bad dwell.
    """
    rows = _checked(history)
    parts = {node: rows[rows["node"] == int(node)] for node in Node}
    learned = [_learn_node(part, node, policy) for node, part in parts.items() if len(part)]
    return pd.concat(learned, ignore_index=True)[_OUTPUT]


def _checked(history: pd.DataFrame) -> pd.DataFrame:
    if missing := [column for column in _INPUT if column not in history.columns]:
        raise ThresholdError(f"the history lacks the columns {', '.join(missing)}")
    if history.empty:
        raise ThresholdError("the history is empty; no completed order in the window, so nothing can be learned")
    rows = history[_INPUT]
    if (empty := rows.isna().any(axis=1)).any():
        raise ThresholdError(f"{int(empty.sum())} rows lack a key or a dwell, the first is {_first(rows, empty)}")
    bad = ~rows["node"].isin([int(node) for node in Node]) | (rows["dwell_s"] < 0)
    if bad.any():
        raise ThresholdError(
            f"{int(bad.sum())} rows have an impossible node or dwell, the first is {_first(rows, bad)}"
        )
    whole = np.floor(rows["dwell_s"].to_numpy(dtype=np.float64) + 0.5).astype(np.int64)
    return rows.assign(dwell_s=whole)


def _first(rows: pd.DataFrame, where: pd.Series[bool]) -> dict[str, object]:
    return {str(name): value for name, value in rows[where].iloc[0].items()}


def _learn_node(rows: pd.DataFrame, node: Node, policy: Policy) -> pd.DataFrame:
    """Cells of one node, then the node itself."""
    keys = list(policy.thresholds.keys.of(node))
    cells = rows.groupby(_SEGMENT)["dwell_s"].size().rename("cell_n").reset_index()
    whole = pd.DataFrame([{**dict.fromkeys(_SEGMENT), "cell_n": len(rows)}])
    out = pd.concat([cells.astype(object), whole.astype(object)], ignore_index=True)
    out = out.astype({"cell_n": "int64"}).assign(node=int(node), sum_s=int(rows["dwell_s"].sum()), n=len(rows))
    out["fallback_level"] = "node"
    for depth in range(1, len(keys) + 1):
        _refine(out, rows, keys[:depth], depth == len(keys), policy.thresholds.min_samples)
    hundredths = _buffers(out, rows, node, policy)
    out["threshold_s"] = _threshold(out, hundredths, policy)
    out["mean_s"] = out["sum_s"] / out["n"]
    out["buffer_s"] = hundredths / _HUNDREDTHS
    return out


def _refine(out: pd.DataFrame, rows: pd.DataFrame, keys: Sequence[str], full: bool, min_samples: int) -> None:
    """Replace the level so far wherever this finer one has enough orders."""
    finer = rows.groupby(list(keys))["dwell_s"].agg(["sum", "count"]).reset_index()
    found = out[list(keys)].merge(finer, on=list(keys), how="left")
    count = found["count"].fillna(0).to_numpy(dtype=np.int64)
    enough = count >= min_samples
    out.loc[enough, "sum_s"] = found["sum"].to_numpy()[enough].astype(np.int64)
    out.loc[enough, "n"] = count[enough]
    out.loc[enough, "fallback_level"] = "cell" if full else "_".join(keys)


def _threshold(out: pd.DataFrame, hundredths: Ints, policy: Policy) -> Ints:
    """``sum ÷ n × multiplier + buffer``, rounded half up, in integers: shape (rows,)."""
    factor = Fraction(policy.thresholds.multiplier)
    n = out["n"].to_numpy(dtype=np.int64)
    above = out["sum_s"].to_numpy(dtype=np.int64) * factor.numerator * _HUNDREDTHS
    above = above + hundredths * n * factor.denominator
    below = n * factor.denominator * _HUNDREDTHS
    rounded: Ints = (2 * above + below) // (2 * below)
    return rounded


def _buffers(out: pd.DataFrame, rows: pd.DataFrame, node: Node, policy: Policy) -> Ints:
    """Hundredths of a second to add, per row of ``out``: of the region, else of all regions together."""
    rules, least = policy.thresholds.buffer, policy.thresholds.min_samples
    if node.code not in rules.nodes:
        return np.zeros(len(out), dtype=np.int64)
    overall = _spread(rows["dwell_s"].to_numpy(), rules.upper_percent, rules.lower_percent)
    by_region = {
        region: _spread(part.to_numpy(), rules.upper_percent, rules.lower_percent)
        for region, part in rows.groupby("region")["dwell_s"]
        if len(part) >= least
    }
    return np.array([by_region.get(region, overall) for region in out["region"]], dtype=np.int64)


def _spread(dwell: Ints, upper: int, lower: int) -> int:
    """Upper minus lower percentile with linear interpolation, in hundredths of a second."""
    ordered = np.sort(dwell)
    return _percentile(ordered, upper) - _percentile(ordered, lower)


def _percentile(ordered: Ints, percent: int) -> int:
    below, share = divmod((len(ordered) - 1) * percent, _HUNDREDTHS)
    above = min(below + 1, len(ordered) - 1)
    return int(ordered[below]) * _HUNDREDTHS + share * int(ordered[above] - ordered[below])
