"""Learned rules in our tables: what is asked of late orders, what was recorded, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row

from orderwatch.core.learned.attributes import facts_of
from orderwatch.core.learned.evidence import Changed, Counts, Waits
from orderwatch.core.learned.feedback import Alarm, Word
from orderwatch.core.learned.mine import Ended
from orderwatch.core.learned.predicate import Predicate, predicate
from orderwatch.core.learned.rule import Kind, LearnedRule
from orderwatch.core.policy import Policy
from orderwatch.core.validity import CHECKS
from orderwatch.core.words import Node
from orderwatch.store.candidates import order_of
from orderwatch.store.database import as_json, run
from orderwatch.store.detection import read_calendars

SAMPLE: Final = 20_000  # ordinary orders that a condition is compared with
KEPT: Final = 500  # orders that a rule's evidence names
ASIDE: Final = frozenset({"duplicate", "healed"})


def read_asking(conn: Connection, now: datetime) -> tuple[LearnedRule, ...]:
    """The rules in the shadow, and those that are active and whose time is not up."""
    return tuple(map(rule_of, run(conn, "rules/read_asking", now=now)))


def rule_of(row: Row[Any]) -> LearnedRule:
    return LearnedRule(
        number=row.rule_id,
        kind=row.kind,
        state=row.state,
        asked=predicate(row.asked),
        node=None if row.node is None else Node(row.node),
        expected=None if row.expected_s is None else timedelta(seconds=row.expected_s),
    )


def read_alarms(conn: Connection, policy: Policy, since: datetime, now: datetime) -> list[Alarm]:
    """Everything that was alarmed since then, with all that was said about it.

    What a built-in check has doubted is left out: that its orders are doubtful is known already.
    """
    clock = _Clock(conn, policy, now)
    return [
        Alarm(
            order_id=row.order_id,
            node=Node(row.node),
            incident_id=row.incident_id,
            at=row.detected_at,
            facts=facts_of(order_of(row.orders, row.shipment, row.tier, ())),
            words=list(_words(row)),
            dwell_s=clock.dwell_s(row),
            left=row.left_at is not None,
            told_with=row.members,
        )
        for row in run(conn, "rules/read_alarms", since=since, now=now)
        if not CHECKS.keys() & set(row.reasons or ())
    ]


def _words(row: Row[Any]) -> Iterator[Word]:
    """What people said, by word or deed; only where nobody said anything, that the order moved on when it was late."""
    if row.state == "dismissed":
        yield Word(row.closed_at, "aside" if row.dismissed_as in ASIDE else row.dismissed_as or "aside")
    if row.root_cause is not None:
        yield Word(row.closed_at, "real")
    if row.acknowledged_at is not None:
        yield Word(row.acknowledged_at, "real")
    if row.rated_at is not None:
        yield Word(row.rated_at, "false_alarm")
    if row.complained_at is not None:
        yield Word(row.complained_at, "real")
    if row.state in {"resolved", "closed"} and not any((row.root_cause, row.acknowledged_at, row.rated_at)):
        yield Word(row.resolved_at, "real")


def read_ordinary(
    conn: Connection, policy: Policy, node: Node | None, since: datetime, now: datetime
) -> tuple[list[Mapping[str, frozenset[str]]], list[int | None]]:
    """A sample of orders that nobody was alarmed about, always the same, and how long each stayed if it has left."""
    clock = _Clock(conn, policy, now)
    rows = run(
        conn, "rules/read_ordinary", node=None if node is None else int(node), since=since, now=now, most=SAMPLE
    ).all()
    facts = [facts_of(order_of(row.orders, row.shipment, row.tier, ())) for row in rows]
    return facts, [clock.dwell_s(row) if row.left_at is not None else None for row in rows]


class _Clock:
    """How long an order has been in a node, in that node's own clock."""

    def __init__(self, conn: Connection, policy: Policy, now: datetime) -> None:
        self._calendars, self._policy, self._now = read_calendars(conn), policy, now

    def dwell_s(self, row: Row[Any]) -> int:
        left = row.left_at or self._now
        code = self._policy.calendar_code(Node(row.node), row.orders["warehouse"])
        calendar = self._calendars.get(code) if code else None
        if calendar is None:
            return int((left - row.entered_at).total_seconds())
        return calendar.work_between(row.entered_at, left)


