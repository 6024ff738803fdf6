"""A recorded order history from a file: one row per order and step, parquet or CSV."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from orderwatch.core.models.passages import NEVER, Seconds
from orderwatch.core.policy.histories import HistoriesFile

NEEDED: Final = (
    "order_id", "stage", "entered_at", "left_at", "category", "origin_region", "dest_region", "channel",
    "customer_segment", "order_value", "promised_at",
)  # fmt: skip
CANCELLED: Final = frozenset({"canceled", "cancelled"})
FEW: Final = 30


class HistoryError(ValueError):
    """The file is no history that anything can be judged by; the message names column and row."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What can be learned from a file.

    ``rows`` are its passages (see ``core.models.passages``; instants are the file's own clock, or true ones where its
    zone is known) with ``origin``, ``segment`` and ``value`` of their orders, ``further`` the further columns asked for
    as they are in the file (numbered as there), ``steps`` in the order in which orders pass them, ``until`` the last
    instant.
    """

    rows: pd.DataFrame
    further: pd.DataFrame
    steps: tuple[str, ...]
    until: int
    left_out: Mapping[str, int]


def read_history(
    path: Path,
    known: HistoriesFile,
    by_promise: bool,
    zone: ZoneInfo | None = None,
    further: Collection[str] = (),
) -> History:
    """Read and check a file. Raises HistoryError.

    ``by_promise``: late is what breaks its promise. ``zone``: where naive times are local times; without it every time
    is taken as it stands. ``further``: columns that are kept where the file has them.
    """
    frame = _read(path)
    if missing := [name for name in NEEDED if name not in frame.columns]:
        raise HistoryError(
            f"{path.name} lacks the column {missing[0]}" + (f" ({', '.join(missing)})" * (len(missing) > 1))
        )
    frame = frame.reset_index(drop=True)
    _refuse(path, frame, "order_id", frame["order_id"].isna(), "is empty")
    stage = frame["stage"].astype(str)
    _refuse(path, frame, "stage", ~stage.isin(list(known.steps)), "is no step that histories.yaml knows")
    times = {name: instants(path, frame, name, zone) for name in ("entered_at", "left_at", "promised_at")}
    _refuse(path, frame, "entered_at", times["entered_at"] >= NEVER, "is empty: nobody knows when the step began")
    _refuse(path, frame, "left_at", times["left_at"] < times["entered_at"], "lies before entered_at")
    _refuse_twice(path, frame)
    cancelled = (
        frame["final_status"].astype(str).isin(CANCELLED) if "final_status" in frame else pd.Series(False, frame.index)
    )
    begun = _ordered(path, frame, times["entered_at"], zone)
    rows = pd.DataFrame({
        "order_id": frame["order_id"].astype(str),
        "node": pd.Categorical(stage),
        "category": _words(frame["category"]),
        "region": _words(frame["dest_region"]),
        "channel": _words(frame["channel"]),
        "origin": _words(frame["origin_region"]),
        "segment": _words(frame["customer_segment"]),
        "value": pd.to_numeric(frame["order_value"], errors="coerce").fillna(0.0),
        "ordered_s": begun,
        "entered_s": times["entered_at"],
        "left_s": times["left_at"],
        "promised_s": times["promised_at"],
        "weight": frame["weight"].to_numpy(dtype=np.float64) if "weight" in frame else 1.0,
    })
    until = int(max(rows["entered_s"].max(), rows.loc[rows["left_s"] < NEVER, "left_s"].max()))
    aside = stage.isin([name for name, step in known.steps.items() if step.like == "none"])
    counted = ~cancelled & ~aside
    kept = rows[counted].reset_index(drop=True)
    _refuse_useless(path, kept, by_promise)
    present = set(kept["node"].unique())
    return History(
        kept,
        frame.loc[counted, [name for name in further if name in frame]],
        tuple(name for name in known.steps if name in present),
        until,
        {"cancelled orders": rows.loc[cancelled, "order_id"].nunique(), "rows of other steps": int(aside.sum())},
    )


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype={"order_id": str, "stage": str})
    except (OSError, ValueError) as error:
        raise HistoryError(f"{path} cannot be read as {path.suffix.lstrip('.') or 'CSV'}: {error}") from error


def _refuse(path: Path, frame: pd.DataFrame, column: str, bad: pd.Series[bool] | np.ndarray, why: str) -> None:
    """Stop at the first bad row; rows count from 1, the header left aside."""
    places = np.flatnonzero(np.asarray(bad))
    if len(places):
        value = frame[column].iloc[places[0]]
        row = frame.index[places[0]] + 1
        raise HistoryError(f"{path.name}, row {row}: {column} {value!s:.60} {why} ({len(places)} such rows)")


def instants(path: Path, frame: pd.DataFrame, column: str, zone: ZoneInfo | None) -> Seconds:
    """A column of instants in epoch seconds, ``NEVER`` where it is empty, shape (rows,)."""
    given = frame[column]
    parsed = pd.to_datetime(given, errors="coerce", format="mixed")
    _refuse(path, frame, column, parsed.isna() & given.notna(), "is no instant")
    if zone is not None and parsed.dt.tz is None:
        parsed = parsed.dt.tz_localize(zone, ambiguous=np.ones(len(parsed), dtype=bool), nonexistent="shift_forward")
    if parsed.dt.tz is not None:
        parsed = parsed.dt.tz_convert("UTC").dt.tz_localize(None)
    whole = parsed.astype("datetime64[s]").astype("int64").where(parsed.notna(), NEVER)
    return np.asarray(whole, dtype=np.int64)


def _ordered(path: Path, frame: pd.DataFrame, entered: Seconds, zone: ZoneInfo | None) -> Seconds:
    """When each row's order was placed: as the file says, else when it entered its first step."""
    begun = pd.Series(entered).groupby(frame["order_id"].to_numpy()).transform("min")
    first = np.asarray(begun, dtype=np.int64)
    if "ordered_at" not in frame:
        return first
    said = instants(path, frame, "ordered_at", zone)
    return np.where(said < NEVER, said, first)


def _words(column: pd.Series[str]) -> pd.Categorical[str]:
    return pd.Categorical(column.astype(object).where(column.notna(), "?").astype(str))


def _refuse_twice(path: Path, frame: pd.DataFrame) -> None:
    """A step that an order enters twice at once is a row too many; a step that it comes back to is none."""
    twice = frame.duplicated(["order_id", "stage", "entered_at"])
    _refuse(path, frame, "stage", twice, "is there twice for the same order and entered_at")


def _refuse_useless(path: Path, rows: pd.DataFrame, by_promise: bool) -> None:
    orders = rows["order_id"].nunique()
    if orders < FEW:
        raise HistoryError(
            f"{path.name}: order_id names {orders} orders; fewer than {FEW} teach nothing (rows 1 to {len(rows)})"
        )
    if not by_promise:
        return
    if not (rows["promised_s"] < NEVER).any():
        raise HistoryError(
            f"{path.name}: promised_at is empty in every row (1 to {len(rows)}), so no order can break its promise; "
            "judge by time in a step instead: --truth stage:48"
        )
    if not (rows["left_s"] >= NEVER).any():
        raise HistoryError(
            f"{path.name}: left_at is empty in no row (1 to {len(rows)}); a history without open orders hides those "
            "that never arrived, and every figure would be too good"
        )
