"""Is a source speaking? A silent source is one event, not a thousand late orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orderwatch.core.policy import Policy
from orderwatch.core.policy.grading import SourcePolicy
from orderwatch.core.words import Node


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed as this scan leaves it. ``failed`` is this scan's own error, ``rejected`` a critical validation.

    ``recent`` changes came in the volume window, ``usual`` is their mean in the same window of earlier weeks;
    nothing where fewer than three earlier weeks are known.
    """

    source: str
    feed: str
    last_ok_at: datetime | None
    failed: str | None = None
    rejected: str | None = None
    clock_skew_s: float | None = None
    recent: float | None = None
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """``out``: reasons for an incident. ``fresh``: may orders that depend on the source be judged in this scan?"""

    source: str
    out: tuple[str, ...]
    fresh: bool


def assess_sources(feeds: Iterable[FeedState], now: datetime, policy: Policy) -> list[SourceHealth]:
    """A source is out when a feed fails validation as a whole, is stale, far below its usual volume, or off the clock.

    A single failed pull is not an outage yet, but its orders are left unjudged until the next scan.
    """
    by_source: dict[str, list[FeedState]] = {}
    for feed in feeds:
        by_source.setdefault(feed.source, []).append(feed)
    return [_assess(source, by_source[source], now, policy) for source in sorted(by_source)]


def _assess(source: str, feeds: Sequence[FeedState], now: datetime, policy: Policy) -> SourceHealth:
    out = tuple(f"{feed.feed}: {fault}" for feed in feeds for fault in _faults(feed, now, policy.grading.sources))
    return SourceHealth(source, out, fresh=not out and not any(feed.failed for feed in feeds))


def _faults(feed: FeedState, now: datetime, limits: SourcePolicy) -> Iterator[str]:
    because = f": {feed.failed}" if feed.failed else ""
    if feed.rejected:
        yield feed.rejected
    if feed.last_ok_at is None:
        yield f"has never answered{because}"
    elif now - feed.last_ok_at > limits.max_staleness:
        yield f"silent for {int((now - feed.last_ok_at).total_seconds() // 60)} min{because}"
    if feed.clock_skew_s is not None and abs(feed.clock_skew_s) > limits.max_clock_skew.total_seconds():
        yield f"its clock differs by {feed.clock_skew_s:.0f} s"
    if feed.recent is not None and feed.usual is not None and _hardly_any(feed.recent, feed.usual, limits):
        yield f"{feed.recent:.0f} changes where {feed.usual:.0f} are usual"


def _hardly_any(recent: float, usual: float, limits: SourcePolicy) -> bool:
    return usual >= limits.min_volume_usual and recent < limits.min_volume_share * usual


def judgeable(health: Iterable[SourceHealth], policy: Policy) -> list[Node]:
    """The nodes whose sources all speak."""
    fresh: Mapping[str, bool] = {one.source: one.fresh for one in health}
    return [node for node in Node if all(fresh.get(source, False) for source in policy.node(node).depends_on)]
