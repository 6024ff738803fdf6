"""The customer asked for later delivery: waiting is what they want.

A confirmed wish counts until its date. A wish without a date, or not answered yet, counts for the default
delay from when it was made; after that somebody has to ask. Delays that the seller asked for, refused wishes
and expired ones exempt nothing. A newer wish replaces an older one of the same state.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, no_match, waits_until
from orderwatch.core.words import Candidate, DelayRequest, Line


def decide(line: Line, candidate: Candidate, context: Context) -> Finding:
    del line  # the wish is for the whole order
    rule = context.policy.exemptions.customer_delay
    if not rule.covers(candidate.node):
        return no_match("node", node=candidate.node.code)
    known = [wish for wish in candidate.order.delay_requests if wish.requested_at <= context.now]
    if not known:
        return no_match("no_request")
    wishes = [wish for wish in known if wish.requested_by == "customer"]
    if not wishes:
        return no_match("asked_by_seller", requests=len(known))
    standing = [*_newest(wishes, "confirmed"), *_newest(wishes, "pending")]
    if not standing:
        return no_match("refused", requests=len(wishes))
    until, wish = max(
        ((_until(wish, rule.default_delay), wish) for wish in standing),
        key=lambda pair: (pair[0], pair[1].request_id),
    )
    return waits_until(
        until,
        now=context.now,
        grace=context.grace(candidate.node),
        promise=wish.state == "confirmed" and wish.until_at is not None,
        request_id=wish.request_id,
        state=wish.state,
        ask_customer=wish.state == "pending" or wish.until_at is None,
    )


def _newest(wishes: Iterable[DelayRequest], state: str) -> list[DelayRequest]:
    of_state = [wish for wish in wishes if wish.state == state]
    return [max(of_state, key=lambda wish: (wish.requested_at, wish.request_id))] if of_state else []


def _until(wish: DelayRequest, default_delay: timedelta) -> datetime:
    by_default = wish.requested_at + default_delay
    if wish.until_at is None:
        return by_default
    return wish.until_at if wish.state == "confirmed" else min(wish.until_at, by_default)
