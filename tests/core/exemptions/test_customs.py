"""Clearing takes its time on a route; a hold or missing papers are real at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from orderwatch.core.exemptions.customs import decide
from orderwatch.core.finding import Finding
from orderwatch.core.words import Node

from ..builders import DAY, HOUR, NOW, SECOND, at, in_transport, make_context, make_order, make_shipment

ENTERED = at("11-17 09:00")


def _decide(now: datetime = NOW, node: Node = Node.TRANSPORT, **customs: Any) -> Finding:
    plain = {"customs_status": "clearing", "customs_entered_at": ENTERED, "customs_route": "HK-SZ"}
    candidate = in_transport(make_order(shipment=make_shipment(**plain | customs)), node=node)
    return decide(candidate.order.lines[0], candidate, make_context(now))


def test_waits_as_long_as_the_route_usually_takes() -> None:
    assert _decide().expected_until == ENTERED + 2 * DAY


@pytest.mark.parametrize("route", ["XX-YY", None])
def test_an_unknown_route_takes_the_default(route: str | None) -> None:
    assert _decide(customs_route=route).expected_until == ENTERED + 5 * DAY


def test_exactly_at_the_usual_time_plus_grace_it_is_real() -> None:
    limit = ENTERED + 2 * DAY + 4 * HOUR
    assert _decide(limit - SECOND).outcome == "match"
    assert _decide(limit).broken_promise


@pytest.mark.parametrize("status", ["hold", "documents_missing"])
def test_trouble_is_real_at_once(status: str) -> None:
    found = _decide(customs_status=status)
    assert (found.outcome, found.evidence["reason"]) == ("no_match", status)


@pytest.mark.parametrize("status", ["released", None])
def test_no_customs_no_exemption(status: str | None) -> None:
    assert _decide(customs_status=status).outcome == "no_match"


def test_without_the_entry_time_it_is_unknown() -> None:
    assert _decide(customs_entered_at=None).outcome == "unknown"


@pytest.mark.parametrize("node", [node for node in Node if node is not Node.TRANSPORT])
def test_customs_exempts_customs_only(node: Node) -> None:
    assert _decide(node=node).evidence["reason"] == "node"
