"""Whether an improvement has worked: its metric before it was begun and as long after it was done, measured once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.core.programme.figure import playbooks, share
from orderwatch.core.programme.metric import Metric, read_metric
from orderwatch.store import programme
from orderwatch.store.database import run

Measured = tuple[float | None, int]
"""The metric in the unit in which people say it, none where there was nothing to count, and how many were counted."""


def measure_improvements(conn: Connection, policy: Policy, now: datetime) -> int:
    """Measure all that were done long enough ago; returns how many are new."""
    days = policy.programme.improvements.compare_days
    span, new = timedelta(days=days), 0
    for row in run(conn, "improvements/list_unmeasured", days=days, now=now).all():
        metric = read_metric(row.metric)
        before, before_count = measure(conn, policy, metric, row.opened_at - span, row.opened_at, now)
        after, after_count = measure(conn, policy, metric, row.ended_at, row.ended_at + span, now)
        new += run(
            conn,
            "improvements/insert_measure",
            improvement_id=row.improvement_id,
            now=now,
            days=days,
            before=before,
            before_count=before_count,
            after=after,
            after_count=after_count,
            reached=metric.reached(after, float(row.target)),
        ).rowcount
    return new


def measure(
    conn: Connection, policy: Policy, metric: Metric, since: datetime, until: datetime, now: datetime
) -> Measured:
    """The metric between two instants, by the statements of the programme report and of the reviews."""
    if metric.kind == "link_p90":
        row = run(conn, "programme/link_times", link=metric.about, since=since, until=until).one()
        return row.value, row.cases
    figure = {"repeats": "repeats", "false_alarms": "false_alarms", "rating": "playbooks"}[metric.kind]
    cases = [programme.case_of(row) for row in programme.read_cases(conn, figure, policy, since, until, now)]
    if metric.kind == "repeats":
        return float(sum(one.part == metric.about for one in cases)), len(cases)
    if metric.kind == "false_alarms":
        said = share(cases)
        return None if said["value"] is None else round(100 * said["value"], 1), said["count"]
    rated = next((part for part in playbooks(cases)["parts"] if part["part"] == metric.about), None)
    return (rated["stars"], rated["rated"]) if rated else (None, 0)
