"""One order of the history from its beginning to its end, as a clock saw it: what figures alone tell nobody."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from orderwatch.core.backtest.walk import Month, Trial
from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.model import Fitted, Model
from orderwatch.core.models.passages import DAY, NEVER, ends_of, seconds
from orderwatch.core.models.risk import RiskFit

SEVERAL_LOOKS: Final = 5 * DAY  # an order promised sooner is looked at too seldom to tell anything


def example_of(trial: Trial, model: Model, judged: Month) -> dict[str, Any] | None:
    """A typical order that the clock warned of in time, as JSON; none where it warned of none that is over.

    The clock has learned from what could be seen before the judged time, so it had never seen the order. Instants are
    epoch seconds: ``ordered_s``, ``promised_s`` (none: nothing was promised), ``arrived_s``, ``alert_s`` of the first
    alert; per passage ``node``, ``entered_s``, ``left_s``, ``alert_s`` (none: never); ``looks`` with the chance to
    break the promise and whether the clock decides then, and the ``limit`` of that chance, both empty for a clock
    that knows no chance. Raises ModelError.
    """
    fitted, clocks = trial.fit(model, judged.begins)
    ordered = seconds(trial.rows, "ordered_s")
    rows = trial.rows[(ordered >= judged.begins) & (ordered < judged.ends)]
    order_id = _typical(trial, fitted, clocks, rows)
    if order_id is None:
        return None
    return _told(rows[rows["order_id"] == order_id].sort_values("entered_s", kind="stable"), fitted, clocks, trial)


def _typical(trial: Trial, fitted: Fitted, clocks: Clocks, rows: pd.DataFrame) -> str | None:
    """The order whose warning and whose length are nearest to the middle of all that ended well for the clock."""
    alerts = trial.alerts(fitted, clocks, rows, "")
    first = alerts.groupby("order_id", observed=True)["alert_s"].min()
    orders = rows.drop_duplicates("order_id").set_index("order_id").reindex(first.index)
    end = ends_of(rows, trial.terms.final).reindex(first.index).to_numpy(dtype=np.int64)
    due, alert = seconds(orders, "promised_s"), first.to_numpy(dtype=np.int64)
    begun = seconds(orders, "ordered_s")
    over = end < NEVER
    warned = over & (due < NEVER) & (end > due) & (alert < due)
    several = warned & (due - begun >= SEVERAL_LOOKS)
    fitting = next((one for one in (several, warned, over & (due >= NEVER)) if one.any()), None)
    if fitting is None:
        return None
    lead = np.where(due < NEVER, due, end)[fitting] - alert[fitting]
    life = (end - begun)[fitting]
    far = np.abs(lead - np.median(lead)) + np.abs(life - np.median(life))
    return str(pd.Series(far, index=first.index[fitting]).sort_index().idxmin())


def _told(rows: pd.DataFrame, fitted: Fitted, clocks: Clocks, trial: Trial) -> dict[str, Any]:
    first = rows.iloc[0]
    said = fitted.alert_at(rows, clocks).at_s
    raised = trial.alerts(fitted, clocks, rows, "")["alert_s"]
    return {
        "order_id": str(first["order_id"]),
        "ordered_s": int(first["ordered_s"]),
        "promised_s": _instant(first["promised_s"]),
        "arrived_s": int(ends_of(rows, trial.terms.final).iloc[0]),
        "alert_s": int(raised.min()),
        "passages": [
            {"node": str(node), "entered_s": int(entered), "left_s": int(left), "alert_s": _instant(at)}
            for node, entered, left, at in zip(
                rows["node"], seconds(rows, "entered_s"), seconds(rows, "left_s"), said, strict=True
            )
        ],
        "looks": _looks(rows, fitted, clocks),
        "limit": fitted.model.limit if isinstance(fitted, RiskFit) else None,
    }


def _looks(rows: pd.DataFrame, fitted: Fitted, clocks: Clocks) -> list[dict[str, Any]]:
    if not isinstance(fitted, RiskFit):
        return []
    seen = fitted.looks(rows, clocks)
    return [
        {"at_s": int(at), "chance": round(float(chance), 4), "decides": bool(decides)}
        for at, chance, decides in zip(seen["look_s"], seen["chance"], seen["decides"], strict=True)
    ]


def _instant(at: int) -> int | None:
    return int(at) if at < NEVER else None
