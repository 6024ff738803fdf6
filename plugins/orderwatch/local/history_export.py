"""Our own orders as a history file, so that other rules can be tried on what has really happened."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection

from orderwatch.core.words import CODES
from orderwatch.store.database import run

NAMES: Final = {
    "node": "stage", "warehouse": "origin_region", "region": "dest_region", "tier": "customer_segment",
    "status": "final_status", "requests": "delay_requests",
}  # fmt: skip
INSTANTS: Final = (
    "entered_at", "left_at", "promised_at", "paid_at", "balance_paid_at", "platform_deadline_at", "customs_entered_at",
)  # fmt: skip
LISTS: Final = ("flags", "lines", "shortage_skus", "packages", "delay_requests")


def export_history(conn: Connection, since: datetime, zone: ZoneInfo, file: Path) -> int:
    """Write every order that was on its way since then, one row per step; returns how many rows.

    Times are local times of the business, lists are JSON. Raises OSError.
    """
    found = run(conn, "orders/read_history", since=since)
    frame = pd.DataFrame(found.all(), columns=list(found.keys())).rename(columns=NAMES)
    times = {name: _local(frame[name], zone) for name in INSTANTS}
    lists = {name: frame[name].map(_as_text) for name in LISTS}
    stage = frame["stage"].map(CODES)
    value = frame["value_minor"] / 100
    written = frame.assign(**times, **lists, stage=stage, order_value=value, warehouse=frame["origin_region"])
    written = written.drop(columns="value_minor")
    if file.suffix == ".parquet":
        written.to_parquet(file, index=False)
    else:
        written.to_csv(file, index=False)
    return len(written)


def _local(column: pd.Series[Any], zone: ZoneInfo) -> pd.Series[Any]:
    return pd.to_datetime(column, utc=True).dt.tz_convert(zone).dt.tz_localize(None).astype("datetime64[s]")


def _as_text(value: list[Any] | None) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None
