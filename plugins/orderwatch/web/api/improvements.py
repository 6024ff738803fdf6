"""What people have decided to do better: begun, done or given up."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query

from orderwatch.pipeline.people.act import By
from orderwatch.pipeline.people.improve import Improvement, end, propose
from orderwatch.store import improvements
from orderwatch.store.database import business_now
from orderwatch.web.api import bodies
from orderwatch.web.desk import acting, policy_now, reading
from orderwatch.web.security import Login

router = APIRouter(prefix="/improvements", tags=["improvements"])
ImprovementNumber = Annotated[int, Path(ge=1, le=2**62)]
IncidentNumber = Annotated[int | None, Query(ge=1, le=2**62)]
State = Literal["done", "dropped"]


@router.get("")
def list_improvements(
    which: improvements.Which = "all",
    incident_id: IncidentNumber = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Those that are open by their day first."""
    zone = ZoneInfo(policy_now().calendars.business_zone)
    with reading() as conn:
        today = business_now(conn).astimezone(zone).date()
        rows = improvements.read(conn, today, which=which, incident_id=incident_id, page=page, size=size)
    found = [{name: value for name, value in row._mapping.items() if name != "total"} for row in rows]
    return {"improvements": found, "total": rows[0].total if rows else 0, "page": page, "size": size}


@router.post("")
def post_improvement(body: bodies.Improve, login: Login) -> dict[str, Any]:
    about = (body.incident_id, body.playbook, body.metric, body.target)
    wanted = Improvement(body.title, body.owner, body.due, body.verified_by, *about)
    with acting() as conn:
        return {"improvement_id": propose(conn, policy_now(), By(login, body.role), wanted, body.reason)}


@router.post("/{number}/{state}")
def post_end(number: ImprovementNumber, state: State, body: bodies.EndImprovement, login: Login) -> dict[str, Any]:
    """Done, and what it has changed; or given up."""
    with acting() as conn:
        end(conn, policy_now(), By(login, body.role), number, state, body.reason, body.changed)
        return {"improvement_id": number, "state": state}
