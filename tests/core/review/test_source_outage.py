"""A silent source is its own cause."""

from __future__ import annotations

from orderwatch.core.review.causes.source_outage import check

from .about import about, the_rules


def test_fires_for_the_incident_of_a_source_although_it_has_no_orders() -> None:
    found = check(about(kind="source", orders=0), the_rules())
    assert (found.outcome, found.share) == ("match", 1.0)


def test_stays_silent_for_every_other_incident() -> None:
    assert check(about(kind="mass_delay"), the_rules()).outcome == "no_match"
