"""Whether the clocks of lateness are as good as claimed, on real order histories that are not part of this project.

    make evaluation HISTORIES=folder

Replays come first: one that misses the figures of rules without a model is wrong, whatever else it shows. Prints one
line per check and exits 1 if one is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console

from orderwatch.core.backtest.scores import Score
from orderwatch.core.backtest.walk import months_of
from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.passages import DAY, NEVER, known_at, seconds
from orderwatch.core.models.survival import mean_of, product_limit
from orderwatch.core.policy import load_policy
from orderwatch.core.policy.histories import load_histories
from orderwatch.local.backtest import backtest, truth_of
from orderwatch.local.history_file import read_history
from orderwatch.paths import POLICY

FILE: Final = "olist_dev.parquet"
RECENT: Final = 60 * DAY  # passages that began so shortly before a cut are those that it cuts off


def near(value: float, by: float) -> Callable[[float], bool]:
    return lambda got: abs(got - value) <= by


def most(value: float) -> Callable[[float], bool]:
    return lambda got: got <= value


def least(value: float) -> Callable[[float], bool]:
    return lambda got: got >= value


PROMISE: Final[list[tuple[str, str, str, Callable[[float], bool]]]] = [
    ("fixed:48h", "fa", ".887 ± .01", near(0.887, 0.01)),
    ("countdown:24h", "fa", ".099 ± .005", near(0.099, 0.005)),
    ("countdown:24h", "rec24", "1.0", least(1.0)),
    ("countdown:24h", "alerts_per_1000", "120 ± 1", near(120, 1)),
    ("countdown:48h", "fa", ".190 ± .005", near(0.190, 0.005)),
    ("countdown:48h", "rec48", "1.0", least(1.0)),
    ("countdown:48h", "alerts_per_1000", "133 ± 1", near(133, 1)),
    ("formula:1.8:1", "fa", ".746 ± .02", near(0.746, 0.02)),
    ("formula:1.8:1", "rec24", ".628 ± .03", near(0.628, 0.03)),
    ("balanced", "fa", "≤ .15", most(0.15)),
    ("balanced", "rec24", "≥ .92", least(0.92)),
    ("balanced", "rec48", "≥ .47", least(0.47)),
    ("balanced", "alerts_per_1000", "≤ 130", most(130)),
    ("early", "fa", "≤ .19", most(0.19)),
    ("early", "rec24", "≥ .95", least(0.95)),
    ("early", "rec48", "≥ .65", least(0.65)),
    ("early", "rec72", "≥ .40", least(0.40)),
    ("precise", "fa", "≤ .065", most(0.065)),
    ("precise", "rec24", "≥ .58", least(0.58)),
    ("nothing_missed", "fa", "≤ .16", most(0.16)),
    ("nothing_missed", "rec24", "≥ .99", least(0.99)),
    ("nothing_missed", "rec48", "≥ .47", least(0.47)),
]
HANDOVER: Final[list[tuple[str, str, str, Callable[[float], bool]]]] = [
    ("formula:1.8", "fa", "≤ .18", most(0.18)),
    ("formula:1.8", "recall", "≥ .74", least(0.74)),
]


def figures(file: Path, names: list[str], truth: str) -> dict[str, Score]:
    """The pooled figures of each model under the name that it was asked for by."""
    outcome = backtest(
        file,
        names,
        truth_of(truth),
        load_policy(POLICY),
        load_histories(POLICY),
        (None, None),
        lambda name, month: None,
    )
    return dict(zip(names, (course.pooled for course in outcome.courses), strict=True))


def censored_mean(file: Path) -> float:
    """The mean of transport with open orders counted, over the true one, both of passages that a cut falls upon."""
    rows = read_history(file, load_histories(POLICY), by_promise=True).rows
    road = rows[rows["node"] == "transport"]
    ratios = []
    for month in months_of(rows, Clocks(), None, None):
        entered = seconds(road, "entered_s")
        recent = road[(entered < month.begins) & (entered >= month.begins - RECENT)]
        ended = seconds(recent, "left_s") < NEVER
        true = (seconds(recent, "left_s") - seconds(recent, "entered_s"))[ended].mean()
        seen = known_at(recent, month.begins)
        left = seconds(seen, "left_s")
        lasted = np.minimum(left, month.begins) - seconds(seen, "entered_s")
        ratios.append(mean_of(product_limit(lasted, left < NEVER)) / true)
    return float(np.mean(ratios))


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    file = asked.parse_args().folder / FILE
    out = Console(soft_wrap=True)
    if not file.exists():
        out.print(f"{file} is not there: these checks need the real histories, see docs/evaluation.md")
        return 2
    begun = time.monotonic()
    missed = 0
    for truth, checks in (("promise", PROMISE), ("handover:120", HANDOVER)):
        got = figures(file, list(dict.fromkeys(name for name, *_ in checks)), truth)
        for name, figure, wanted, holds in checks:
            value = got[name][figure]
            held = value is not None and holds(value)
            missed += not held
            out.print(f"{'ok    ' if held else 'MISSED'} {truth:13} {name:15} {figure:16} {value:<8} wanted {wanted}")
    ratio = censored_mean(file)
    within = near(1, 0.1)(ratio)
    missed += not within
    verdict = "ok    " if within else "MISSED"
    out.print(f"{verdict} {'':13} {'transport mean':15} {'÷ true':16} {ratio:<8.3f} wanted 1.00 ± .10")
    out.print(f"{time.monotonic() - begun:.1f} s, {missed} missed")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
