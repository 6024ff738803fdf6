"""Systems may be out of step for two scans, not longer."""

from __future__ import annotations

from orderwatch.core.validity.sources_disagree import check

from ..builders import MINUTE, NOW, SECOND, make_context, make_order


def test_fires_after_more_than_two_scans() -> None:
    order = make_order(sources_disagree_since=NOW - 30 * MINUTE - SECOND)
    assert check(order, make_context()).outcome == "match"


def test_stays_silent_exactly_on_the_limit() -> None:
    assert check(make_order(sources_disagree_since=NOW - 30 * MINUTE), make_context()).outcome == "no_match"


def test_stays_silent_when_they_agree() -> None:
    assert check(make_order(), make_context()).outcome == "no_match"
