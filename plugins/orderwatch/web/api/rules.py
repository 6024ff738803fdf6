"""Learned rules: what speaks for and against each, and what two people decide about it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from sqlalchemy import Row

from orderwatch.core.learned.predicate import predicate, say_predicate
from orderwatch.core.refusals import Refusal
from orderwatch.core.words import CODES
from orderwatch.pipeline.people import rules
from orderwatch.pipeline.people.act import By, Done
from orderwatch.store import learned_rules
from orderwatch.web.api import bodies
from orderwatch.web.desk import acting, policy_now, reading
from orderwatch.web.security import Login

router = APIRouter(tags=["rules"])
RuleInPath = Annotated[int, Path(ge=1, lt=2**31)]  # PostgreSQL's integer
MOST: Final = 500  # orders that it was asked about and held for
_PLAIN: Final = (
    "rule_id", "kind", "state", "expected_s", "proposed_at", "proposed_by", "replaces", "shadow_at", "shadow_by",
    "shadow_reason", "active_at", "active_by", "active_reason", "expires_at", "ended_at", "ended_by", "ended_reason",
    "evidence_at", "window_from", "false_alarms", "real_alarms", "real_delays", "unanswered", "incidents", "feedback",
    "ordinary", "population", "bound", "chance", "tried", "waits", "wait_median_s", "wait_p95_s", "vouchers",
    "paid_minor", "shadow_asked", "shadow_matched", "active_asked", "active_matched",
)  # fmt: skip


@router.get("/rules")
def list_rules() -> dict[str, Any]:
    """Every learned rule, the latest first."""
    with reading() as conn:
        return {"rules": [_told(row) for row in learned_rules.list_rules(conn)]}


@router.get("/rules/{number}")
def read_rule(number: RuleInPath) -> dict[str, Any]:
    """One rule; ``orders``: the alarms behind it, real delays first; ``asked``: those that it has held for since."""
    with reading() as conn:
        row = learned_rules.read_rule(conn, number)
        if row is None:
            raise Refusal("no_rule", rule=number)
        asked = [dict(one._mapping) for one in learned_rules.read_asked(conn, number, MOST)]
    return {"rule": _told(row), "orders": row.orders, "asked": asked}


@router.post("/rules/{number}/shadow")
def post_shadow(number: RuleInPath, body: bodies.Decide, login: Login) -> dict[str, Any]:
    """It is asked and recorded from the next scan on, and decides nothing."""
    with acting() as conn:
        return _done(number, rules.take_into_shadow(conn, policy_now(), By(login, body.role), number, body.reason))


@router.post("/rules/{number}/activate")
def post_activate(number: RuleInPath, body: bodies.DecideUntil, login: Login) -> dict[str, Any]:
    """It decides from the next scan on; not by whoever took it into the shadow."""
    with acting() as conn:
        by = By(login, body.role)
        return _done(number, rules.activate(conn, policy_now(), by, number, body.until, body.reason))


@router.post("/rules/{number}/renew")
def post_renew(number: RuleInPath, body: bodies.DecideUntil, login: Login) -> dict[str, Any]:
    """Its end moves."""
    with acting() as conn:
        return _done(number, rules.renew(conn, policy_now(), By(login, body.role), number, body.until, body.reason))


@router.post("/rules/{number}/reject")
def post_reject(number: RuleInPath, body: bodies.Decide, login: Login) -> dict[str, Any]:
    """It comes back only with clearly more evidence."""
    with acting() as conn:
        return _done(number, rules.reject(conn, policy_now(), By(login, body.role), number, body.reason))


@router.post("/rules/{number}/retire")
def post_retire(number: RuleInPath, body: bodies.Decide, login: Login) -> dict[str, Any]:
    """What it has kept quiet is asked anew by the next scan."""
    with acting() as conn:
        return _done(number, rules.retire(conn, policy_now(), By(login, body.role), number, body.reason))


@router.post("/rules/{number}/revise")
def post_revise(number: RuleInPath, body: bodies.Revise, login: Login) -> dict[str, Any]:
    """Another condition is another rule: a proposal, judged by what was recorded."""
    pairs = [(one.attribute, one.value) for one in body.asked]
    with acting() as conn:
        return {"rule_id": rules.revise(conn, policy_now(), By(login, body.role), number, pairs, body.reason)}


def _told(row: Row[Any]) -> dict[str, Any]:
    asked = predicate(row.asked)
    return {
        **{name: getattr(row, name) for name in _PLAIN},
        "node": None if row.node is None else CODES[row.node],
        "asked": [{"attribute": one.attribute, "value": one.value} for one in asked],
        "words": {"zh-CN": say_predicate(asked, "zh-CN"), "en": say_predicate(asked, "en")},
    }


def _done(number: int, done: Done) -> dict[str, Any]:
    return {"rule_id": number, "action_id": done.action_id, "by": done.by.login, "role": done.role, "at": done.now}