def read_live(conn: Connection) -> Sequence[Row[Any]]:
    """Proposals and rules in the shadow or active."""
    return run(conn, "rules/read_live").all()


def read_ended(conn: Connection) -> list[tuple[Kind, Node | None, Ended]]:
    """What people have refused or given up."""
    return [
        (row.kind, None if row.node is None else Node(row.node), Ended(predicate(row.asked), row.false_alarms))
        for row in run(conn, "rules/read_ended")
    ]


def propose(
    conn: Connection, kind: Kind, node: Node | None, asked: Predicate, expected_s: int | None, by: str, now: datetime,
    replaces: int | None = None,
) -> int | None:  # fmt: skip
    """The number of the new proposal; none where the same condition is live already."""
    row = run(
        conn, "rules/propose", kind=kind, node=None if node is None else int(node), asked=as_json(asked),
        expected_s=expected_s, now=now, by=by, replaces=replaces,
    ).one_or_none()  # fmt: skip
    return None if row is None else int(row.rule_id)


def keep_evidence(
    conn: Connection, rule_id: int, run_id: str, since: datetime, now: datetime,
    counts: Counts, waits: Waits, changed: Iterable[Changed], incidents: int, hidden: int,
) -> None:  # fmt: skip
    """What was found this time; a run that is repeated keeps what it found first."""
    changed = list(changed)
    spared = {one.alarm.order_id for one in changed if one.label == "false" and one.instead != "later"}
    paid = run(conn, "rules/sum_vouchers", order_ids=sorted(spared), since=since).all()
    orders = [
        {
            "order_id": one.alarm.order_id,
            "node": int(one.alarm.node),
            "incident_id": one.alarm.incident_id,
            "at": one.alarm.at,
            "said": one.label,
            "instead": one.instead,
        }
        for one in sorted(changed, key=lambda one: (one.label != "real", one.alarm.order_id, one.alarm.node))
    ]
    run(
        conn,
        "rules/insert_evidence",
        rule_id=rule_id,
        run_id=run_id,
        now=now,
        window_from=since,
        false_alarms=counts.false_alarms,
        real_alarms=counts.real,
        real_delays=hidden,
        unanswered=counts.unanswered,
        incidents=incidents,
        feedback=counts.feedback,
        ordinary=counts.ordinary,
        population=counts.population,
        bound=counts.bound,
        chance=counts.chance,
        tried=counts.tried,
        waits=waits.samples,
        wait_median_s=waits.median_s,
        wait_p95_s=waits.p95_s,
        vouchers=sum(row.vouchers for row in paid),
        paid_minor=as_json({row.currency: row.amount_minor for row in paid}),
        orders=as_json(orders[:KEPT]),
    )


def list_rules(conn: Connection) -> Sequence[Row[Any]]:
    """Every rule with its latest evidence, the latest first."""
    return run(conn, "rules/list_rules", rule_id=None).all()


def read_rule(conn: Connection, rule_id: int) -> Row[Any] | None:
    return run(conn, "rules/list_rules", rule_id=rule_id).one_or_none()


def read_asked(conn: Connection, rule_id: int, most: int) -> Sequence[Row[Any]]:
    """The orders that it holds for among those that it was asked about."""
    return run(conn, "rules/read_asked", rule_id=rule_id, most=most).all()


def read_said(conn: Connection, incident_ids: Sequence[int], most: int) -> Sequence[Row[Any]]:
    """What the staff has written when it called these incidents false alarms, the latest first."""
    return run(conn, "rules/read_said", incident_ids=list(incident_ids), most=most).all()


def forget_verdicts(conn: Connection, now: datetime) -> None:
    """Other rules are in force than those by which the standing verdicts were taken: every open order is asked anew.

    Whoever calls holds the lock on alert times; the next scan lets them follow.
    """
    run(conn, "alerts/forget_verdicts", now=now)
    run(conn, "thresholds/mark_behind")


def end_expired(conn: Connection, now: datetime) -> int:
    """Retire what nobody has renewed; how many. Whoever calls holds the lock on alert times."""
    ended = len(run(conn, "rules/end_expired", now=now).all())
    if ended:
        forget_verdicts(conn, now)
    return ended
