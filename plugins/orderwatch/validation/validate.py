"""A decoded feed is split: rows to believe, rows to set aside with their reasons, or the whole feed stops."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from orderwatch.core.policy.base import Text
from orderwatch.hooks.sources.fields import show
from orderwatch.validation.expectations import Outcome, run_checks
from orderwatch.validation.repeats import drop_repeats
from orderwatch.validation.suite import Check, Suite

DETAIL = 80  # characters
ALWAYS = ("record_no", "record_id", "content_id")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row to set aside: its position in the feed, its key if it has one, and why, in codes and in short."""

    record_no: int
    record_id: str | None
    reasons: tuple[str, ...]
    message: Text  # what the first reason means
    detail: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check over the whole feed, for the log of data quality."""

    expectation: str
    column: str
    reason: str
    evaluated: int
    unexpected: int
    success: bool


@dataclass(frozen=True, slots=True)
class FeedValidation:
    """``received`` = ``repeated`` + good + bad rows, unless ``critical`` says that a column is missing.

    With ``critical`` set nothing of this feed may be stored: treat the source as silent.
    """

    good: pd.DataFrame
    bad: list[Rejected]
    checks: list[CheckResult]
    critical: str | None
    received: int
    repeated: int


def validate(
    frame: pd.DataFrame, suite: Suite, now: datetime, *, pardoned: Collection[str] = (), fresh: int | None = None
) -> FeedValidation:
    """Check a frame from `decode` (plus the columns that the caller knows) against its feed's suite.

    Whether the feed is believable as a whole is judged by its first ``fresh`` records (all of them unless given)
    and without rows whose only fault is one of the ``pardoned`` reasons, which say something of another source.
    """
    received = len(frame)
    missing = [name for name in (*ALWAYS, *suite.needed) if name not in frame.columns]
    if missing:
        why = f"columns missing: {', '.join(missing)}"
        return FeedValidation(frame.iloc[:0], [], [], why, received, 0)
    if not received:
        return FeedValidation(frame, [], [], None, 0, 0)

    rows = drop_repeats(frame.reset_index(drop=True), suite.key, suite.version, now).reset_index(drop=True)
    outcomes = run_checks(rows[list(suite.needed)], suite.checks, now)
    failed = _failed_checks(suite.checks, outcomes)
    bad = [_reject(rows, position, failed[position]) for position in sorted(failed)]
    return FeedValidation(
        good=rows.drop(index=list(failed)).reset_index(drop=True),
        bad=sorted(bad, key=lambda row: row.record_no),
        checks=[_result(check, outcome) for check, outcome in zip(suite.checks, outcomes, strict=True)],
        critical=_critical(suite, outcomes, *_share(rows, bad, pardoned, received if fresh is None else fresh)),
        received=received,
        repeated=received - len(rows),
    )


def _failed_checks(checks: Sequence[Check], outcomes: Sequence[Outcome]) -> dict[int, list[Check]]:
    """For each bad row the row checks that it fails, in the suite's order."""
    failed: dict[int, list[Check]] = {}
    for check, outcome in zip(checks, outcomes, strict=True):
        for row in (outcome.rows or ()) if check.severity == "row" else ():
            failed.setdefault(row, []).append(check)
    return failed


def _share(rows: pd.DataFrame, bad: Sequence[Rejected], pardoned: Collection[str], fresh: int) -> tuple[int, int]:
    """How many of the feed's own new rows are bad, and how many there are."""
    own = [row for row in bad if row.record_no < fresh and not set(row.reasons) <= set(pardoned)]
    return len(own), int((rows["record_no"] < fresh).sum())


def _critical(suite: Suite, outcomes: Sequence[Outcome], bad: int, rows: int) -> str | None:
    for check, outcome in zip(suite.checks, outcomes, strict=True):
        where = ", ".join(check.columns) or "table"
        if check.severity == "critical" and not outcome.success:
            return f"{check.reason}: {where}: {check.message.en}"
        if check.severity == "row" and outcome.rows is None:
            return f"check_failed: {where}: {check.expectation} could not be carried out"
    if bad >= suite.critical_rows and bad > suite.critical_share * rows:
        return f"too many bad rows: {bad} of {rows}"
    return None


def _result(check: Check, outcome: Outcome) -> CheckResult:
    return CheckResult(
        expectation=check.expectation,
        column=", ".join(check.columns),
        reason=check.reason,
        evaluated=outcome.evaluated,
        unexpected=len(outcome.rows or ()),
        success=outcome.success,
    )


def _reject(rows: pd.DataFrame, position: int, failed: Sequence[Check]) -> Rejected:
    row = rows.iloc[position]
    key = row["record_id"]
    shown = dict.fromkeys(_shown(column, row[column]) for check in failed for column in check.columns)
    return Rejected(
        record_no=int(row["record_no"]),
        record_id=key if isinstance(key, str) else None,
        reasons=tuple(dict.fromkeys(check.reason for check in failed)),
        message=failed[0].message,
        detail="; ".join(shown)[:DETAIL],
    )


def _shown(column: str, value: Any) -> str:
    if column in {"decode_errors", "too_large"}:
        return str(value).removeprefix("wrong_type: ") if isinstance(value, str) else column
    if value is None or value is pd.NA or value is pd.NaT:
        return f"{column} is empty"
    if isinstance(value, pd.Timestamp):
        return f"{column}={value:%Y-%m-%dT%H:%M}Z"
    return f"{column}={show(value) if isinstance(value, str) else value}"
