"""What conditions and texts may name, and its values."""

from __future__ import annotations

from orderwatch.core.playbook.facts import VARIABLES, Facts

from .builders import make_facts


def test_every_fact_has_a_name_and_a_type() -> None:
    assert VARIABLES["order.value_minor"] == "int"
    assert VARIABLES["order.still_late"] == "bool"
    assert VARIABLES["order.tier"] == "string"
    assert VARIABLES["incident.nodes"] == "strings"
    assert {name.partition(".")[0] for name in VARIABLES} == {"incident", "order", "offer", "limit"}


def test_values_are_found_under_their_names() -> None:
    facts = make_facts(order={"tier": "vip"}, incident={"nodes": ("pick", "print")})
    assert facts.flat()["order.tier"] == "vip"
    assert facts.flat()["incident.nodes"] == ["pick", "print"]
    assert facts.nested()["order"]["tier"] == "vip"
    assert set(facts.flat()) == set(VARIABLES)


def test_an_ordinary_order_is_late_in_picking_and_has_no_offer() -> None:
    plain = Facts()
    assert (plain.order.node, plain.order.still_late, plain.offer.amount_minor) == ("pick", True, 0)
