"""The customer has all the money back."""

from __future__ import annotations

from orderwatch.core.validity.refunded import check

from ..builders import make_context, make_order


def test_fires() -> None:
    assert check(make_order(payment="refunded"), make_context()).outcome == "match"


def test_stays_silent() -> None:
    assert check(make_order(payment="paid"), make_context()).outcome == "no_match"
