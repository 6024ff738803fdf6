"""Take back what was done, and say that an order is wrong: what a shell can do, by somebody who has the right."""

from __future__ import annotations

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.pipeline.people.act import By, act
from orderwatch.pipeline.people.settle import about, read_effect
from orderwatch.pipeline.report import report_order
from orderwatch.pipeline.take_back import take_back


def undo(conn: Connection, policy: Policy, by: By, effect_id: int, version: int, reason: str) -> int:
    """Plan the act that takes this one back; its number in the ledger."""
    row = read_effect(conn, effect_id)
    done = act(
        conn, policy, by, "undo", reason=reason, amount_minor=row.amount_minor, currency=row.currency,
        **about(row, version),
    )  # fmt: skip
    return take_back(conn, policy, effect_id, by=by.login, because=done.reason, action_id=done.action_id)


def report(conn: Connection, policy: Policy, by: By, order_id: str, what: str, note: str) -> int:
    """An incident about this order; its number."""
    done = act(conn, policy, by, "report", order_id=order_id, reason=note, must_say_why=False)
    return report_order(conn, policy, order_id, what, done.reason, by.login, done.action_id)
