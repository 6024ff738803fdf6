"""Raw records of a feed become a frame with our columns; what cannot be decoded is named, never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from orderwatch.hooks.sources.config import AnyField, FeedConfig
from orderwatch.hooks.sources.derive import derive
from orderwatch.hooks.sources.fields import Decode, NotDecodable, decoder, empty_of
from orderwatch.hooks.sources.intake import CONTENT, TOO_LARGE, WRONG_SHAPE, content_id, kind
from orderwatch.hooks.sources.paths import ABSENT, NotAnObject, compile_path

Errors = dict[int, list[str]]
TIME = "datetime64[us, UTC]"
_DTYPES = {"local_time": TIME, "epoch_ms": TIME, "iso_time": TIME}
_DTYPES |= {"money": "Int64", "integer": "Int64", "boolean": "boolean"}
_COMPUTED = {"count_of": "Int64", "empty_while": "boolean"}
DRIFT_ROWS = 20  # a field that this many records all lack was renamed or dropped by the source
MAX_ERRORS = 5


def decode(records: Sequence[Any], feed: FeedConfig, now: datetime) -> pd.DataFrame:
    """A frame with one row per record, in their order.

    Columns: the feed's own (`feed.columns`), then ``record_no`` (position), ``record_id`` (text or None),
    ``decode_errors`` and ``too_large`` (text or None), ``content_id`` and ``received_at`` (= now). Text is
    object with None, times are datetime64[us, UTC], money and numbers Int64, truth values boolean, lists
    Python lists (None only where ``decode_errors`` says why).
    A column whose field is absent from every one of 20 or more records is left out: that is drift, and
    validation then reports it as missing.
    """
    errors: Errors = {}
    rows = [_as_object(record, number, errors) for number, record in enumerate(records)]
    zone = ZoneInfo(feed.zone)
    drifted: set[str] = set()
    columns: dict[str, list[Any]] = {}
    for name, field in feed.fields.items():
        columns[name], absent = _column(rows, field, decoder(field, zone), errors)
        if absent == len(rows) >= DRIFT_ROWS and not field.optional:
            drifted.add(name)
    for name, rule in feed.derive.items():
        columns[name] = derive(rule, rows, columns)

    dtypes = {name: _DTYPES.get(field.kind, "object") for name, field in feed.fields.items()}
    dtypes |= {name: _COMPUTED.get(rule.by, "object") for name, rule in feed.derive.items()}
    series = {name: _series(columns[name], dtypes[name]) for name in feed.columns if name not in drifted}
    series["record_no"] = pd.Series(range(len(rows)), dtype="int64")
    series["record_id"] = _series(columns[feed.key], "object")
    series["decode_errors"] = _series([_summary(errors.get(number)) for number in range(len(rows))], "object")
    series["too_large"] = _series([_mark(row) for row in rows], "object")
    series["content_id"] = _series([_content(row) for row in rows], "object")
    series["received_at"] = _series([now] * len(rows), TIME)
    return pd.DataFrame(series)


def _as_object(record: Any, number: int, errors: Errors) -> dict[str, Any]:
    if not isinstance(record, dict):
        errors[number] = [f"record: is {kind(record)} instead of an object"]
        return {}
    if WRONG_SHAPE in record:
        errors[number] = [f"record: is {str(record[WRONG_SHAPE])[:30]} instead of an object"]
        return {}
    return record


def _column(rows: Sequence[dict[str, Any]], field: AnyField, one: Decode, errors: Errors) -> tuple[list[Any], int]:
    """One field of all records: (values, how many records lack it). A plain loop, because it is hot."""
    get, empty, path = compile_path(field.path), empty_of(field), field.path
    values: list[Any] = []
    absent = 0
    for number, row in enumerate(rows):
        try:
            value = get(row)
            if value is None:
                values.append(empty())
            elif value is ABSENT:
                absent += 1
                values.append(empty())
            else:
                values.append(one(value))
        except NotAnObject as error:
            values.append(None)
            errors.setdefault(number, []).append(f"{path}: {error}")
        except NotDecodable as error:
            values.append(None)
            errors.setdefault(number, []).extend(f"{path}{place}: {why}" for place, why in error.args)
    return values, absent


def _series(values: list[Any], dtype: str) -> pd.Series[Any]:
    if dtype == TIME:
        return pd.Series(pd.DatetimeIndex(values, dtype=TIME))
    return pd.Series(values, dtype=dtype)


def _summary(found: list[str] | None) -> str | None:
    if not found:
        return None
    more = f"; and {len(found) - MAX_ERRORS} more" if len(found) > MAX_ERRORS else ""
    return "wrong_type: " + "; ".join(found[:MAX_ERRORS]) + more


def _content(row: dict[str, Any]) -> str:
    mark = row.get(CONTENT)
    return mark if isinstance(mark, str) else content_id(row)


def _mark(row: dict[str, Any]) -> str | None:
    mark = row.get(TOO_LARGE)
    return None if mark is None else str(mark)[:80]
