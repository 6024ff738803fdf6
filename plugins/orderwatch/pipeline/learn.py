"""Learn the limits from the company's own history and put them in force."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Engine

from orderwatch.core.learning import learn_limits
from orderwatch.core.models.model import ModelError
from orderwatch.core.policy import Policy
from orderwatch.core.words import Node
from orderwatch.pipeline.promises import promise_clock
from orderwatch.store import scans
from orderwatch.store.alerts import recalculate_open
from orderwatch.store.database import Lock, as_json, hold, run
from orderwatch.store.scans import Pull

log = logging.getLogger(__name__)


def read_history(conn: Connection, window_from: datetime, window_to: datetime) -> pd.DataFrame:
    """Every passage completed inside the window: node, category, region, channel, dwell_s in the node's clock."""
    rows = run(conn, "thresholds/read_completed_stages", window_from=window_from, window_to=window_to)
    frame = pd.DataFrame(rows.all(), columns=list(rows.keys()))
    return frame.assign(node=frame["node"].map({int(node): node.code for node in Node}))


def learn_thresholds(engine: Engine, policy: Policy, scan_id: int, now: datetime, run_id: str | None) -> dict[str, int]:
    """Learn a new version by the article's formula, publish it, and move the alert times of open orders.

    Returns the version, the number of completed passages and of cells. Raises ``ModelError`` when a feed of
    this history load did not come in, or the history does not cover every node; the version in force then stays.
    """
    window_from = now - policy.thresholds.history
    with engine.begin() as conn:
        _refuse_incomplete(scans.read_pulls(conn, scan_id))
        history = read_history(conn, window_from, now)
    limits = learn_limits(history, policy)
    for node in limits.ceiling_only:
        log.warning("no passage of the step %s took any time: it has no limit but its ceiling", node.code)
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
        rows = limits.rows.assign(node=limits.rows["node"].map({node.code: int(node) for node in Node}))
        cells = as_json(rows.astype(object).where(rows.notna(), None).to_dict("records"))
        written = run(conn, "thresholds/insert_thresholds", version=version, thresholds=cells).rowcount
        hold(conn, Lock.ALERTS)
        run(conn, "thresholds/activate", version=version)
        moved = recalculate_open(conn, promise_clock(policy))
    return {"version": version, "passages": len(history), "cells": written, "alert_times_moved": moved}


def _refuse_incomplete(pulls: Iterable[Pull]) -> None:
    """Half a history looks like a fast company: what is learned from it would alert people to nothing."""
    for pull in pulls:
        if pull.state != "applied":
            raise ModelError(
                f"{pull.source}/{pull.feed} of this run is {pull.state} ({pull.error or 'it was not brought in'}); "
                f"mend the cause and clear the run from {pull.source}.pull on"
            )
