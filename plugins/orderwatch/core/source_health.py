"""Is a source speaking? A silent source is one event, not a thousand late orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orderwatch.core.policy import Policy
from orderwatch.core.words import Node


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed as this scan leaves it. ``failed`` is this scan's own error, ``rejected`` a critical validation."""

    source: str
    feed: str
    last_ok_at: datetime | None
    failed: str | None = None
    rejected: str | None = None
    clock_skew_s: float | None = None


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """``out``: reasons for an incident. ``fresh``: may orders that depend on the source be judged in this scan?"""

    source: str
    out: tuple[str, ...]
    fresh: bool


def assess_sources(feeds: Iterable[FeedState], now: datetime, policy: Policy) -> list[SourceHealth]:
    """A source is out when one of its feeds fails validation as a whole, is stale, or its clock is off.

    A single failed pull is not an outage yet, but its orders are left unjudged until the next scan.
    """
    by_source: dict[str, list[FeedState]] = {}
    for feed in feeds:
        by_source.setdefault(feed.source, []).append(feed)
    return [_assess(source, by_source[source], now, policy) for source in sorted(by_source)]


def _assess(source: str, feeds: Sequence[FeedState], now: datetime, policy: Policy) -> SourceHealth:
    limits = policy.grading.sources
    out: list[str] = []
    for feed in feeds:
        if feed.rejected:
            out.append(f"{feed.feed}: {feed.rejected}")
        if feed.last_ok_at is None:
            out.append(f"{feed.feed}: has never answered" + (f": {feed.failed}" if feed.failed else ""))
        elif now - feed.last_ok_at > limits.max_staleness:
            minutes = int((now - feed.last_ok_at).total_seconds() // 60)
            out.append(f"{feed.feed}: silent for {minutes} min" + (f": {feed.failed}" if feed.failed else ""))
        if feed.clock_skew_s is not None and abs(feed.clock_skew_s) > limits.max_clock_skew.total_seconds():
            out.append(f"{feed.feed}: its clock differs by {feed.clock_skew_s:.0f} s")
    return SourceHealth(source, tuple(out), fresh=not out and not any(feed.failed for feed in feeds))


def judgeable(health: Iterable[SourceHealth], policy: Policy) -> list[Node]:
    """The nodes whose sources all speak."""
    fresh: Mapping[str, bool] = {one.source: one.fresh for one in health}
    return [node for node in Node if all(fresh.get(source, False) for source in policy.node(node).depends_on)]
