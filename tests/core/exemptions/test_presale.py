"""A presale ships on the promised date, and the first promise counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orderwatch.core.exemptions.presale import decide
from orderwatch.core.finding import Finding
from orderwatch.core.words import Node

from ..builders import DAY, HOUR, NOW, SECOND, at, make_candidate, make_context, make_line, make_order

SHIP_BY = at("11-25 20:00")


def _decide(now: datetime = NOW, node: Node = Node.PICK, order: dict[str, Any] | None = None, **line: Any) -> Finding:
    one = make_line(**{"presale": True, "ship_by": SHIP_BY} | line)
    whole = make_order(kind="presale", lines=(one,), **order or {})
    return decide(one, make_candidate(whole, node=node), make_context(now))


def test_waits_until_the_promised_date() -> None:
    assert _decide().expected_until == SHIP_BY


def test_lines_in_stock_stay_monitored() -> None:
    assert _decide(presale=False).evidence["reason"] == "in_stock"


def test_a_relative_date_counts_from_the_payment_of_the_balance() -> None:
    paid = {"balance_paid_at": at("11-11 00:30"), "paid_at": at("10-20 20:00")}
    assert _decide(order=paid, ship_by=None, ship_within=10 * DAY).expected_until == at("11-21 00:30")


def test_a_relative_date_counts_from_the_payment_when_all_was_paid_at_once() -> None:
    paid = {"paid_at": at("11-15 00:30")}
    assert _decide(order=paid, ship_by=None, ship_within=10 * DAY).expected_until == at("11-25 00:30")


def test_an_unpaid_balance_has_not_started() -> None:
    found = _decide(order={"payment": "deposit"})
    assert (found.outcome, found.evidence["started"]) == ("no_match", False)


def test_a_date_moved_by_the_seller_keeps_the_original() -> None:
    found = _decide(original_ship_by=SHIP_BY - 3 * DAY)
    assert found.expected_until == SHIP_BY - 3 * DAY
    assert found.evidence["moved_by_seller"] is True


def test_a_date_moved_forward_is_the_promise_now() -> None:
    assert _decide(original_ship_by=SHIP_BY + 3 * DAY).expected_until == SHIP_BY


def test_exactly_at_date_plus_grace_the_promise_is_broken() -> None:
    limit = SHIP_BY + 2 * HOUR
    assert _decide(limit - SECOND).outcome == "match"
    found = _decide(limit)
    assert (found.outcome, found.broken_promise) == ("no_match", True)


def test_without_any_date_it_is_unknown() -> None:
    assert _decide(ship_by=None).outcome == "unknown"
    unpaid = {"paid_at": None}
    assert _decide(order=unpaid, ship_by=None, ship_within=DAY).outcome == "unknown"


def test_says_nothing_about_the_road() -> None:
    assert _decide(node=Node.TRANSPORT).evidence["reason"] == "node"
