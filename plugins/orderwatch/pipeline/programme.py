"""The programme report: counted from the books for any month, and kept for a month that is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from orderwatch.core.months import Month
from orderwatch.core.policy import Policy
from orderwatch.core.programme.report import document
from orderwatch.pipeline.announce import Announcement
from orderwatch.pipeline.tell_report import tell_report
from orderwatch.store import programme as store

CAUGHT_UP: Final = 12  # months back: what was never written, because nothing ran, is written then


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one month: the version that is new, or 0 where the last one says the same."""

    month: Month
    version: int


def zone_of(policy: Policy) -> ZoneInfo:
    return ZoneInfo(policy.calendars.business_zone)


def count_month(conn: Connection, policy: Policy, month: Month, now: datetime) -> dict[str, Any]:
    """What the report of a month says as the books are now, also of a month that goes on; nothing is kept."""
    since, until = month.bounds(zone_of(policy))
    cases = {
        key: [store.case_of(row) for row in store.read_cases(conn, key, policy, since, until, now)]
        for key in store.CASES
    }
    limits = {"within": policy.programme.report.first_response, "repeat": policy.review.repeat_within}
    return document(month, until <= now, cases, limits)


def write_month(conn: Connection, policy: Policy, month: Month, now: datetime) -> Written:
    """Keep what is known of a month that is over; the same facts make no new version.

    Raises ``ValueError`` for a month that goes on, or has not begun.
    """
    if month.bounds(zone_of(policy))[1] > now:
        raise ValueError(f"{month} is not over: its report is computed when it is asked for, and kept when it is over")
    content = count_month(conn, policy, month, now)
    return Written(month, store.insert_report(conn, month, content, policy.version, now))


def write_reports(
    engine: Engine, policy: Policy, now: datetime, link: str, month: Month | None = None
) -> list[Written]:
    """One month, or else the last one that is over and every one before it that was never written; the latest last.

    Whoever the policy names hears of the latest, if it is new; ``link`` leads to the page of reports.
    """
    with engine.connect() as conn:
        months = [month] if month else _due(conn, policy, now)
    written = []
    for one in months:
        with engine.begin() as conn:
            written.append(write_month(conn, policy, one, now))
            if one == months[-1] and written[-1].version:
                tell_report(conn, one, written[-1].version, Announcement(policy, None, now, f"{link}?month={one}"))
    return written


def in_words(written: list[Written]) -> str:
    """One line for the label beside the task."""
    new = [f"{one.month} version {one.version}" for one in written if one.version]
    same = [str(one.month) for one in written if not one.version]
    return "; ".join([*new, *(f"{month} unchanged" for month in same)]) or "no month is over yet"


def _due(conn: Connection, policy: Policy, now: datetime) -> list[Month]:
    began = store.first_day(conn)
    last = Month.of(now, zone_of(policy)).later(-1)
    if began is None:
        return []
    first = max(Month.of(began, zone_of(policy)), last.later(1 - CAUGHT_UP))
    known = store.list_reports(conn, first, last)
    months = [last.later(-back) for back in range(CAUGHT_UP)]
    return sorted(one for one in months if one >= first and (one == last or one not in known))
