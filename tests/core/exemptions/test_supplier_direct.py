"""The supplier ships in its slot, once it has acknowledged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from orderwatch.core.exemptions.supplier_direct import decide
from orderwatch.core.finding import Finding
from orderwatch.core.words import Node

from ..builders import DAY, HOUR, NOW, SECOND, at, make_candidate, make_context, make_line, make_order

SLOT = at("11-23 15:00")
ACKNOWLEDGED = at("11-18 10:00")


def _decide(now: datetime = NOW, node: Node = Node.OUTBOUND, threshold: Any = 3 * HOUR, **line: Any) -> Finding:
    plain = {
        "fulfilment": "supplier",
        "supplier": "S1",
        "supplier_acknowledged_at": ACKNOWLEDGED,
        "supplier_slot_at": SLOT,
    }
    one = make_line(**plain | line)
    candidate = make_candidate(make_order(lines=(one,)), node=node, threshold=threshold)
    return decide(one, candidate, make_context(now))


def test_waits_for_its_slot() -> None:
    assert _decide().expected_until == SLOT


def test_exactly_at_the_slot_plus_grace_it_is_real() -> None:
    assert _decide(SLOT + 2 * HOUR - SECOND).outcome == "match"
    assert _decide(SLOT + 2 * HOUR).broken_promise


def test_without_a_slot_it_has_one_threshold_of_its_working_time() -> None:
    assert _decide(supplier_slot_at=None, threshold=9 * HOUR).expected_until == at("11-19 10:00")


@pytest.mark.parametrize("never", [None, NOW + SECOND])
def test_a_supplier_that_has_not_acknowledged_is_real(never: datetime | None) -> None:
    assert _decide(supplier_acknowledged_at=never).evidence["reason"] == "not_acknowledged"


def test_acknowledged_this_very_second_counts() -> None:
    assert _decide(supplier_acknowledged_at=NOW).outcome == "match"


def test_our_own_warehouse_is_no_supplier() -> None:
    assert _decide(fulfilment="warehouse").evidence["reason"] == "ships_from_warehouse"


@pytest.mark.parametrize("node", [Node.REVIEW, Node.TRANSPORT])
def test_speaks_only_where_the_supplier_stands_in_for_the_warehouse(node: Node) -> None:
    assert _decide(node=node).evidence["reason"] == "node"


def test_missing_facts_are_unknown() -> None:
    assert _decide(supplier_slot_at=None, threshold=9999 * DAY).outcome == "unknown"
    line = make_line(fulfilment="supplier", supplier_acknowledged_at=ACKNOWLEDGED)
    candidate = make_candidate(make_order(lines=(line,)))
    assert decide(line, candidate, make_context(calendars={})).outcome == "unknown"
