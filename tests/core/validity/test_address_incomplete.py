"""Nothing can be sent without an address."""

from __future__ import annotations

from orderwatch.core.validity.address_incomplete import check

from ..builders import make_context, make_order


def test_fires() -> None:
    assert check(make_order(flags=frozenset({"address_incomplete"})), make_context()).outcome == "match"


def test_stays_silent() -> None:
    assert check(make_order(flags=frozenset()), make_context()).outcome == "no_match"
    assert check(make_order(flags=frozenset({"stocking"})), make_context()).outcome == "no_match"
