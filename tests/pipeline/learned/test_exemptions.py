"""Waiting that people call normal becomes an exemption with a known time: it moves the alarm and never deletes it."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.pipeline.people.rate import Rating, rate
from orderwatch.pipeline.people.rules import activate, retire, take_into_shadow
from tests.pipeline.desk import HOUR, NOON, a_shipment, an_order
from tests.pipeline.learned.room import DAY, Room


def gift(order_id: str, **changes: Any) -> dict[str, Any]:
    return an_order(order_id, flags=["gift_wrap"], **changes)


@pytest.fixture
def known(room: Room) -> Room:
    """Twelve gifts were called false alarms and left picking after two days; five other orders were really late."""
    false, real = [f"SO{n}" for n in range(1, 13)], [f"SO{n}" for n in range(21, 26)]
    room.scan(*map(gift, false), *map(an_order, real))
    for one in false:
        room.dismiss(one, "false_alarm")
    for one in real:
        room.close(one)
    room.desk.advance(2 * HOUR)
    now = room.desk.now()
    room.desk.scan(shipments=[a_shipment(one, version=now, picked_at=now) for one in false])
    return room


def rule_in_force(room: Room) -> Room:
    room.learn()
    room.decide("manager", take_into_shadow, 1, "twelve gifts")
    room.desk.advance(14 * DAY)
    room.decide("vp", activate, 1, room.desk.now() + 60 * DAY, "gifts take their time")
    return room


def test_how_long_waiting_is_normal_comes_from_those_that_have_waited(known: Room) -> None:
    known.learn()
    rule = "select kind, node, asked, expected_s / 60 from learned_rule"
    # from Monday 12:00 to Wednesday 14:15: what the warehouse, open from 8 to 20, has worked
    assert known.desk.ask(rule) == [("exemption", 3, [["flag", "gift_wrap"]], (8 + 12 + 6) * 60 + 15)]
    assert known.desk.ask("select false_alarms, real_delays, incidents, waits from rule_evidence") == [(12, 0, 12, 12)]


def test_without_enough_that_have_left_nobody_knows_how_long_and_nothing_is_proposed(room: Room) -> None:
    gifts = [f"SO{n}" for n in range(1, 13)]
    room.scan(*map(gift, gifts))
    for one in gifts:
        room.dismiss(one, "false_alarm")
    assert room.learn()["proposed"] == []


def test_ratings_say_so_as_well_and_whoever_takes_it_back_has_not_said_it(room: Room) -> None:
    gifts = [f"SO{n}" for n in range(1, 13)]
    room.scan(*map(gift, gifts))
    for one in gifts:
        room.do("manager", rate, room.incident_of(one), None, Rating(1, because="gifts take two days"))
    for one in gifts[:3]:
        room.do("manager", rate, room.incident_of(one), None, Rating(4))
    room.desk.advance(2 * HOUR)
    now = room.desk.now()
    room.desk.scan(shipments=[a_shipment(one, version=now, picked_at=now) for one in gifts])
    (found,) = room.learn()["proposed"]
    assert (found["kind"], found["false_alarms"]) == ("exemption", 9)


def late_now(room: Room, order_id: str, hours: float, **changes: Any) -> None:
    """An order that has been in picking for so many hours; it is noon on a Wednesday two weeks later."""
    now = room.desk.now()
    times = {"paid_at": now - 5 * DAY, "approved_at": now - 5 * DAY, "version": now}
    shipment = {"created_at": now - 5 * DAY, "printed_at": now - hours * HOUR, "version": now}
    room.desk.scan(orders=[gift(order_id, **times, **changes)], shipments=[a_shipment(order_id, **shipment)])


def test_it_moves_the_alarm_and_past_its_time_the_order_is_late(known: Room) -> None:
    room = rule_in_force(known)
    room.desk.set_time(NOON + 14 * DAY)
    late_now(room, "SO41", 6)
    assert room.desk.ask("select count(*) from anomaly where order_id = 'SO41'") == [0]
    (said,) = room.desk.ask("select detail -> 'explanation' from timeline where order_id = 'SO41'")
    assert "规则 1（标记：gift_wrap）" in said["zh-CN"] and "normal until" in said["en"]
    (moved,) = room.desk.ask("select expected_until is not null from order_alert where order_id = 'SO41'")
    assert moved is True
    room.desk.advance(4 * DAY)
    room.desk.scan()
    assert room.desk.ask("select verdict, level from anomaly where order_id = 'SO41'") == [("anomaly", 0)]


def test_retiring_it_lets_the_order_be_late_at_once(known: Room) -> None:
    room = rule_in_force(known)
    room.desk.set_time(NOON + 14 * DAY)
    late_now(room, "SO41", 6)
    room.decide("manager", retire, 1, "gifts are quick now")
    room.scan()
    assert room.desk.ask("select verdict from anomaly where order_id = 'SO41'") == ["anomaly"]


def test_a_platform_deadline_still_binds(known: Room) -> None:
    room = rule_in_force(known)
    room.desk.set_time(NOON + 14 * DAY)
    late_now(room, "SO42", 6, platform_deadline_at=NOON + 14 * DAY + HOUR)
    assert room.desk.ask("select verdict from anomaly where order_id = 'SO42'") == ["anomaly"]


def test_an_order_of_another_kind_is_as_late_as_ever(known: Room) -> None:
    room = rule_in_force(known)
    room.desk.set_time(NOON + 14 * DAY)
    now = room.desk.now()
    plain = an_order("SO43", paid_at=now - 5 * DAY, approved_at=now - 5 * DAY, version=now)
    shipment = a_shipment("SO43", created_at=now - 5 * DAY, printed_at=now - 6 * HOUR, version=now)
    room.desk.scan(orders=[plain], shipments=[shipment])
    assert room.desk.ask("select verdict from anomaly where order_id = 'SO43'") == ["anomaly"]
