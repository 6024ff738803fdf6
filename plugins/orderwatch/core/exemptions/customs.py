"""Customs: a parcel on its way across a border waits its turn, as long as nothing is wrong with it.

Normal is what 95 of 100 parcels on the route need. An explicit hold or missing papers are real at once.
"""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, no_match, unknown, waits_until
from orderwatch.core.words import Candidate, Line


def decide(line: Line, candidate: Candidate, context: Context) -> Finding:
    del line  # customs clears the parcel, not the article
    rule, shipment = context.policy.exemptions.customs, candidate.order.shipment
    if not rule.covers(candidate.node):
        return no_match("node", node=candidate.node.code)
    if shipment.customs_status != "clearing":
        return no_match(shipment.customs_status or "no_customs", route=shipment.customs_route)
    if shipment.customs_entered_at is None:
        return unknown("entry_time_missing", route=shipment.customs_route)
    p95 = rule.route_p95.get(shipment.customs_route or "", rule.default_p95)
    return waits_until(
        shipment.customs_entered_at + p95,
        now=context.now,
        grace=context.grace(candidate.node),
        entered_at=shipment.customs_entered_at,
        route=shipment.customs_route,
        p95_s=int(p95.total_seconds()),
    )
