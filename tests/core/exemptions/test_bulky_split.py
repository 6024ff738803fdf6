"""Every parcel of a split has its own date; the next one counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orderwatch.core.exemptions.bulky_split import decide
from orderwatch.core.finding import Finding
from orderwatch.core.words import Node, Package

from ..builders import (
    DAY,
    HOUR,
    NOW,
    SECOND,
    at,
    make_candidate,
    make_context,
    make_line,
    make_order,
    make_shipment,
)

FIRST, LAST = at("11-20 12:00"), at("11-24 12:00")


def _parcel(number: int, eta_at: datetime | None, **fields: Any) -> Package:
    return Package(f"P{number}", fields.pop("lines", (1,)), eta_at, **fields)


PLAN = (_parcel(1, FIRST), _parcel(2, LAST))


def _decide(
    *packages: Package,
    now: datetime = NOW,
    node: Node = Node.OUTBOUND,
    bulky: bool = True,
    weight_g: int | None = None,
) -> Finding:
    line = make_line(bulky=bulky, weight_g=weight_g)
    order = make_order(lines=(line,), shipment=make_shipment(packages=packages))
    return decide(line, make_candidate(order, node=node), make_context(now))


def test_waits_for_the_next_parcel() -> None:
    assert _decide(*PLAN).expected_until == FIRST


def test_a_parcel_that_has_left_is_no_longer_waited_for() -> None:
    left = _parcel(1, FIRST, shipped_at=NOW - HOUR)
    assert _decide(left, PLAN[1]).expected_until == LAST
    assert _decide(left, PLAN[1], node=Node.TRANSPORT).expected_until == FIRST
    signed = _parcel(1, FIRST, shipped_at=NOW - DAY, signed_at=NOW - HOUR)
    assert _decide(signed, PLAN[1], node=Node.TRANSPORT).expected_until == LAST


def test_a_late_parcel_is_real_while_another_is_on_time() -> None:
    limit = FIRST + 2 * HOUR
    assert _decide(*PLAN, now=limit - SECOND).outcome == "match"
    assert _decide(*PLAN, now=limit).broken_promise


def test_the_last_parcel_late_is_real() -> None:
    left = _parcel(1, FIRST, shipped_at=FIRST)
    assert _decide(left, PLAN[1], now=LAST + 2 * HOUR - SECOND).outcome == "match"
    assert _decide(left, PLAN[1], now=LAST + 2 * HOUR).broken_promise


def test_a_split_without_a_plan_exempts_nothing() -> None:
    assert _decide().evidence["reason"] == "no_plan"
    assert _decide(_parcel(1, FIRST, lines=(2,))).evidence["reason"] == "no_plan"


def test_every_parcel_with_the_article_needs_a_date() -> None:
    assert _decide(PLAN[0], _parcel(2, None)).evidence["reason"] == "plan_without_date"
    assert _decide(PLAN[0], _parcel(2, None, lines=(2,))).outcome == "match"


def test_heavy_from_exactly_the_limit_on() -> None:
    assert _decide(*PLAN, bulky=False, weight_g=30_000).outcome == "match"
    assert _decide(*PLAN, bulky=False, weight_g=29_999).evidence["reason"] == "not_bulky"
    assert _decide(*PLAN, bulky=False).evidence["reason"] == "not_bulky"


def test_when_all_parcels_have_left_nothing_explains_the_wait() -> None:
    assert _decide(_parcel(1, FIRST, shipped_at=NOW)).evidence["reason"] == "all_parcels_left"


def test_review_comes_before_any_parcel() -> None:
    assert _decide(*PLAN, node=Node.REVIEW).evidence["reason"] == "node"
