"""A file is either a history that something can be judged by, or its mistake is named with column and row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from orderwatch.core.models.passages import NEVER
from orderwatch.core.policy.histories import load_histories
from orderwatch.local.history_file import HistoryError, read_history
from orderwatch.paths import POLICY

from ..core.models.histories import a_history, as_file

KNOWN = load_histories(POLICY)
FILE = as_file(a_history(100))


def read(tmp_path: Path, frame: pd.DataFrame, by_promise: bool = True, suffix: str = "parquet") -> Any:
    path = tmp_path / f"history.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    return read_history(path, KNOWN, by_promise)


def changed(row: int, column: str, value: object) -> pd.DataFrame:
    frame = FILE.copy()
    frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
    return frame


def test_parquet_and_csv_are_the_same_history(tmp_path: Path) -> None:
    one, two = read(tmp_path, FILE), read(tmp_path, FILE, suffix="csv")
    for column in ("order_id", "entered_s", "left_s", "promised_s", "ordered_s"):
        assert one.rows[column].tolist() == two.rows[column].tolist() == a_history(100)[column].tolist()
    assert one.steps == ("review", "transport")
    assert one.until == two.until == max(left for left in a_history(100)["left_s"] if left < NEVER)


def test_without_ordered_at_an_order_begins_with_its_first_step(tmp_path: Path) -> None:
    assert (
        read(tmp_path, FILE.drop(columns="ordered_at")).rows["ordered_s"].tolist()
        == a_history(100)["ordered_s"].tolist()
    )


def test_cancelled_orders_and_rows_of_no_step_are_left_out_and_counted(tmp_path: Path) -> None:
    frame = FILE.assign(final_status=np.where(FILE["order_id"] == "O00003", "canceled", "delivered"))
    extra = frame.iloc[[0]].assign(stage="delivery_recording")
    history = read(tmp_path, pd.concat([frame, extra], ignore_index=True))
    assert history.left_out == {"cancelled orders": 1, "rows of other steps": 1}
    assert "O00003" not in set(history.rows["order_id"])


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (FILE.drop(columns="channel"), "lacks the column channel"),
        (FILE.drop(columns=["left_at", "channel"]), r"lacks the column left_at \(left_at, channel\)"),
        (changed(4, "stage", "teleport"), "row 5: stage teleport is no step that histories.yaml knows"),
        (changed(7, "left_at", pd.Timestamp("2016-01-01")), r"row 8: left_at 2016-01-01 .* lies before entered_at"),
        (changed(2, "entered_at", None), "row 3: entered_at .* is empty"),
        (changed(9, "order_id", None), "row 10: order_id .* is empty"),
        (pd.concat([FILE, FILE.iloc[[6]]]), "row 201: stage review is there twice"),
        (FILE[FILE["order_id"] == "O00001"], r"order_id names 1 orders; .* \(rows 1 to 2\)"),
        (FILE.dropna(subset="left_at"), "left_at is empty in no row"),
        (FILE.assign(promised_at=pd.NaT), "promised_at is empty in every row .* --truth stage:48"),
    ],
)
def test_a_bad_file_names_column_and_row(tmp_path: Path, frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(HistoryError, match=message):
        read(tmp_path, frame)


def test_what_is_no_instant_is_named_in_csv(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="row 3: left_at yesterday is no instant"):
        read(tmp_path, changed(2, "left_at", "yesterday"), suffix="csv")


def test_judged_by_time_a_history_needs_neither_promises_nor_open_orders(tmp_path: Path) -> None:
    plain = FILE.dropna(subset="left_at").assign(promised_at=pd.NaT)
    assert (read(tmp_path, plain, by_promise=False).rows["promised_s"] == NEVER).all()


@pytest.mark.parametrize("content", [b"", b"PAR1 broken", b"\xff\xfe\x00"])
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_file_that_is_none_says_so(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(content)
    with pytest.raises(HistoryError, match=r"x\."):
        read_history(path, KNOWN, True)
