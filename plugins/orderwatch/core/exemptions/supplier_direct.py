"""The supplier ships directly: the order waits for its slot at the supplier.

Without a slot the supplier has one normal threshold of its own working time from its acknowledgement. A
supplier that never acknowledged does not know of the order: real. The platform's deadline binds all the same
(``exempt`` caps every expected time).
"""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, no_match, unknown, waits_until
from orderwatch.core.words import Candidate, Line


def decide(line: Line, candidate: Candidate, context: Context) -> Finding:
    rule, grace = context.policy.exemptions.supplier_direct, context.grace(candidate.node)
    if not rule.covers(candidate.node):
        return no_match("node", node=candidate.node.code)
    if line.fulfilment != "supplier":
        return no_match("ships_from_warehouse")
    acknowledged_at = line.supplier_acknowledged_at
    if acknowledged_at is None or acknowledged_at > context.now:
        return no_match("not_acknowledged", supplier=line.supplier)
    if line.supplier_slot_at is not None:
        return waits_until(line.supplier_slot_at, now=context.now, grace=grace, supplier=line.supplier, slot=True)
    calendar = context.calendar("supplier", line.supplier)
    if calendar is None:
        return unknown("no_calendar", supplier=line.supplier)
    expected = calendar.add_work(acknowledged_at, int(candidate.threshold.total_seconds()))
    if expected is None:
        return unknown("beyond_calendar", supplier=line.supplier)
    return waits_until(expected, now=context.now, grace=grace, supplier=line.supplier, slot=False)
