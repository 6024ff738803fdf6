"""The source systems have told different stories for more than two scans: nobody knows which one is true."""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, match, no_match
from orderwatch.core.words import Order


def check(order: Order, context: Context) -> Finding:
    since = order.sources_disagree_since
    if since is None:
        return no_match("sources_agree")
    longer_than = context.policy.validity.checks.sources_disagree.longer_than
    if context.now - since <= longer_than:
        return no_match("too_short", since=since)
    return match(since=since)
