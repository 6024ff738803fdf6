"""The customer's wish exempts; the seller's does not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from orderwatch.core.exemptions.customer_delay import decide
from orderwatch.core.finding import Finding
from orderwatch.core.words import DelayRequest, Node

from ..builders import DAY, HOUR, NOW, SECOND, at, make_candidate, make_context, make_order

UNTIL = at("11-28 18:00")
ASKED = at("11-15 10:00")


def _wish(**fields: Any) -> DelayRequest:
    plain: dict[str, Any] = {
        "request_id": "DR-1",
        "requested_by": "customer",
        "requested_at": ASKED,
        "until_at": UNTIL,
        "state": "confirmed",
    }
    return DelayRequest(**plain | fields)


def _decide(*wishes: DelayRequest, now: datetime = NOW, node: Node = Node.PICK) -> Finding:
    candidate = make_candidate(make_order(delay_requests=wishes), node=node)
    return decide(candidate.order.lines[0], candidate, make_context(now))


@pytest.mark.parametrize("node", list(Node))
def test_a_confirmed_wish_counts_in_every_node_until_its_date(node: Node) -> None:
    assert _decide(_wish(), node=node).expected_until == UNTIL


def test_exactly_at_the_date_plus_grace_it_has_expired() -> None:
    assert _decide(_wish(), now=UNTIL + 2 * HOUR - SECOND).outcome == "match"
    found = _decide(_wish(), now=UNTIL + 2 * HOUR)
    assert (found.outcome, found.broken_promise) == ("no_match", True)


def test_a_pending_wish_with_a_date_still_asks() -> None:
    assert _decide(_wish(state="pending")).evidence["ask_customer"] is True
    assert _decide(_wish()).evidence["ask_customer"] is False


def test_nobody_asked() -> None:
    assert _decide().evidence["reason"] == "no_request"


def test_the_seller_is_not_the_customer() -> None:
    assert _decide(_wish(requested_by="seller")).evidence["reason"] == "asked_by_seller"


def test_a_refused_wish_exempts_nothing() -> None:
    assert _decide(_wish(state="refused")).evidence["reason"] == "refused"


def test_without_a_date_it_counts_a_week_and_then_somebody_asks() -> None:
    wish = _wish(until_at=None)
    assert _decide(wish).expected_until == ASKED + 7 * DAY
    found = _decide(wish, now=ASKED + 7 * DAY + 2 * HOUR)
    assert (found.outcome, found.evidence["ask_customer"], found.broken_promise) == ("no_match", True, False)


def test_without_an_answer_it_counts_a_week_and_never_longer_than_asked() -> None:
    assert _decide(_wish(state="pending")).expected_until == ASKED + 7 * DAY
    assert _decide(_wish(state="pending", until_at=ASKED + 5 * DAY)).expected_until == ASKED + 5 * DAY


def test_a_newer_confirmed_wish_replaces_the_older_one() -> None:
    sooner = _wish(request_id="DR-2", requested_at=ASKED + DAY, until_at=UNTIL - 5 * DAY)
    assert _decide(_wish(), sooner).expected_until == UNTIL - 5 * DAY


def test_of_a_confirmed_and_a_pending_wish_the_later_date_counts() -> None:
    pending = _wish(request_id="DR-2", state="pending", requested_at=ASKED + 2 * DAY, until_at=None)
    assert _decide(_wish(until_at=ASKED + 4 * DAY), pending).expected_until == ASKED + 9 * DAY


def test_a_wish_made_later_is_not_known_yet() -> None:
    assert _decide(_wish(requested_at=NOW)).outcome == "match"
    assert _decide(_wish(requested_at=NOW + SECOND)).evidence["reason"] == "no_request"
