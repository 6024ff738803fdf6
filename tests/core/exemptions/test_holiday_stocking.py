"""The house is shut over a holiday. National Day 2026: shut from 30 September 20:00 to 8 October 08:00."""

from __future__ import annotations

from datetime import datetime

import pytest

from orderwatch.core.exemptions.holiday_stocking import decide
from orderwatch.core.finding import Finding
from orderwatch.core.words import Candidate, Node

from ..builders import (
    DAY,
    HOUR,
    SECOND,
    at,
    in_transport,
    make_candidate,
    make_context,
    make_line,
    make_order,
)

SHUT, OPEN = at("09-30 20:00"), at("10-08 08:00")


def _stocking(paid_at: datetime | None = SHUT - DAY, **fields: object) -> Candidate:
    order = make_order(flags=frozenset({"stocking"}), paid_at=paid_at)
    return make_candidate(order, **{"entered_at": at("09-28 10:00")} | fields)


def _plain(entered_at: datetime) -> Candidate:
    return make_candidate(entered_at=entered_at)


def _decide(candidate: Candidate, now: datetime) -> Finding:
    return decide(candidate.order.lines[0], candidate, make_context(now))


def test_a_stocking_order_waits_one_threshold_of_work_after_the_opening() -> None:
    found = _decide(_stocking(), at("10-05 12:00"))
    assert (found.outcome, found.expected_until) == ("match", OPEN + 3 * HOUR)


def test_a_stocking_order_counts_before_the_closure_begins() -> None:
    assert _decide(_stocking(), at("09-29 12:00")).expected_until == OPEN + 3 * HOUR


def test_it_may_be_paid_exactly_the_lead_before_the_closure_and_not_earlier() -> None:
    june = at("06-18 20:00")  # Dragon Boat: shut until 22 June 08:00
    entered = at("06-15 10:00")
    now = at("06-16 12:00")
    assert _decide(_stocking(june - 7 * DAY, entered_at=entered), now).outcome == "match"
    assert _decide(_stocking(june - 7 * DAY - SECOND, entered_at=entered), now).outcome == "no_match"


def test_it_may_be_paid_until_the_last_second_of_the_closure() -> None:
    now = at("10-08 09:00")
    assert _decide(_stocking(OPEN - SECOND), now).expected_until == OPEN + 3 * HOUR
    assert _decide(_stocking(OPEN, entered_at=OPEN), now).outcome == "no_match"


def test_a_node_that_a_stocking_order_enters_after_the_holiday_is_like_any_other() -> None:
    assert _decide(_stocking(entered_at=OPEN), at("11-18 12:00")).evidence["reason"] == "no_closure"
    assert _decide(_stocking(entered_at=OPEN - SECOND), at("10-08 09:00")).expected_until == OPEN + 3 * HOUR


def test_past_the_expected_time_and_grace_the_promise_is_broken() -> None:
    limit = OPEN + 3 * HOUR + 2 * HOUR  # grace of pick
    assert _decide(_stocking(), limit - SECOND).outcome == "match"
    found = _decide(_stocking(), limit)
    assert (found.outcome, found.broken_promise) == ("no_match", True)


def test_any_order_within_its_limit_waits_while_the_house_is_shut() -> None:
    entered = SHUT - 1 * HOUR  # one hour of three is done before the closure
    assert _decide(_plain(entered), at("10-04 12:00")).expected_until == OPEN + 2 * HOUR


def test_without_a_declaration_the_closure_gives_no_more_than_the_limit() -> None:
    entered, limit = SHUT - 1 * HOUR, OPEN + 2 * HOUR
    assert _decide(_plain(entered), limit - SECOND).outcome == "match"
    assert _decide(_plain(entered), limit).evidence["reason"] == "limit_reached"


def test_an_order_that_was_late_before_the_closure_stays_late() -> None:
    assert _decide(_plain(SHUT - 4 * HOUR), at("10-04 12:00")).outcome == "no_match"


def test_a_weekend_is_no_holiday() -> None:
    saturday = at("11-21 12:00")
    assert _decide(_plain(at("11-20 19:00")), saturday).evidence["reason"] == "no_closure"


def test_make_up_days_are_work() -> None:
    # Saturday 10 October is worked, so after National Day the stocking order has no free weekend.
    candidate = _stocking(threshold=30 * HOUR)
    assert _decide(candidate, at("10-08 12:00")).expected_until == at("10-10 14:00")


def test_perishables_are_never_exempt() -> None:
    order = make_order(lines=(make_line(perishable=True),), flags=frozenset({"stocking"}), paid_at=SHUT)
    assert _decide(make_candidate(order), at("10-05 12:00")).evidence["reason"] == "perishable"


def test_the_carrier_runs_while_the_warehouse_is_shut() -> None:
    assert _decide(in_transport(_stocking().order), at("10-05 12:00")).evidence["reason"] == "node"


@pytest.mark.parametrize("node", [Node.PRINT, Node.PICK, Node.OUTBOUND])
def test_the_warehouse_calendar_counts_in_the_warehouse(node: Node) -> None:
    assert _decide(_stocking(node=node), at("10-05 12:00")).expected_until == OPEN + 3 * HOUR


def test_the_office_calendar_counts_in_review() -> None:
    assert _decide(_stocking(node=Node.REVIEW), at("10-05 12:00")).expected_until == at("10-08 12:00")


def test_the_suppliers_shelf_is_not_behind_our_doors() -> None:
    order = make_order(lines=(make_line(fulfilment="supplier"),), flags=frozenset({"stocking"}), paid_at=SHUT)
    assert _decide(make_candidate(order), at("10-05 12:00")).evidence["reason"] == "ships_from_supplier"


def test_missing_facts_are_unknown() -> None:
    now = at("10-05 12:00")
    assert _decide(_stocking(None), now).outcome == "unknown"
    assert _decide(_stocking(threshold=9999 * DAY), now).outcome == "unknown"
    shut_for_ever = make_candidate(entered_at=SHUT - HOUR, threshold=9999 * DAY)
    assert _decide(shut_for_ever, now).outcome == "unknown"
    candidate = _stocking()
    assert decide(candidate.order.lines[0], candidate, make_context(now, calendars={})).outcome == "unknown"
