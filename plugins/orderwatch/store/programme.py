"""The programme in our tables: the cases behind each figure, and what was written of each month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row

from orderwatch.core.policy import Policy
from orderwatch.core.programme.figure import Case
from orderwatch.core.programme.month import Month
from orderwatch.store.database import as_json, run

CASES: Final = {
    "found_first": "programme/found_first",
    "first_response": "programme/first_response",
    "false_alarms": "programme/false_alarms",
    "repeats": "programme/repeats",
    "nps": "programme/nps",
    "money": "programme/money",
    "playbooks": "programme/playbooks",
    "missed": "programme/missed",
}
"""The statement that lists the cases of each figure: (at, incident_id, order_id, part, hit, value)."""


def read_cases(
    conn: Connection, figure: str, policy: Policy, since: datetime, until: datetime, now: datetime
) -> Sequence[Row[Any]]:
    """What a figure counts between two instants, case by case; each statement takes of the limits what it needs."""
    return run(
        conn,
        CASES[figure],
        since=since,
        until=until,
        now=now,
        within_s=seconds(policy.programme.report.first_response),
        repeat_s=seconds(policy.review.repeat_within),
    ).all()


def case_of(row: Row[Any]) -> Case:
    return Case(row.incident_id, row.part, row.hit, None if row.value is None else float(row.value))


def insert_report(conn: Connection, month: Month, content: dict[str, Any], policy_version: str, now: datetime) -> int:
    """The number of the new version; 0 where the last one says the same."""
    about = {"month": month.first, "policy_version": policy_version, "now": now}
    row = run(conn, "programme/insert_report", content=as_json(content), **about).one_or_none()
    return row.version if row else 0


def list_reports(conn: Connection, first: Month, last: Month) -> dict[Month, Row[Any]]:
    """The latest version of each of these months that has one."""
    rows = run(conn, "programme/list_reports", first=first.first, last=last.first)
    return {Month(row.month): row for row in rows}


def first_day(conn: Connection) -> datetime | None:
    """When the first incident ever began."""
    at: datetime | None = run(conn, "programme/first_day").scalar_one()
    return at


def begin_week(conn: Connection, monday: date, now: datetime) -> bool:
    """Whether the digest of the week was not planned before; it counts as planned from now on."""
    return run(conn, "programme/begin_week", week=monday, now=now).one_or_none() is not None


def seconds(span: timedelta) -> int:
    return int(span.total_seconds())
