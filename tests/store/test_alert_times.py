"""The alert time that SQL calculates is, to the second, the one that plain Python says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, text

from orderwatch.core.calendar import WorkCalendar
from orderwatch.core.calendar_days import days_of, spans_of
from orderwatch.core.policy import Policy, load_policy
from orderwatch.core.policy.calendars import CalendarPolicy
from orderwatch.core.words import Node
from orderwatch.paths import POLICY
from orderwatch.store.database import run
from orderwatch.store.detection import read_calendars
from orderwatch.store.policy import publish_policy

NOW = datetime(2026, 10, 8, 2, tzinfo=UTC)
ROWS = 2000
LUNCH = {
    "title": {"zh-CN": "午休仓", "en": "with a lunch break"}, "kind": "warehouse", "zone": "Asia/Shanghai",
    "weekly": {"mon-sat": ["08:30-12:00", "13:15-17:45"]}, "holidays": "cn",
    "closed": [{"first": "2026-10-12", "last": "2026-10-14", "reason": "stocktaking"}],
}  # fmt: skip
NIGHT = {
    "title": {"zh-CN": "夜班仓", "en": "at night, where clocks change"}, "kind": "warehouse", "zone": "Europe/Berlin",
    "weekly": {"mon-fri": ["22:00-06:00"], "sun": ["22:00-06:00"]}, "holidays": "DE",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One order in one node with everything its alert time depends on."""

    node: Node
    calendar: str | None
    entered_at: datetime
    threshold_s: int | None
    deadline: datetime | None
    stopped_at: datetime | None
    expected_until: datetime | None


def the_policy() -> Policy:
    """The shipped policy and two warehouses with unusual hours."""
    policy = load_policy(POLICY)
    more = {
        f"warehouse:{name}": CalendarPolicy.model_validate_json(json.dumps(hours))
        for name, hours in {"LUNCH": LUNCH, "NIGHT": NIGHT}.items()
    }
    calendars = policy.calendars.model_copy(update={"calendars": {**policy.calendars.calendars, **more}})
    return policy.model_copy(update={"calendars": calendars})


@pytest.fixture(scope="module")
def policy() -> Policy:
    return the_policy()


@pytest.fixture(scope="module")
def engine(databases: Any, policy: Policy) -> Engine:
    made: Engine = databases.copy()
    with made.begin() as conn:
        publish_policy(conn, policy, NOW)
    return made


def expected(case: Case, policy: Policy, calendars: Mapping[str, WorkCalendar]) -> datetime:
    """The formula in the words of ``domain.md``: limit, ceiling, exemption with grace, platform deadline."""
    rules = policy.node(case.node)
    late = case.entered_at + rules.ceiling
    if case.threshold_s is not None:
        learned: datetime | None
        if case.threshold_s == 0:
            learned = case.entered_at.replace(microsecond=0) if rules.working_time else case.entered_at
        elif not rules.working_time:
            learned = case.entered_at + timedelta(seconds=case.threshold_s)
        else:
            hours = calendars.get(case.calendar or "")
            learned = hours.add_work(case.entered_at, case.threshold_s) if hours else None
        late = min(late, learned or late)
    if case.expected_until is not None:
        late = max(late, case.expected_until + rules.grace)
    if case.deadline is not None:
        late = min(late, case.deadline - rules.platform_lead)
    if case.stopped_at is not None:
        late = min(late, case.stopped_at)
    return late


def some_case(dice: Random, number: int, calendars: list[str]) -> Case:
    def within(days: float) -> datetime:
        return NOW + timedelta(seconds=dice.randint(int(-days * 86_400), int(days * 86_400)))

    local = NOW.astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=0, minute=0)
    edges = [local.replace(hour=h, minute=m, second=s) for h, m in ((8, 0), (12, 0), (20, 0)) for s in (0, 1, 59)]
    beyond = NOW + timedelta(days=dice.choice((-405, 398, 405)))
    entered = [within(60), within(3), dice.choice(edges).astimezone(UTC), beyond][min(number % 8, 3)]
    return Case(
        node=Node(dice.randint(1, 5)),
        calendar=dice.choice([*calendars, None]),
        entered_at=entered + timedelta(microseconds=dice.choice((0, 0, 1, 999_999))),
        threshold_s=dice.choice((
            None,
            0,
            1,
            dice.randint(1, 7200),
            dice.randint(1, 400_000),
            dice.randint(1, 5_000_000),
        )),
        deadline=within(20) if dice.random() < 0.3 else None,
        stopped_at=within(20) if dice.random() < 0.1 else None,
        expected_until=within(20) if dice.random() < 0.3 else None,
    )


