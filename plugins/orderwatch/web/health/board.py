"""The board: what waits where, what is wrong, whose move it is, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.store import live
from orderwatch.store.node_load import read_nodes
from orderwatch.web.health.acts import ACTS, said
from orderwatch.web.health.alarms import Alarm, Source, alarms_of, sources_of
from orderwatch.web.health.bulk import offered_in_bulk
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.flow import NodeLoad, nodes_of
from orderwatch.web.health.rows import IncidentRow, incidents_of

SIZE: Final = 50
SCAN_EVERY: Final = timedelta(minutes=15)  # the schedule of order_health_scan
OVERDUE: Final = 2 * SCAN_EVERY  # so long after a scan the next one has certainly failed


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to see; all of it stands in the address."""

    login: str
    wanted: live.Wanted = field(default_factory=live.Wanted)
    page: int = 1


@dataclass(frozen=True, slots=True)
class Scan:
    """The last scan that has ended, and when the next one begins."""

    dag_id: str
    run_id: str
    at: str
    took: str
    next_at: str
    stale: str  # so long ago that no number here is of now; empty as a rule


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the board shows, in one language."""

    asked: Asked
    clock: Clock
    scan: Scan | None
    version: int | None
    stopped: Row[Any] | None  # the pause over all automation
    stopped_by: str
    sources: Sequence[Source]
    alarms: Sequence[Alarm]
    nodes: Sequence[NodeLoad]
    counts: Row[Any]
    rows: Sequence[IncidentRow]
    total: int
    roles: Sequence[str]
    bulk: Sequence[tuple[str, str]]  # what the reader may do to several at once

    @property
    def waiting(self) -> int:
        return sum(node.waiting for node in self.nodes)

    @property
    def exempt(self) -> int:
        return sum(node.exempt for node in self.nodes)

    @property
    def hero(self) -> IncidentRow | None:
        """The next deadline of all that is asked for, where a person has to do something until then."""
        leads = self.asked.page == 1 and self.asked.wanted.sort == "deadline"
        first = self.rows[0] if self.rows and leads else None
        return first if first and first.act else None

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SIZE))


def read_board(conn: Connection, policy: Policy, asked: Asked, language: Language, size: int = SIZE) -> Board:
    """Seven statements, whatever there is to show."""
    last = live.read_scan(conn)
    clock = Clock(last.now, ZoneInfo(policy.calendars.business_zone), language)
    reader = live.Reader(asked.login, roles_of(policy, asked.login))
    rows = _rows(conn, policy, reader, asked, clock, size)
    alarms = live.read_alarms(conn)
    report = last.report or {}
    return Board(
        asked=asked,
        clock=clock,
        scan=_scan(last, clock),
        version=last.version,
        stopped=last if last.taken_by else None,
        stopped_by=policy.roles.name_of(last.taken_by) if last.taken_by else "",
        sources=sources_of(live.read_sources(conn), report.get("silent", []), alarms, policy, clock),
        alarms=alarms_of(alarms, policy, clock),
        nodes=nodes_of(read_nodes(conn), policy, clock),
        counts=live.count_live(conn, reader, clock.now),
        rows=incidents_of(rows, policy, clock),
        total=rows[0].total if rows else 0,
        roles=[policy.role(code).title.say(language) for code in reader.roles],
        bulk=[(name, said(ACTS[name].verb, language)) for name in offered_in_bulk(policy, reader.roles)],
    )


def roles_of(policy: Policy, login: str) -> list[str]:
    """The roles that somebody holds under this name."""
    return policy.roles.held_by(login)


def _rows(
    conn: Connection, policy: Policy, reader: live.Reader, asked: Asked, clock: Clock, size: int
) -> Sequence[Row[Any]]:
    close_after = [int(policy.grading.levels[level].close_after.total_seconds()) for level in range(4)]
    return live.list_live(conn, reader, asked.wanted, close_after, clock.now, asked.page, size)


def _scan(last: Row[Any], clock: Clock) -> Scan | None:
    if last.scan_id is None:
        return None
    took = (last.finished_at - last.opened_at).total_seconds()
    late = clock.now - last.finished_at > OVERDUE
    return Scan(
        dag_id=last.dag_id,
        run_id=last.run_id,
        at=clock.at(last.finished_at),
        took=f"{took:.0f} s",
        next_at=clock.at(_next(clock.now)),
        stale=clock.ago(last.finished_at) if late else "",
    )


def _next(now: datetime) -> datetime:
    """The next quarter of an hour; every zone of the world is a whole number of them from UTC."""
    return datetime.fromtimestamp((now.timestamp() // SCAN_EVERY.seconds + 1) * SCAN_EVERY.seconds, now.tzinfo)
