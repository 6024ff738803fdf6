"""What other threshold versions would have done about an incident: how much earlier, and at the price of what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, text

from orderwatch.core.policy import Policy
from orderwatch.core.words import CODES
from orderwatch.pipeline.promises import promise_clock
from orderwatch.store import alerts
from orderwatch.store.database import run


def compare_versions(
    conn: Connection, policy: Policy, row: Row[Any], node: int | None, until: datetime
) -> dict[str, Any] | None:
    """The version of then and up to three others, over the orders that were in the incident's step on its first day.

    All by the calculation that moves the alert times of open orders, each on the same facts: by limits and promises
    alone, so that exemptions and late news of an order make no difference between versions. ``until``: what would have
    come later is not seen. None for an incident of no step, or where nothing has been learned yet.
    """
    versions = run(conn, "reviews/list_versions", opened_at=row.opened_at).all()
    if node is None or not versions:
        return None
    since, day_ends = day_of(row.opened_at, ZoneInfo(policy.calendars.business_zone))
    run(conn, "reviews/create_said")
    for one in versions:
        _ask(conn, policy, one.version, row.incident_id, node, (since, day_ends), until)
    base, numbers = versions[0].version, [one.version for one in versions]
    said = run(conn, "reviews/compare_said", versions=numbers, base=base, since=since, until=day_ends).all()
    conn.execute(text("drop table said"))
    return {
        "node": CODES[node],
        "since": since,
        "until": day_ends,
        "rows": [_line(one, it, said[0].first_at) for one, it in zip(versions, said, strict=True)],
    }


def list_alerts(
    conn: Connection, policy: Policy, row: Row[Any], node: int, version: int, page: int, size: int
) -> Sequence[Row[Any]]:
    """A page of the orders that the version would have named in the step on the incident's first day.

    Calculated anew in temporary tables, for which the transaction must be one that may write.
    """
    day = day_of(row.opened_at, ZoneInfo(policy.calendars.business_zone))
    run(conn, "reviews/create_said")
    _ask(conn, policy, version, row.incident_id, node, day, row.closed_at)
    about = {"version": version, "since": day[0], "until": day[1]}
    rows = run(conn, "reviews/list_said", **about, size=size, skip=(page - 1) * size).all()
    conn.execute(text("drop table said"))
    return rows


def _ask(
    conn: Connection, policy: Policy, version: int, incident_id: int, node: int, day: tuple[datetime, datetime],
    until: datetime,
) -> None:  # fmt: skip
    """Keep in ``said`` what the version says of the step's orders."""
    since, day_ends = day
    alerts.calculate(
        conn, "reviews/input_step", promise_clock(policy, version), version,
        node=node, since=since, until=day_ends, incident_id=incident_id,
    )  # fmt: skip
    run(conn, "reviews/keep_said", version=version, incident_id=incident_id, until=max(until, day_ends))
    alerts.forget(conn)


def day_of(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which the day of the business begins and ends."""
    day = at.astimezone(zone).date()
    begins, ends = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    return begins, ends


def _line(version: Row[Any], said: Row[Any], base_at: datetime | None) -> dict[str, Any]:
    earlier = None
    if said.first_at is not None and base_at is not None:
        earlier = round((base_at - said.first_at).total_seconds())
    return {
        "version": version.version, "model": version.model, "used": version.used, "active": version.active,
        "decision": version.decision, "first_at": said.first_at, "earlier_s": earlier,
        "of_incident": said.of_incident, "alerts": said.alerts, "more": _apart(said.more, said.more_orders),
        "fewer": _apart(said.fewer, said.fewer_orders),
    }  # fmt: skip


def _apart(count: int, orders: Sequence[str]) -> dict[str, Any]:
    return {"count": count, "orders": list(orders)}
