"""How many alerts a clock brings in a month, and how many were really raised: what people will have to answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from orderwatch.core.backtest.truth import cases
from orderwatch.core.backtest.walk import Course, Month, Trial, months_of
from orderwatch.core.models.passages import DAY

BEHIND: Final = 60 * DAY  # a clock that has seen less says little
LEAST: Final = 30  # of fewer orders a share says nothing
MOST_MONTHS: Final = 12


def months_to_show(trial: Trial, since: int) -> list[Month]:
    """The last twelve months that have two months of the history behind them; it begins at ``since``."""
    first = f"{pd.Timestamp(since + BEHIND, unit='s'):%Y-%m}"
    known = months_of(trial.rows, trial.clocks, first, None)
    return [month for month in known if since + BEHIND <= month.begins < trial.until][-MOST_MONTHS:]


def alerts_of(course: Course) -> list[dict[str, Any]]:
    """Per month: ``month``, judged orders ``n``, ``alerts_per_1000`` of them, and ``fa``, the share for nothing."""
    return [
        {"month": month, **{name: figures[name] for name in ("n", "alerts_per_1000", "fa")}}
        for month, figures in course.months.items()
        if (figures["n"] or 0) >= LEAST
    ]


def raised_in(trial: Trial, months: Sequence[Month]) -> list[dict[str, Any]]:
    """The same of what was really raised (``had_anomaly`` of the rows), from the first month on that had any."""
    table, number, _ = cases(trial.rows, trial.truth, trial.terms.final, trial.until)
    judged = number.to_numpy() >= 0
    told = np.zeros(len(table), dtype=bool)
    np.logical_or.at(told, number[judged].to_numpy(), trial.rows["had_anomaly"].to_numpy(dtype=bool)[judged])
    known = table.assign(told=told)
    rows = [_raised(known[(known["begun_s"] >= one.begins) & (known["begun_s"] < one.ends)], one) for one in months]
    first = next((place for place, row in enumerate(rows) if row["alerts_per_1000"]), len(rows))
    return [row for row in rows[first:] if row["n"] >= LEAST]


def _raised(mine: pd.DataFrame, month: Month) -> dict[str, Any]:
    told = mine[mine["told"]]
    return {
        "month": month.name,
        "n": len(mine),
        "alerts_per_1000": round(1000 * len(told) / len(mine), 1) if len(mine) else None,
        "fa": round(float((~told["late"]).mean()), 4) if len(told) else None,
    }
