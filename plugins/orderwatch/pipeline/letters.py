"""How often a customer has been written to, and when they may be written to again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.policy import Policy
from orderwatch.store.database import Lock, hold, run


def speaks_at(policy: Policy, now: datetime) -> datetime:
    """The first instant from now on in which customers are written to."""
    return policy.response.customer_messages.speaks_at(now, ZoneInfo(policy.calendars.business_zone))


def count_letters(
    conn: Connection, policy: Policy, customer_id: str | None, goes: datetime, incident_id: int | None = None
) -> Row[Any]:
    """Letters to the customer on the day of ``goes``, over all incidents, and ever about this one.

    Until the transaction ends nobody else counts: two incidents of one customer must not both find room for the last.
    """
    zone = ZoneInfo(policy.calendars.business_zone)
    since = goes.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    hold(conn, Lock.LETTERS)
    about = {"customer_id": customer_id, "since": since, "incident_id": incident_id}
    return run(conn, "responses/count_customer_messages", **about).one()