def laid_out(policy: Policy) -> dict[str, WorkCalendar]:
    """All calendars straight from the policy, over the days that are published at ``NOW``."""
    month, horizon = NOW.date().replace(day=1), policy.calendars.horizon
    first, last = month - horizon.back, month + horizon.ahead
    return {
        code: WorkCalendar.of(spans_of(days_of(rules, first, last), rules.zone))
        for code, rules in policy.calendars.calendars.items()
    }


def ask_sql(conn: Connection, cases: list[Case]) -> list[datetime]:
    """The alert times of the cases in their order; each case has a cell with its own limit."""
    version = run(
        conn, "thresholds/insert_version", model="test", now=NOW, window_from=NOW - timedelta(days=1), window_to=NOW,
        stages=1, policy_version="test", run_id=None, document=None, report="{}",
    ).scalar_one()  # fmt: skip
    known = [
        {"v": version, "cell": n + 1, "s": c.threshold_s} for n, c in enumerate(cases) if c.threshold_s is not None
    ]
    conn.execute(text("insert into threshold values (:v, :cell, :s, 1, 0, 1, 'test')"), known)
    run(conn, "thresholds/decide", version=version, decision="in_force", by="test", reason="test", now=NOW)
    run(conn, "thresholds/activate", version=version)
    codes = {row.code: row.calendar_id for row in conn.execute(text("select code, calendar_id from calendar"))}
    run(conn, "alerts/create_alert_input")
    conn.execute(
        text("insert into alert_input values (:id, :node, :cell, :calendar, :entered, :deadline, :stopped, :expected)"),
        [
            {
                "id": f"{n:05}", "node": int(c.node), "cell": n + 1, "calendar": codes.get(c.calendar or ""),
                "entered": c.entered_at, "deadline": c.deadline, "stopped": c.stopped_at,
                "expected": c.expected_until,
            }
            for n, c in enumerate(cases)
        ],
    )  # fmt: skip
    run(conn, "alerts/calculate", version=None)
    return list(conn.execute(text("select alert_at from alert_result order by order_id")).scalars())


def test_two_thousand_random_orders_become_late_exactly_when_python_says(engine: Engine, policy: Policy) -> None:
    dice, calendars = Random(2026), laid_out(policy)
    cases = [some_case(dice, n, sorted(calendars)) for n in range(ROWS)]
    with engine.begin() as conn:
        answers = ask_sql(conn, cases)
    wanted = [expected(case, policy, calendars) for case in cases]
    different = [row for row in zip(cases, answers, wanted, strict=True) if row[1] != row[2]]
    assert different == []


def test_every_kind_of_input_is_among_the_random_ones(policy: Policy) -> None:
    dice, calendars = Random(2026), laid_out(policy)
    cases = [some_case(dice, n, sorted(calendars)) for n in range(ROWS)]
    limits = [case for case in cases if case.threshold_s and policy.node(case.node).working_time]
    done = [calendars[c.calendar].add_work(c.entered_at, c.threshold_s) for c in limits if c.calendar]  # type: ignore[arg-type]
    assert sum(one is None for one in done) > 20  # beyond the known days
    assert sum(case.calendar is None for case in limits) > 20
    assert sum(case.deadline is not None and case.expected_until is not None for case in cases) > 20
    assert len({(case.node, case.calendar) for case in cases}) == 5 * (len(calendars) + 1)


def test_calendars_in_the_database_are_those_of_the_policy(engine: Engine, policy: Policy) -> None:
    with engine.connect() as conn:
        stored = read_calendars(conn)
    for code, hours in laid_out(policy).items():
        assert (stored[code].opens == hours.opens).all() and (stored[code].closes == hours.closes).all(), code


def test_publishing_the_same_policy_again_writes_nothing(engine: Engine, policy: Policy) -> None:
    with engine.begin() as conn:
        assert not publish_policy(conn, policy, NOW + timedelta(days=3))
        assert publish_policy(conn, policy, NOW + timedelta(days=40))  # a new month lays out new days
