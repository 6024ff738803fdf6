"""Refused records: which rule of which feed has refused them, what was wrong, and what an act would do to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.core.titles import say_code
from orderwatch.store import quarantine
from orderwatch.store.database import business_now
from orderwatch.store.quarantine import Wanted
from orderwatch.web.health.clock import Clock
from orderwatch.web.pictures.words import say

SIZE: Final = 100
What = Literal["again", "discard"]


@dataclass(frozen=True, slots=True)
class Record:
    """One record and the rule that refused it; ``detail`` names its fields with masked values."""

    number: int
    source: str
    feed: str
    record_id: str
    is_order: bool
    reason: str
    said: str
    detail: str
    since: str
    ago: str
    asked: str
    waiting: bool
    ended: str


@dataclass(frozen=True, slots=True)
class Rule:
    """How many records one rule has refused, of how many different numbers."""

    source: str
    feed: str
    reason: str
    said: str
    records: int
    different: int
    since: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """One page of records, and all rules by which some wait."""

    clock: Clock
    wanted: Wanted
    rules: Sequence[Rule]
    rows: Sequence[Record]
    total: int
    page: int
    may: bool
    roles: Sequence[str]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SIZE))


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would happen to one record; ``does`` is false where nothing would."""

    record: Record
    does: bool
    said: str


def read_refused(
    conn: Connection, policy: Policy, login: str, wanted: Wanted, page: int, language: Language, size: int = SIZE
) -> RefusedPage:
    clock = _clock(conn, policy, language)
    rows = quarantine.list_shown(conn, wanted, page, size)
    return RefusedPage(
        clock=clock,
        wanted=wanted,
        rules=[_rule(row, wanted, clock) for row in quarantine.count_by_rule(conn)],
        rows=[_record(row, policy, clock) for row in rows],
        total=rows[0].total if rows else 0,
        page=page,
        may=may_settle(policy, login),
        roles=[policy.role(code).title.say(language) for code in policy.roles.held_by(login)],
    )


def may_settle(policy: Policy, login: str) -> bool:
    return bool(set(policy.roles.held_by(login)) & set(policy.rights.who_may("quarantine", 0)))


def foresee(conn: Connection, policy: Policy, what: What, ids: Sequence[int], language: Language) -> list[Foreseen]:
    """What the act would do to each of these records, as they stand now."""
    clock = _clock(conn, policy, language)
    return [_foresee(_record(row, policy, clock), what, clock) for row in quarantine.read_chosen(conn, ids)]


def _foresee(record: Record, what: What, clock: Clock) -> Foreseen:
    language = clock.language
    if not record.waiting:
        return Foreseen(record, False, say(language, f"不变：{record.ended}", f"nothing: {record.ended}"))
    if what == "discard":
        said = say(
            language, "永久放弃；来源再发同样的内容也不再询问",
            "given up for good; not asked about again if the same is sent anew",
        )  # fmt: skip
        return Foreseen(record, True, said)
    again = say(
        language, "下次扫描再校验；规则和它引用的数据都没变，就会再次被拒",
        "the next scan checks it once more; it is refused again unless the rule, or what it refers to, has changed",
    )  # fmt: skip
    if record.asked:
        again += say(language, f"（{record.asked} 已要求过）", f" (asked for at {record.asked} already)")
    return Foreseen(record, True, again)


def _clock(conn: Connection, policy: Policy, language: Language) -> Clock:
    return Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)


def _record(row: Row[Any], policy: Policy, clock: Clock) -> Record:
    ended = ""
    if row.state != "new":
        by = f" · {policy.roles.name_of(row.handled_by)}" if row.handled_by else ""
        ended = f"{say_code(row.state, clock.language)} {clock.at(row.handled_at)}{by}"
    return Record(
        number=row.quarantine_id,
        source=row.source.upper(),
        feed=row.feed,
        record_id=row.record_id or "",
        is_order=row.feed == "orders" and bool(row.record_id),
        reason=row.reason,
        said=row.message.get(clock.language, row.reason),
        detail=row.detail,
        since=clock.at(row.first_seen_at),
        ago=clock.ago(row.first_seen_at),
        asked=clock.at(row.replay_asked_at) if row.replay_asked_at else "",
        waiting=row.state == "new",
        ended=ended,
    )


def _rule(row: Row[Any], wanted: Wanted, clock: Clock) -> Rule:
    return Rule(
        source=row.source,
        feed=row.feed,
        reason=row.reason,
        said=row.message.get(clock.language, row.reason),
        records=row.records,
        different=row.different,
        since=clock.ago(row.since),
        chosen=(wanted.source, wanted.feed, wanted.reason) == (row.source, row.feed, row.reason),
    )
