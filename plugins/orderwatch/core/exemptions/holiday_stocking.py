"""Holiday stocking: the house is shut over a holiday, so orders placed for it wait until it opens.

An order declared as stocking and paid shortly before the closure, or during it, is expected one normal
threshold of working time after the opening. Any other order that was still within its limit when the doors
closed is expected at that limit in working time; a longer rest does not make it late. Make-up days are work
(the calendar says so). Perishables are never exempt. The carrier runs while the warehouse is shut.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from orderwatch.core.calendar import WorkCalendar
from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, no_match, unknown, waits_until
from orderwatch.core.words import Candidate, Line, Node


def decide(line: Line, candidate: Candidate, context: Context) -> Finding:
    rule = context.policy.exemptions.holiday_stocking
    if not rule.covers(candidate.node):
        return no_match("node", node=candidate.node.code)
    if line.perishable:
        return no_match("perishable")
    if line.fulfilment == "supplier" and candidate.node is not Node.REVIEW:
        return no_match("ships_from_supplier")
    calendar = context.calendar_for(candidate)
    if calendar is None:
        return unknown("no_calendar", warehouse=candidate.order.warehouse)
    if "stocking" not in candidate.order.flags:
        return _shut_meanwhile(candidate, calendar, context)
    return _stocking(candidate, calendar, context)


def _stocking(candidate: Candidate, calendar: WorkCalendar, context: Context) -> Finding:
    rule, order = context.policy.exemptions.holiday_stocking, candidate.order
    paid_at = order.balance_paid_at or order.paid_at
    if paid_at is None:
        return unknown("paid_at_missing")
    closures = calendar.closures(paid_at, paid_at + rule.lead, rule.min_closure)
    if not closures or closures[0].opens_at <= candidate.entered_at:  # a node entered afterwards waits for no holiday
        return _shut_meanwhile(candidate, calendar, context)
    expected = _worked(calendar, closures[0].opens_at, candidate.threshold)
    if expected is None:
        return unknown("beyond_calendar", opens_at=closures[0].opens_at)
    return waits_until(
        expected,
        now=context.now,
        grace=context.grace(candidate.node),
        declared=True,
        paid_at=paid_at,
        closed_at=closures[0].closed_at,
        opens_at=closures[0].opens_at,
    )


def _shut_meanwhile(candidate: Candidate, calendar: WorkCalendar, context: Context) -> Finding:
    rule = context.policy.exemptions.holiday_stocking
    closures = calendar.closures(candidate.entered_at, context.now, rule.min_closure)
    if not closures:
        return no_match("no_closure")
    limit = _worked(calendar, candidate.entered_at, candidate.threshold)
    if limit is None:
        return unknown("beyond_calendar", entered_at=candidate.entered_at)
    if limit <= context.now:
        return no_match("limit_reached", limit_at=limit)
    return waits_until(
        limit,
        now=context.now,
        grace=context.grace(candidate.node),
        declared=False,
        closed_at=closures[-1].closed_at,
        opens_at=closures[-1].opens_at,
    )


def _worked(calendar: WorkCalendar, start: datetime, threshold: timedelta) -> datetime | None:
    return calendar.add_work(start, int(threshold.total_seconds()))
