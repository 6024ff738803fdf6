"""An article is still in the node until every parcel with it has left."""

from __future__ import annotations

import pytest

from orderwatch.core.words import Candidate, Node, Package, lines_waiting, packages_waiting

from .builders import NOW, make_candidate, make_line, make_order, make_shipment


def _candidate(node: Node, *packages: Package) -> Candidate:
    order = make_order(lines=(make_line(1), make_line(2)), shipment=make_shipment(packages=packages))
    return make_candidate(order, node=node)


def _waiting(candidate: Candidate) -> list[int]:
    return [line.line_no for line in lines_waiting(candidate)]


def test_without_parcels_every_line_waits() -> None:
    assert _waiting(_candidate(Node.PICK)) == [1, 2]


@pytest.mark.parametrize(("node", "waiting"), [(Node.OUTBOUND, [2]), (Node.TRANSPORT, [1, 2])])
def test_a_shipped_parcel_has_left_the_warehouse_and_not_the_road(node: Node, waiting: list[int]) -> None:
    shipped = Package("P1", (1,), NOW, shipped_at=NOW)
    assert _waiting(_candidate(node, shipped, Package("P2", (2,), NOW))) == waiting


def test_a_signed_parcel_has_left_the_road() -> None:
    assert _waiting(_candidate(Node.TRANSPORT, Package("P1", (1, 2), NOW, NOW, NOW))) == []


def test_an_article_in_two_parcels_waits_for_both() -> None:
    shipped, open_one = Package("P1", (1, 2), NOW, shipped_at=NOW), Package("P2", (1,), NOW)
    candidate = _candidate(Node.OUTBOUND, shipped, open_one)
    assert packages_waiting(candidate.order.lines[0], candidate) == (open_one,)
    assert _waiting(candidate) == [1]
