"""The order was cancelled."""

from __future__ import annotations

from orderwatch.core.validity.cancelled import check

from ..builders import make_context, make_order


def test_fires() -> None:
    assert check(make_order(status="cancelled"), make_context()).outcome == "match"


def test_stays_silent() -> None:
    assert check(make_order(status="open"), make_context()).outcome == "no_match"
