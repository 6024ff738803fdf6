"""Bulky goods in several parcels: each parcel has its own date, so the order waits for the next one.

Only with a plan: every parcel that holds the article needs an expected time. The parcels that have not left
this node are asked one by one; the earliest of them counts, so a late parcel is real even while another is
still on time, and so is the last one.
"""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, no_match, waits_until
from orderwatch.core.words import Candidate, Line, packages_waiting


def decide(line: Line, candidate: Candidate, context: Context) -> Finding:
    rule, shipment = context.policy.exemptions.bulky_split, candidate.order.shipment
    if not rule.covers(candidate.node):
        return no_match("node", node=candidate.node.code)
    if not line.bulky and (line.weight_g or 0) < rule.bulky_from_g:
        return no_match("not_bulky", weight_g=line.weight_g)
    planned = [package for package in shipment.packages if line.line_no in package.line_nos]
    if not planned:
        return no_match("no_plan", packages=len(shipment.packages))
    dated = {package.package_no: package.eta_at for package in planned if package.eta_at is not None}
    if len(dated) < len(planned):
        return no_match("plan_without_date", packages=len(planned), dated=len(dated))
    waiting = packages_waiting(line, candidate)
    if not waiting:
        return no_match("all_parcels_left", packages=len(planned))
    next_no = min((package.package_no for package in waiting), key=lambda no: (dated[no], no))
    return waits_until(
        dated[next_no],
        now=context.now,
        grace=context.grace(candidate.node),
        package_no=next_no,
        waiting=len(waiting),
        packages=len(planned),
    )
