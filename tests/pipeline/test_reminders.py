"""What goes on is told again at growing intervals, in one message per role; so is a pause whose time is up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from orderwatch.pipeline.detect import detect
from orderwatch.pipeline.sources import feeds_of_all_sources
from orderwatch.store import pauses
from orderwatch.store.attention import acknowledge
from orderwatch.store.database import business_now
from tests.pipeline.books import fingerprints
from tests.pipeline.desk import HOUR, MINUTE, NOON, Body, Desk, a_shipment, an_order, late_in_pick

REMINDERS = "select count(*) from effect where family = 'reminder'"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def important(*order_ids: str) -> dict[str, list[Body]]:
    return {
        "orders": [an_order(one, value_minor=900_000) for one in order_ids],
        "shipments": [a_shipment(one) for one in order_ids],
    }


def take_on(desk: Desk, incident_id: int = 1) -> None:
    with desk.engine.begin() as conn:
        acknowledge(conn, incident_id, "li.ting")


def waits(desk: Desk, wait: timedelta) -> None:
    """Nothing is told a minute before the wait is over, and it is told when it is."""
    desk.advance(wait - MINUTE)
    assert desk.scan()["reminded"] == 0
    desk.advance(MINUTE)
    assert desk.scan()["reminded"] == 1
    assert desk.scan()["reminded"] == 0


# --- incidents ---


def test_the_waits_grow_and_then_stay_as_they_are(desk: Desk) -> None:
    desk.scan(**important("SO1"))
    for hours in (4, 12, 24, 24, 24):
        waits(desk, hours * HOUR)


def test_an_acknowledged_one_is_told_again_at_the_longest_interval_only(desk: Desk) -> None:
    desk.scan(**important("SO1"))
    desk.advance(10 * MINUTE)
    take_on(desk)
    waits(desk, 24 * HOUR)
    waits(desk, 24 * HOUR)


def test_one_message_per_role_holds_all_its_incidents(desk: Desk) -> None:
    desk.scan(**important("SO1", "SO2", "SO3"))
    for number in (1, 2, 3):
        take_on(desk, number)
    desk.advance(24 * HOUR)
    assert desk.scan()["reminded"] == 3
    assert len(desk.told("reminder")) == desk.ask(REMINDERS)[0] == 4  # two supervisors, by chat and by mail
    for said in desk.ask("select payload ->> 'text' from effect where family = 'reminder'"):
        assert all(order in said for order in ("SO1", "SO2", "SO3"))


def test_it_says_since_when_and_who_has_taken_it_on(desk: Desk) -> None:
    desk.scan(**important("SO1", "SO2"))
    take_on(desk, 2)
    desk.advance(24 * HOUR)
    desk.scan()
    said = dict(desk.ask("select recipient, payload ->> 'text' from effect where family = 'reminder'"))
    assert "#1 自 2026-11-18 12:00，尚无人确认" in said["li.ting"]
    assert "#2 since 2026-11-18 12:00, acknowledged by li.ting" in said["li.ting"]
    assert "#2" not in said["zhou.jianguo"]  # only what was escalated is with the last one asked


def test_an_ordinary_one_is_not_told_again(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.advance(4 * HOUR)
    assert desk.scan()["reminded"] == 0


def test_a_mitigated_one_that_nobody_has_acknowledged_is(desk: Desk) -> None:
    desk.scan(**important("SO1"))
    with desk.engine.begin() as conn:
        conn.execute(text("update incident set state = 'mitigated', mitigated_at = business_now()"))
    waits(desk, 4 * HOUR)


def test_one_that_is_over_is_not(desk: Desk) -> None:
    desk.scan(**important("SO1"))
    desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    desk.scan()
    desk.advance(3 * HOUR + 59 * MINUTE)
    assert desk.scan()["reminded"] == 0


def test_growth_neither_hastens_nor_delays_it(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    desk.advance(2 * HOUR)
    desk.scan(**late_in_pick("SO4", wave_no="W1"))
    assert desk.told("grown") != set()
    waits(desk, 2 * HOUR)


def test_a_rerun_reminds_nobody_twice_and_a_dry_run_nobody(desk: Desk) -> None:
    desk.scan(**important("SO1"))
    desk.advance(4 * HOUR)
    assert desk.scan(dry_run=True)["reminded"] == 1
    assert desk.ask(REMINDERS) == [0]
    scan_id = desk.open()
    desk.bring_in(scan_id)
    found = [detect(desk.engine, desk.policy, scan_id, feeds_of_all_sources(), "http://a") for _ in range(2)]
    assert [counts["reminded"] for counts in found] == [1, 0]


def test_between_reminders_a_scan_writes_nothing(desk: Desk) -> None:
    desk.scan(**important("SO1"))
    desk.advance(4 * HOUR)
    desk.scan()
    desk.advance(HOUR)
    before = fingerprints(desk.engine)
    desk.scan()
    assert fingerprints(desk.engine) == before


# --- pauses ---


def pause(desk: Desk, scope: str, subject: str, by: str = "wang.fang") -> int:
    with desk.engine.begin() as conn:
        return pauses.take(
            conn, scope=scope, subject=subject, by=by, reason="calls herself", lasting=2 * HOUR,  # type: ignore[arg-type]
            now=business_now(conn),
        )  # fmt: skip


@pytest.fixture
def late(desk: Desk) -> Desk:
    """A late order whose incident somebody has acknowledged, so that nothing else is told."""
    desk.scan(**important("SO1"))
    take_on(desk)
    return desk


OWNERS = {"li.ting", "chen.chen"}


@pytest.mark.parametrize(
    ("scope", "subject", "told"),
    [
        ("incident", "1", {"wang.fang"} | OWNERS),
        ("order", "SO1", {"wang.fang"} | OWNERS),
        ("playbook", "single_important", {"wang.fang", "zhao.lei"}),  # whoever owns level 2
        ("everything", "", {"wang.fang", "zhao.lei"}),
    ],
)
def test_a_pause_whose_time_is_up_is_told_to_who_took_it_and_to_the_owner(
    late: Desk, scope: str, subject: str, told: set[str]
) -> None:
    pause(late, scope, subject)
    waits(late, 2 * HOUR)
    chats = {recipient for sink, recipient in late.told("reminder") if sink == "wecom_app"}
    assert chats == told
    assert {recipient for sink, recipient in late.told("reminder") if sink == "mail"} == {
        f"{one}@example.com" for one in told
    }


def test_it_is_told_every_four_hours_until_somebody_ends_it_and_nothing_restarts(late: Desk) -> None:
    number = pause(late, "incident", "1")
    waits(late, 2 * HOUR)
    waits(late, 4 * HOUR)
    waits(late, 4 * HOUR)
    assert late.ask("select ended_at from pause") == [None]
    with late.engine.begin() as conn:
        pauses.end(conn, number, "wang.fang", business_now(conn))
    late.advance(5 * HOUR)
    assert late.scan()["reminded"] == 0


def test_it_says_what_is_paused_by_whom_and_why(late: Desk) -> None:
    pause(late, "order", "SO1", by="operations")
    late.advance(2 * HOUR)
    late.scan()
    said = dict(late.ask("select recipient, payload ->> 'text' from effect where family = 'reminder'"))
    assert "order SO1" in said["li.ting"] and "订单 SO1" in said["li.ting"]
    assert "paused by operations from 2026-11-18 12:00 to 2026-11-18 14:00" in said["li.ting"]
    assert "calls herself" in said["li.ting"]


def test_a_login_that_no_role_knows_leaves_the_owner(late: Desk) -> None:
    pause(late, "incident", "1", by="root")
    late.advance(2 * HOUR)
    late.scan()
    assert {recipient for sink, recipient in late.told("reminder") if sink == "wecom_app"} == OWNERS


def test_a_pause_of_what_is_over_reminds_nobody(late: Desk) -> None:
    pause(late, "incident", "1")
    late.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    late.scan()
    late.advance(3 * HOUR)
    assert late.scan()["reminded"] == 0
