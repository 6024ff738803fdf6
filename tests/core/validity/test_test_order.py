"""Somebody tests a shop."""

from __future__ import annotations

from orderwatch.core.validity.test_order import check

from ..builders import make_context, make_order


def test_fires() -> None:
    assert check(make_order(flags=frozenset({"test"})), make_context()).outcome == "match"


def test_stays_silent() -> None:
    assert check(make_order(flags=frozenset()), make_context()).outcome == "no_match"
    assert check(make_order(flags=frozenset({"duplicate"})), make_context()).outcome == "no_match"
