"""What a month's learning costs: the formula over ten million passages, beside a plain pandas group-by in the same run.

    make bench-learning

Correctness comes before time: every cell's mean equals that of the group-by, and some limits are calculated by hand.
The last line is JSON: seconds (least, median, most), the ratio, and the peak of the process above the data itself.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import numpy as np
import pandas as pd

from orderwatch.core.models.formula import FormulaFit, learn
from orderwatch.core.models.terms import Step, Terms

KEYS: Final = ("category", "region", "channel")
STEPS: Final = ("review", "print", "pick", "outbound", "transport")
PER_KEY: Final = (40, 38, 5)  # 7,600 cells in each of five steps: 38,000
LIMITS: Final = {"seconds": 10.0, "peak_gib": 2.0}
TERMS: Final = Terms(
    {name: replace(Step(KEYS), buffered=name == "transport") for name in STEPS},
    frozenset({"transport"}),
    Fraction("1.8"),
    30,
)


def a_history(rows: int) -> pd.DataFrame:
    draw = np.random.default_rng(7)

    coded: Any = pd.Categorical.from_codes

    def of(count: int, prefix: str) -> Any:
        return coded(draw.integers(0, count, rows, dtype=np.int16), [f"{prefix}{number}" for number in range(count)])

    keys = {name: of(count, name[0]) for name, count in zip(KEYS, PER_KEY, strict=True)}
    node = coded(draw.integers(0, len(STEPS), rows, dtype=np.int8), list(STEPS))
    return pd.DataFrame({"node": node, **keys, "dwell_s": draw.lognormal(10, 1, rows).astype(np.int64)})


def naive(history: pd.DataFrame) -> pd.DataFrame:
    """The mean of every cell; no fallback, no buffer, no exactness."""
    return history.groupby(["node", *KEYS], observed=True)["dwell_s"].agg(["mean", "size"])


def differing(history: pd.DataFrame, fit: FormulaFit, means: pd.DataFrame) -> int:
    """Cells with enough orders whose mean is another one."""
    known = means[means["size"] >= TERMS.least].reset_index()
    wrong = 0
    for name, learned in fit.steps.items():
        cells = known[known["node"] == name]
        limits = learned.limits(cells, TERMS.multiplier)
        wrong += int((~np.isclose(limits["mean_s"], cells["mean"], rtol=1e-12)).sum())
    return wrong


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=10_000_000)
    asked.add_argument("--runs", type=int, default=3)
    chosen = asked.parse_args()
    history = a_history(chosen.rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times: dict[str, list[float]] = {"formula": [], "naive": []}
    for run in range(chosen.runs):
        begun = time.perf_counter()
        fit = learn(history, TERMS)
        times["formula"].append(time.perf_counter() - begun)
        if run == 0:
            peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 2**20
        begun = time.perf_counter()
        means = naive(history)
        times["naive"].append(time.perf_counter() - begun)
    if wrong := differing(history, fit, means):
        raise SystemExit(f"{wrong} cells have another mean than the group-by says: no time is worth taking")
    middle = {name: statistics.median(values) for name, values in times.items()}
    result = {
        "rows": chosen.rows,
        "cells": len(means),
        "runs": chosen.runs,
        **{f"{name}_s": [round(min(v), 2), round(middle[name], 2), round(max(v), 2)] for name, v in times.items()},
        "ratio_to_naive": round(middle["formula"] / middle["naive"], 2),
        "peak_gib_above_data": round(peak, 2),
        "peak_gib_whole": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "limits": LIMITS,
        "within": middle["formula"] <= LIMITS["seconds"]
        and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20 <= LIMITS["peak_gib"],
        "load": os.getloadavg()[0],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
