"""What concerns everybody at once: storms, silent sources, and how each source is doing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from orderwatch.core.policy import Policy
from orderwatch.core.words import Node
from orderwatch.store.findings import group_of
from orderwatch.web.health.clock import Clock
from orderwatch.web.pictures.words import say


@dataclass(frozen=True, slots=True)
class Source:
    """A source: ``state`` ok, late, silent or never; ``said`` is how long ago its quietest feed has answered."""

    name: str
    state: str
    said: str
    incident_id: int | None
    feed_of: str  # its code, by which the scan's part about it is found


@dataclass(frozen=True, slots=True)
class Alarm:
    """A live storm or a silent source; of a source, the nodes that nobody can judge meanwhile."""

    incident_id: int
    storm: bool
    since: str
    source: str
    orders: int
    held: int
    reasons: Sequence[str]
    nodes: Sequence[str]


def sources_of(
    rows: Sequence[Row[Any]],
    silent: Sequence[Mapping[str, Any]],
    alarms: Sequence[Row[Any]],
    policy: Policy,
    clock: Clock,
) -> list[Source]:
    """``silent``: what the last scan said of the sources that did not speak as they should."""
    out = {one["source"] for one in silent}
    incidents = {group_of(row.dedup_key): row.incident_id for row in alarms if row.kind == "source"}
    return [_source(row, out, incidents, policy, clock) for row in rows]


def _source(row: Row[Any], out: set[str], incidents: Mapping[str | None, int], policy: Policy, clock: Clock) -> Source:
    name, incident = row.source.upper(), incidents.get(row.source)
    if row.never:
        return Source(name, "never", say(clock.language, "还没有应答过", "has never answered"), incident, row.source)
    ago = clock.ago(row.last_ok_at)
    if row.source in out or incident:
        return Source(
            name, "silent", say(clock.language, f"异常，{ago} 前应答", f"out, answered {ago} ago"), incident, row.source
        )
    if clock.now - row.last_ok_at > policy.grading.sources.max_staleness / 2:
        return Source(name, "late", say(clock.language, f"迟 {ago}", f"{ago} behind"), None, row.source)
    return Source(name, "ok", ago, None, row.source)


def alarms_of(rows: Sequence[Row[Any]], policy: Policy, clock: Clock) -> list[Alarm]:
    return [_alarm(row, policy, clock) for row in rows]


def _alarm(row: Row[Any], policy: Policy, clock: Clock) -> Alarm:
    source = "" if row.kind == "mass_delay" else group_of(row.dedup_key) or ""
    return Alarm(
        incident_id=row.incident_id,
        storm=row.kind == "mass_delay",
        since=clock.ago(row.opened_at),
        source=source.upper(),
        orders=row.orders,
        held=row.held,
        reasons=row.reasons,
        nodes=[policy.node(node).title.say(clock.language) for node in Node if source in policy.node(node).depends_on],
    )
