"""The order is exempt only if every waiting line is, until the earliest line, never beyond the platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from orderwatch.core.exemptions import EXEMPTIONS, exempt
from orderwatch.core.words import DelayRequest, Line, Node, Package

from ..builders import (
    DAY,
    HOUR,
    NOW,
    SECOND,
    at,
    in_transport,
    make_candidate,
    make_context,
    make_line,
    make_order,
    make_shipment,
    with_rule,
)

SHIP_BY = at("11-25 20:00")


def _presale(line_no: int = 1, ship_by: datetime = SHIP_BY) -> Line:
    return make_line(line_no, presale=True, ship_by=ship_by)


def _wish(until_at: datetime) -> DelayRequest:
    return DelayRequest("DR-1", "customer", at("11-15 10:00"), until_at, "confirmed")


def test_every_line_exempt_makes_the_order_exempt_until_the_earliest() -> None:
    order = make_order(lines=(_presale(1), _presale(2, SHIP_BY - DAY)))
    answer = exempt(make_candidate(order), make_context())
    assert (answer.exempt, answer.expected_until, answer.rules) == (True, SHIP_BY - DAY, ("presale",))


def test_one_line_in_stock_keeps_the_order_monitored() -> None:
    order = make_order(lines=(_presale(1), make_line(2)))
    answer = exempt(make_candidate(order), make_context())
    assert (answer.exempt, answer.reason, answer.expected_until) == (False, "not_exempt", None)


def test_of_several_matches_on_a_line_the_latest_counts() -> None:
    order = make_order(lines=(_presale(),), delay_requests=(_wish(SHIP_BY + DAY),))
    answer = exempt(make_candidate(order), make_context())
    assert (answer.expected_until, answer.rules) == (SHIP_BY + DAY, ("presale", "customer_delay"))


def test_unknown_never_exempts() -> None:
    answer = exempt(make_candidate(make_order(lines=(make_line(presale=True),))), make_context())
    assert "unknown" in {found.finding.outcome for found in answer.findings}
    assert not answer.exempt


def test_an_order_without_lines_is_not_exempt() -> None:
    assert not exempt(make_candidate(make_order(lines=())), make_context()).exempt


def test_the_platforms_deadline_caps_the_expected_time() -> None:
    order = make_order(lines=(_presale(),), platform_deadline_at=SHIP_BY - DAY)
    assert exempt(make_candidate(order), make_context()).expected_until == SHIP_BY - DAY


def test_from_the_lead_before_the_platforms_deadline_nothing_is_exempt() -> None:
    order = make_order(lines=(_presale(),), platform_deadline_at=NOW + 4 * HOUR)
    answer = exempt(make_candidate(order), make_context())
    assert (answer.exempt, answer.reason, answer.broken_promise) == (False, "platform_deadline", False)
    assert exempt(make_candidate(order), make_context(NOW - SECOND)).expected_until == NOW + 4 * HOUR


def test_on_the_road_the_platforms_deadline_has_been_met() -> None:
    order = make_order(delay_requests=(_wish(SHIP_BY),), platform_deadline_at=NOW - DAY)
    assert exempt(in_transport(order), make_context()).expected_until == SHIP_BY


def test_exactly_at_expected_time_plus_grace_the_promise_is_broken() -> None:
    candidate = make_candidate(make_order(lines=(_presale(),)))
    limit = SHIP_BY + 2 * HOUR
    assert exempt(candidate, make_context(limit - SECOND)).exempt
    answer = exempt(candidate, make_context(limit))
    assert (answer.exempt, answer.reason, answer.broken_promise) == (False, "promise_broken", True)


def test_a_promise_broken_earlier_is_remembered_but_not_held_against_a_new_exemption() -> None:
    plain = make_candidate(promise_broken_at=NOW)
    assert exempt(plain, make_context()).broken_promise
    assert not exempt(plain, make_context(NOW - SECOND)).broken_promise
    again = make_candidate(make_order(delay_requests=(_wish(SHIP_BY),)), promise_broken_at=NOW)
    answer = exempt(again, make_context())
    assert (answer.exempt, answer.broken_promise) == (True, False)


def test_an_expired_reason_beside_a_standing_one_breaks_nothing() -> None:
    order = make_order(lines=(_presale(ship_by=NOW - DAY),), delay_requests=(_wish(SHIP_BY),))
    answer = exempt(make_candidate(order), make_context())
    assert (answer.exempt, answer.broken_promise, answer.rules) == (True, False, ("customer_delay",))


def test_lines_whose_parcels_have_left_do_not_count() -> None:
    plan = (
        Package("P1", (1,), NOW - DAY, shipped_at=NOW - DAY),
        Package("P2", (2,), SHIP_BY),
    )
    lines = (make_line(1), make_line(2, bulky=True))
    order = make_order(lines=lines, shipment=make_shipment(packages=plan))
    assert exempt(make_candidate(order, node=Node.OUTBOUND), make_context()).expected_until == SHIP_BY


@pytest.mark.parametrize("state", ["draft", "retired"])
def test_rules_that_are_off_are_not_asked(state: Any) -> None:
    context = make_context(policy=with_rule("presale", state=state))
    answer = exempt(make_candidate(make_order(lines=(_presale(),))), context)
    assert not answer.exempt
    assert "presale" not in {found.rule for found in answer.findings}


def test_a_rule_in_shadow_is_recorded_and_decides_nothing() -> None:
    context = make_context(policy=with_rule("presale", state="shadow"))
    answer = exempt(make_candidate(make_order(lines=(_presale(),))), context)
    assert (answer.exempt, answer.rules, answer.shadow_until) == (False, (), SHIP_BY)
    assert [found.state for found in answer.findings if found.finding.outcome == "match"] == ["shadow"]


def test_every_rule_answers_for_every_line() -> None:
    lines = (make_line(1), make_line(2))
    answer = exempt(make_candidate(make_order(lines=lines)), make_context())
    assert {(found.rule, found.line_no) for found in answer.findings} == {
        (rule, line.line_no) for rule in EXEMPTIONS for line in lines
    }


def test_the_order_of_the_lines_changes_nothing() -> None:
    order = make_order(lines=(_presale(1), _presale(2, SHIP_BY - DAY), _presale(3, SHIP_BY + DAY)))
    turned = replace(order, lines=order.lines[::-1])
    answers = [exempt(make_candidate(one), make_context()) for one in (order, turned)]
    assert answers[0].expected_until == answers[1].expected_until
