"""Presale: the article ships on a date promised when it was sold.

The date is absolute or counts from the payment of the balance. A date that the seller moved back keeps the
original. In-stock lines of the same order stay monitored. Before the balance is paid the wait has not
started; ``validity/presale_balance`` answers for that order.
"""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, no_match, unknown, waits_until
from orderwatch.core.words import Candidate, Line


def decide(line: Line, candidate: Candidate, context: Context) -> Finding:
    rule, order = context.policy.exemptions.presale, candidate.order
    if not rule.covers(candidate.node):
        return no_match("node", node=candidate.node.code)
    if not line.presale:
        return no_match("in_stock")
    if order.payment != "paid" and order.balance_paid_at is None:
        return no_match("balance_unpaid", started=False)
    started_at = order.balance_paid_at or order.paid_at
    dates = [date for date in (line.original_ship_by, line.ship_by) if date is not None]
    if line.ship_within is not None and started_at is not None:
        dates.append(started_at + line.ship_within)
    if not dates:
        return unknown("no_ship_by", relative=line.ship_within is not None)
    moved = line.original_ship_by is not None and line.ship_by is not None and line.ship_by > line.original_ship_by
    return waits_until(min(dates), now=context.now, grace=context.grace(candidate.node), moved_by_seller=moved)
