"""A source is out when it is silent, unbelievable, far too quiet or off the clock; one hiccup is not an outage."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orderwatch.core.policy import load_policy
from orderwatch.core.source_health import FeedState, assess_sources, judgeable
from orderwatch.core.words import Node
from orderwatch.paths import POLICY

NOW = datetime(2026, 10, 8, 2, 0, tzinfo=UTC)
RULES = load_policy(POLICY)
LIMITS = RULES.grading.sources
WELL = FeedState("wms", "shipments", NOW - timedelta(minutes=15))


def health(state: FeedState):
    return assess_sources([state], NOW, RULES)[0]


def test_a_source_that_spoke_lately_is_well():
    assert health(WELL).out == () and health(WELL).fresh


def test_one_failed_pull_leaves_its_orders_unjudged_but_is_no_outage():
    one = health(replace(WELL, failed="wms/shipments: the source answered 500"))
    assert one.out == () and not one.fresh


def test_silence_counts_only_beyond_the_limit():
    exactly = health(replace(WELL, last_ok_at=NOW - LIMITS.max_staleness))
    beyond = health(replace(WELL, last_ok_at=NOW - LIMITS.max_staleness - timedelta(seconds=1)))
    assert exactly.out == () and beyond.out == ("shipments: silent for 40 min",)


def test_a_feed_that_never_answered_says_why():
    assert health(replace(WELL, last_ok_at=None, failed="refused")).out == ("shipments: has never answered: refused",)


def test_an_unbelievable_feed_is_out_at_once():
    assert health(replace(WELL, rejected="columns missing: status")).out == ("shipments: columns missing: status",)


@pytest.mark.parametrize("skew", [-1, 1])
def test_the_clock_counts_only_beyond_the_limit(skew):
    limit = LIMITS.max_clock_skew.total_seconds()
    assert health(replace(WELL, clock_skew_s=skew * limit)).out == ()
    assert health(replace(WELL, clock_skew_s=skew * (limit + 1))).out


def test_far_fewer_changes_than_usual_are_an_outage_but_a_quiet_hour_is_not():
    usual = float(LIMITS.min_volume_usual * 10)
    least = usual * LIMITS.min_volume_share
    assert health(replace(WELL, recent=least, usual=usual)).out == ()
    assert health(replace(WELL, recent=least - 1, usual=usual)).out
    assert health(replace(WELL, recent=0.0, usual=LIMITS.min_volume_usual - 1.0)).out == ()
    assert health(replace(WELL, recent=0.0, usual=None)).out == ()


def test_only_nodes_whose_sources_all_speak_are_judged():
    erp = FeedState("erp", "orders", NOW)
    both = assess_sources([erp, WELL], NOW, RULES)
    without_wms = assess_sources([erp, replace(WELL, failed="down")], NOW, RULES)
    assert judgeable(both, RULES) == list(Node)
    assert judgeable(without_wms, RULES) == [Node.REVIEW]
