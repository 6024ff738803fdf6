"""Learn the limits from the company's own history and put them in force."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Engine

from orderwatch.core.policy import Policy
from orderwatch.core.thresholds import learn_formula
from orderwatch.store.alerts import recalculate_open
from orderwatch.store.database import Lock, as_json, hold, run


def read_history(conn: Connection, window_from: datetime, window_to: datetime) -> pd.DataFrame:
    """Every passage completed inside the window: node, category, region, channel, dwell_s in the node's clock."""
    rows = run(conn, "thresholds/read_completed_stages", window_from=window_from, window_to=window_to)
    return pd.DataFrame(rows.all(), columns=list(rows.keys()))


def learn_thresholds(engine: Engine, policy: Policy, now: datetime, run_id: str | None) -> dict[str, int]:
    """Learn a new version by the article's formula, publish it, and move the alert times of open orders.

    Returns the version, the number of completed passages and of cells. Raises ``ValueError`` when there is no
    history; the version in force then stays.
    """
    window_from = now - policy.thresholds.history
    with engine.begin() as conn:
        history = read_history(conn, window_from, now)
    learned = learn_formula(history, policy)
    with engine.begin() as conn:
        version: int = run(
            conn,
            "thresholds/insert_version",
            model="formula",
            now=now,
            window_from=window_from,
            window_to=now,
            stages=len(history),
            policy_version=policy.version,
            run_id=run_id,
        ).scalar_one()
        cells = as_json(learned.astype(object).where(learned.notna(), None).to_dict("records"))
        written = run(conn, "thresholds/insert_thresholds", version=version, thresholds=cells).rowcount
        hold(conn, Lock.ALERTS)
        run(conn, "thresholds/activate", version=version)
        moved = recalculate_open(conn)
    return {"version": version, "passages": len(history), "cells": written, "alert_times_moved": moved}
