"""What became of alarms and promises since the version has been in force: each is counted once, and rightly."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.pipeline.desk import HOUR, NOON
from tests.pipeline.drift.month import ALL, DAY, DUE, MONDAY, PICK, TRANSPORT, Month, lenient

# --- what counts as a false alarm ---


def test_an_alarm_whose_order_came_in_time_is_false(month: Month) -> None:
    month.order(alarmed=DUE - 30 * HOUR)
    month.happen()
    assert month.counts() == month.counts(TRANSPORT) == {"alarms": 1, "false_alarms": 1, "orders": 1}
    assert month.counts(PICK) == {"orders": 1}


@pytest.mark.parametrize("signed", [DUE + HOUR, None])
def test_an_alarm_whose_promise_broke_is_right(month: Month, signed: datetime | None) -> None:
    month.order(signed=signed, alarmed=DUE - 30 * HOUR)
    month.happen()
    assert month.counts() == {"alarms": 1, "orders": 1, "broken": 1, "early": 1}


def test_delivery_at_the_very_second_keeps_the_promise(month: Month) -> None:
    month.order(signed=DUE)
    month.happen()
    assert month.counts() == {"orders": 1}


def test_a_complaint_of_lateness_makes_an_alarm_right_and_no_other_complaint_does(month: Month) -> None:
    month.order("SO1", alarmed=DUE - 30 * HOUR, complained=DUE - 2 * HOUR)
    month.order("SO2", alarmed=DUE - 30 * HOUR)
    month.complain("SO2", DUE, "damaged")
    month.happen()
    assert month.counts() == {"alarms": 2, "false_alarms": 1, "orders": 2}


def test_what_a_person_dismissed_is_false_also_without_a_promise(month: Month) -> None:
    month.order("SO1", alarmed=DUE - 30 * HOUR, signed=DUE + DAY)
    month.order("SO2", alarmed=DUE - 30 * HOUR, promised=None)
    month.order("SO3", alarmed=DUE - 30 * HOUR, promised=None)
    month.happen()
    month.incident("SO1", "dismissed")
    month.incident("SO2", "dismissed")
    month.incident("SO3")
    assert month.counts() == {
        "alarms": 3, "false_alarms": 2, "no_truth": 1, "orders": 1, "broken": 1, "early": 1
    }  # fmt: skip


@pytest.mark.parametrize(
    ("dismissed_as", "false_alarms"), [("false_alarm", 1), ("not_an_order", 1), ("duplicate", 0), ("healed", 0)]
)
def test_only_what_was_no_alarm_counts_as_a_false_one(month: Month, dismissed_as: str, false_alarms: int) -> None:
    month.order("SO1", alarmed=DUE - 30 * HOUR, signed=DUE + DAY)
    month.happen()
    month.incident("SO1", "dismissed")
    month.desk.ask_to_change(f"update incident set dismissed_as = '{dismissed_as}'")
    assert month.counts().get("false_alarms", 0) == false_alarms


def test_an_order_late_in_two_steps_counts_once_for_all_steps(month: Month) -> None:
    month.order(alarmed=DUE - 30 * HOUR)
    month.alarm("SO1", DUE - 5 * DAY, PICK)
    month.alarm("SO1", DUE - 4 * DAY, PICK)
    month.happen()
    rows = month.check()
    assert {node: rows[node].false_alarms for node in rows} == {0: 1, 1: 0, 2: 0, 3: 1, 4: 0, 5: 1}


@pytest.mark.parametrize("change", [{"verdict": "suspect"}, {"by": "li.ting"}])
def test_doubt_and_what_people_report_are_no_alarms_of_a_clock(month: Month, change: dict[str, str]) -> None:
    month.order()
    month.alarm("SO1", DUE - 30 * HOUR, **change)
    month.happen()
    assert month.counts() == {"orders": 1}


def test_alarms_of_an_earlier_version_are_counted_apart(month: Month) -> None:
    month.desk.set_limits(dict.fromkeys(range(1, 6), 3600))
    month.order("SO1")
    month.alarm("SO1", DUE - 30 * HOUR, version=1)
    month.happen()
    assert month.counts() == {"earlier": 1, "orders": 1}


@pytest.mark.parametrize(
    ("effect", "delivered", "counts"),
    [
        ("'customer_mail', 'customer', 'SO1', 'C', 'k1'", DUE - 20 * HOUR, {"acted_on": 1}),
        ("'warehouse', 'internal', 'SO1', null, null", DUE - 20 * HOUR, {"acted_on": 1}),
        ("'warehouse', 'internal', null, null, null", DUE - 20 * HOUR, {"acted_on": 1}),  # for the whole incident
        ("'warehouse', 'internal', 'SO2', null, null", DUE - 20 * HOUR, {"false_alarms": 1}),
        ("'warehouse', 'internal', 'SO1', null, null", DUE, {"false_alarms": 1}),  # it had arrived by then
        ("'work_order', 'internal', 'SO1', null, null", DUE - 20 * HOUR, {"false_alarms": 1}),
    ],
)
def test_an_order_that_somebody_acted_for_is_neither_right_nor_false(
    month: Month, effect: str, delivered: datetime, counts: dict[str, int]
) -> None:
    month.order(alarmed=DUE - 30 * HOUR)
    month.happen()
    month.incident("SO1")
    month.desk.ask_to_change("alter table effect disable trigger user")  # they let nothing begin as delivered
    month.desk.ask_to_change(f"""
        insert into effect (
            effect_key, family, recipient, payload, level, state, planned_at, valid_until, next_attempt_at,
            delivered_at, incident_id, step, slot, sink, side_effect, order_id, customer_id, business_key
        )
        values (
            'k', 'response', 'r', '{{}}', 1, 'delivered', business_now(), business_now() + interval '1 h',
            business_now(), '{delivered}', 1, 's', 's', {effect}
        )
    """)
    assert month.counts() == {"alarms": 1, "orders": 1, **counts}


# --- what counts as a miss ---


@pytest.mark.parametrize("alarmed", [None, DUE + HOUR])
def test_a_promise_that_broke_before_any_alarm_is_missed_where_the_order_was(
    month: Month, alarmed: datetime | None
) -> None:
    month.order(signed=DUE + 2 * HOUR, alarmed=alarmed)
    month.happen()
    assert month.counts(TRANSPORT)["misses"] == month.counts()["misses"] == 1
    assert "misses" not in month.counts(PICK)


def test_an_order_that_is_still_in_an_earlier_step_is_missed_there(month: Month) -> None:
    month.order(signed=None)
    month.feeds["shipments"][0] |= {"picked_at": None, "shipped_at": None}
    month.happen()
    assert month.counts(PICK) == {"orders": 1, "broken": 1, "misses": 1}


@pytest.mark.parametrize(("before", "early"), [(24 * HOUR, 1), (23 * HOUR, 0)])
def test_what_was_known_a_day_before_it_broke_was_known_early(month: Month, before: timedelta, early: int) -> None:
    month.order(signed=DUE + HOUR, alarmed=DUE - before)
    month.happen()
    assert month.check()[ALL].early == early
    assert "misses" not in month.counts()


def test_what_people_find_wrong_with_an_order_is_no_alarm_about_its_lateness(month: Month) -> None:
    month.order(signed=DUE + HOUR)
    month.alarm("SO1", DUE - 2 * DAY, by="li.ting")
    month.happen()
    assert month.counts() == {"orders": 1, "broken": 1, "misses": 1}


@pytest.mark.parametrize("verdict", ["anomaly", "suspect"])
def test_an_alarm_in_any_step_before_the_break_is_no_miss(month: Month, verdict: str) -> None:
    month.order(signed=DUE + HOUR)
    month.alarm("SO1", DUE - 8 * DAY, PICK, verdict=verdict)
    month.happen()
    assert "misses" not in month.counts()
    assert month.counts()["early"] == 1


def test_a_complaint_of_lateness_before_any_alarm_is_a_miss(month: Month) -> None:
    month.order("SO1", complained=DUE - 2 * HOUR)
    month.order("SO2", complained=DUE - 2 * HOUR, promised=None)
    month.order("SO3", complained=DUE - 2 * HOUR, alarmed=DUE - 3 * HOUR)
    month.order("SO4", complained=DUE - 3 * HOUR, alarmed=DUE - 2 * HOUR)
    month.happen()
    assert month.counts() == {"alarms": 2, "orders": 4, "misses": 3, "by_complaint": 3}


def test_an_order_that_is_missed_twice_counts_once(month: Month) -> None:
    month.order(signed=DUE + DAY, complained=DUE + HOUR)
    month.happen()
    assert month.counts() == {"orders": 1, "broken": 1, "misses": 1}


# --- what is left out ---


def test_who_was_exempt_invalid_or_cancelled_is_left_out_and_counted(month: Month) -> None:
    month.order("SO1", signed=None, status="cancelled")
    month.order("SO2", signed=DUE + DAY, payment="refunded")
    for order_id in ("SO3", "SO4"):
        month.order(order_id, signed=DUE + DAY, alarmed=DUE - 30 * HOUR, complained=DUE)
    month.happen()
    for order_id, event in (("SO3", "exempted"), ("SO4", "not_valid")):
        month.desk.ask_to_change(
            f"insert into timeline (at, event, actor, order_id, node) values (now(), '{event}', 'x', '{order_id}', 5)"
        )
    assert month.counts() == {"exempt": 1, "invalid": 2, "cancelled": 1}


def test_what_nobody_knows_the_end_of_is_counted_and_nothing_more(month: Month) -> None:
    month.order("SO1", signed=None, status="completed", alarmed=DUE - 30 * HOUR)
    month.order("SO2", signed=None)
    month.order("SO3", signed=None, payment="unpaid", paid_at=None)
    month.happen()
    month.desk.ask_to_change("update orders set missing_since = now() where order_id = 'SO2'")
    assert month.counts() == {"alarms": 1, "no_truth": 1, "unknown": 3}


@pytest.mark.parametrize("due", [NOON - HOUR, NOON, MONDAY + HOUR])
def test_promises_that_were_due_before_the_version_or_are_not_due_yet_say_nothing(month: Month, due: datetime) -> None:
    month.order(promised=due, signed=None)
    month.happen()
    assert month.counts() == {}


def test_what_the_warehouse_has_not_told_yet_is_no_broken_promise(month: Month) -> None:
    month.order(signed=None)
    month.happen()
    month.desk.ask_to_change(f"update source_feed set last_ok_at = '{DUE - HOUR}' where feed = 'shipments'")
    assert month.counts() == {}


def test_the_window_is_as_long_as_the_policy_says(month: Month) -> None:
    month.order(signed=None)
    month.happen()
    assert month.check("one", lenient(window=9 * DAY))[ALL].orders == 0
    assert month.check("two", lenient(window=11 * DAY))[ALL].orders == 1
