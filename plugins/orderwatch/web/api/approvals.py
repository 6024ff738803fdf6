"""Questions that wait for a person: what is asked, and the answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from sqlalchemy import Row

from orderwatch.pipeline.people.act import By
from orderwatch.pipeline.people.answer import Decision, answer
from orderwatch.store import questions
from orderwatch.web.api import bodies
from orderwatch.web.desk import acting, policy_now, reading, wake
from orderwatch.web.security import Login

router = APIRouter(prefix="/approvals", tags=["approvals"])
ApprovalId = Annotated[int, Path(ge=1, le=2**62)]
Page = Annotated[int, Query(ge=1, le=10_000)]
Size = Annotated[int, Query(ge=1, le=200)]


@router.get("")
def list_approvals(
    login: Login, state: Literal["open", "answered"] = "open", mine: bool = False, page: Page = 1, size: Size = 50
) -> dict[str, Any]:
    """What waits, those that have waited longest first (``mine``: of your roles only), or what was answered."""
    policy = policy_now()
    with reading() as conn:
        if state == "open":
            rows = questions.list_open(conn, login, policy.roles.held_by(login), page, size, mine=mine)
        else:
            rows = questions.list_past(conn, "all", page, size)
    total = rows[0].total if rows else 0
    said = [_open(row) if state == "open" else _past(row) for row in rows]
    return {"approvals": said, "total": total, "page": page, "size": size}


@router.post("/{approval_id}/approve")
def post_approve(approval_id: ApprovalId, body: bodies.Answer, login: Login) -> dict[str, Any]:
    """Yes, to this very amount; the step that waits for it goes on by itself."""
    return _answer(approval_id, body, login, "approve")


@router.post("/{approval_id}/reject")
def post_reject(approval_id: ApprovalId, body: bodies.Answer, login: Login) -> dict[str, Any]:
    """No, with a reason; what was asked about is never done."""
    return _answer(approval_id, body, login, "reject")


def _answer(approval_id: int, body: bodies.Answer, login: str, decision: Decision) -> dict[str, Any]:
    with acting() as conn:
        by = By(login, body.role)
        done = answer(conn, policy_now(), by, approval_id, decision, body.amount_minor, body.reason)
    wake("incident", done.incident_id)
    return {
        "approval_id": done.approval_id, "incident_id": done.incident_id, "outcome": done.outcome,
        "released": done.let_go, "by": login, "role": done.role, "at": done.now,
    }  # fmt: skip


def _open(row: Row[Any]) -> dict[str, Any]:
    names = (
        "approval_id", "incident_id", "step", "act_step", "order_id", "sink", "side_effect", "amount_minor", "currency",
        "roles", "approvers", "requested_by", "asked_at", "level", "said_yes", "playbook", "run_id",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _past(row: Row[Any]) -> dict[str, Any]:
    names = (
        "approval_id", "incident_id", "step", "act_step", "order_id", "sink", "amount_minor", "currency",
        "requested_by", "asked_at", "outcome", "closed_at", "answers", "playbook",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}
