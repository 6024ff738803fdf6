"""What the programme has achieved in a month, as it was kept or counted now."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from orderwatch.core.months import Month
from orderwatch.core.policy import Policy
from orderwatch.pipeline.programme import count_month, zone_of
from orderwatch.store import programme as store
from orderwatch.store.database import business_now
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.security import Login

router = APIRouter(prefix="/programme", tags=["programme"])
MonthText = Annotated[str | None, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="such as 2026-10")]


@router.get("")
def get_programme(login: Login, month: MonthText = None) -> dict[str, Any]:
    """Every figure with its definition and count; by default of the month that goes on."""
    del login  # whoever may see the pages
    with reading() as conn:
        return content_of(conn, policy_now(), month)


def content_of(conn: Connection, policy: Policy, month: str | None) -> dict[str, Any]:
    """The document of a month: the version that was kept last, or as the books are now."""
    now = business_now(conn)
    wanted = Month.read(month) if month else Month.of(now, zone_of(policy))
    kept = store.list_reports(conn, wanted, wanted)
    content: dict[str, Any] = kept[wanted].content if wanted in kept else count_month(conn, policy, wanted, now)
    return content
