"""What people do about an incident: one line each, in a role, on what they have seen; and what follows from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.acknowledge import acknowledge
from orderwatch.pipeline.people.act import By, Seen
from orderwatch.pipeline.people.close import close
from orderwatch.pipeline.people.dismiss import dismiss
from orderwatch.pipeline.people.level import set_level
from orderwatch.pipeline.people.merge import merge
from orderwatch.pipeline.people.snooze import end_silence, silence, snooze
from orderwatch.pipeline.people.stop import end_stop, hand_back, pause, stop, take_over
from orderwatch.store import ledger
from orderwatch.store.attention import acknowledge as acknowledge_by_shell
from orderwatch.store.silences import Matcher
from tests.pipeline.answering import Answering
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, a_shipment, an_order, late_in_pick
from tests.pipeline.people.conftest import People

TOLD = "select count(*) from effect where family = :f"


def refused(code: str, act: Any, *args: Any, **words: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act(*args, **words)
    assert caught.value.code == code
    assert caught.value.say("zh-CN") != caught.value.say("en")
    return caught.value


# --- one line each ---


def everything(people: People) -> dict[str, Any]:
    """Each action with what it needs, on the incident as it is at that moment."""
    return {
        "acknowledged": lambda: people.do("supervisor", acknowledge, people.seen(), "mine"),
        "paused": lambda: people.do("supervisor", pause, people.seen(), "why", people.until()),
        "handed_back": lambda: people.do("supervisor", hand_back, people.seen(), "done"),
        "taken_over": lambda: people.do("supervisor", take_over, people.seen(), "why", people.until()),
        "snoozed": lambda: people.do("supervisor", snooze, people.seen(), "why", people.until()),
        "raised_by_hand": lambda: people.do("supervisor", set_level, people.seen(), 2, "why"),
        "lowered_by_hand": lambda: people.do("manager", set_level, people.seen(), 1, "why"),
        "closed_by_hand": lambda: people.do("supervisor", close, people.seen(), "human", "why"),
    }


def test_every_action_is_one_line_with_its_actor_role_and_reason(people: People) -> None:
    for number, (event, act) in enumerate(everything(people).items(), 1):
        before = people.desk.ask("select count(*) from timeline")[0]
        act()
        assert people.desk.ask("select count(*) from timeline")[0] == before + 1, event
        last = people.lines()[-1]
        assert (last[0], last[1] in {"supervisor", "manager"}, bool(last[3])) == (event, True, True)
        assert people.seen().version == number
    assert people.lines()[0] == ("acknowledged", "supervisor", "customer_service_supervisor", "mine")


def test_an_action_without_its_line_cannot_be_committed(people: People) -> None:
    with pytest.raises(DBAPIError, match="has no line in the timeline"), people.desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into person_action (at, action, login, role, level, incident_id, seen_version)
            values (now(), 'acknowledge', 'supervisor', 'customer_service_supervisor', 0, 1, 0)
        """)
        )


# --- two at once ---


def test_the_second_of_two_hears_what_the_first_has_changed_by_whom_and_when(people: People) -> None:
    seen = people.seen()
    people.do("manager", pause, seen, "the printer is back in ten minutes", people.until())
    said = refused("changed", people.do, "supervisor", dismiss, seen, "false_alarm", "it is none")
    assert said.kind == "conflict"
    (change,) = said.changes
    assert (change["actor"], change["event"], change["role"]) == ("manager", "paused", "operations_manager")
    assert change["detail"]["reason"] == "the printer is back in ten minutes"
    assert abs(change["at"] - people.desk.now()) < MINUTE
    assert people.state() == "open"


def test_what_a_scan_changes_is_no_conflict(people: People) -> None:
    seen = people.seen()
    people.desk.advance(45 * MINUTE)
    people.desk.scan()  # escalates
    people.do("supervisor", acknowledge, seen)
    assert people.state() == "acknowledged"


def test_what_is_acknowledged_in_a_shell_is_a_change_as_well(people: People) -> None:
    seen = people.seen()
    with people.desk.engine.begin() as conn:
        acknowledge_by_shell(conn, 1, "li.ting")
    said = refused("changed", people.do, "supervisor", dismiss, seen, "false_alarm", "r")
    assert [change["actor"] for change in said.changes] == ["li.ting"]


def test_the_database_refuses_an_old_version_whoever_asks(people: People) -> None:
    people.do("supervisor", acknowledge, people.seen())
    with pytest.raises(DBAPIError, match="has been changed by a person since"), people.desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into person_action (at, action, login, role, level, incident_id, seen_version, reason)
            values (now(), 'dismiss', 'supervisor', 'customer_service_supervisor', 0, 1, 0, 'r')
        """)
        )


# --- what is needed ---


@pytest.mark.parametrize("reason", ["", "   ", "\x00"])
def test_a_reason_is_needed(people: People, reason: str) -> None:
    for act, words in (
        (pause, (reason, people.until())),
        (take_over, (reason, people.until())),
        (snooze, (reason, people.until())),
        (dismiss, ("false_alarm", reason)),
        (close, ("human", reason)),
        (set_level, (2, reason)),
    ):
        refused("no_reason", people.do, "supervisor", act, people.seen(), *words)


def test_an_end_is_needed_within_seven_days(people: People) -> None:
    for act in (pause, take_over, snooze):
        for step in (timedelta(0), -HOUR, timedelta(days=7, seconds=1)):
            refused("no_end", people.do, "supervisor", act, people.seen(), "why", people.until(step))


def test_a_reason_is_not_a_book(people: People) -> None:
    refused("too_long", people.do, "supervisor", dismiss, people.seen(), "false_alarm", "x" * 501)


def test_an_incident_that_there_is_not(people: People) -> None:
    assert refused("no_incident", people.do, "supervisor", acknowledge, Seen(77, 0)).kind == "not_found"


def test_it_is_acknowledged_once(people: People) -> None:
    people.do("supervisor", acknowledge, people.seen())
    said = refused("acknowledged_already", people.do, "manager", acknowledge, people.seen())
    assert "supervisor" in said.say("en")


# --- who ---


def test_a_mere_login_can_do_nothing(people: People) -> None:
    said = refused("no_role", people.do, "viewer", acknowledge, people.seen())
    assert said.kind == "forbidden" and "运营经理" in said.say("zh-CN")


def test_a_role_without_the_right_hears_who_has_it(people: People) -> None:
    said = refused("no_right", people.do, "picker", snooze, people.seen(), "why", people.until())
    assert "customer service supervisor" in said.say("en") and "拣货组长" in said.say("zh-CN")


def test_the_role_that_acts_is_the_owners_or_the_one_with_the_least_power(people: People) -> None:
    with people.desk.engine.begin() as conn:
        done = acknowledge(conn, people.desk.policy, By("manager", "operations_manager"), people.seen())
    assert done.role == "operations_manager"
    refused(
        "no_role", lambda: people.do("manager", lambda c, p, b: acknowledge(c, p, By("manager", "x"), people.seen()))
    )


# --- pause, take over, hand back ---


def test_a_take_over_stops_the_automation_and_takes_it_on(people: People) -> None:
    people.do("supervisor", take_over, people.seen(), "I call them myself", people.until())
    assert people.desk.ask("select control, taken_by from pause") == [("manual", "supervisor")]
    assert people.desk.ask("select state, acknowledged_by from incident") == [("acknowledged", "supervisor")]
    assert Answering(people.desk).perform("call_customer").state == "held"
    people.do("manager", hand_back, people.seen())
    assert Answering(people.desk).perform("call_customer").state == "done"


def test_only_what_is_paused_is_handed_back(people: People) -> None:
    refused("not_paused", people.do, "supervisor", hand_back, people.seen())


@pytest.mark.parametrize(("scope", "subject"), [("order", "SO1"), ("everything", "")])
def test_an_order_or_everything_is_paused_and_handed_back_by_number(people: People, scope: str, subject: str) -> None:
    people.do("manager", stop, scope, subject, "why", people.until())
    assert Answering(people.desk).perform("call_customer").state == "held"
    (number,) = people.desk.ask("select pause_id from pause")
    people.do("manager", end_stop, number)
    assert Answering(people.desk).perform("call_customer").state == "done"
    refused("no_pause", people.do, "manager", end_stop, number)


def test_everything_is_stopped_only_by_those_who_may_at_level_3(people: People) -> None:
    refused("no_right", people.do, "supervisor", stop, "everything", "", "why", people.until())


def test_what_nobody_knows_is_not_paused(people: People) -> None:
    refused("nothing_of_that_name", people.do, "manager", stop, "order", "SO9", "why", people.until())


# --- snooze ---


def test_a_snoozed_incident_is_silent_until_its_end_and_then_speaks_again(people: People) -> None:
    desk = people.desk
    opened = desk.ask(TOLD, f="opened")[0]
    people.do("supervisor", snooze, people.seen(), "the carrier calls back at two", people.until(2 * HOUR))
    desk.advance(HOUR)
    desk.scan()
    assert desk.ask(TOLD, f="escalated") == [0] and desk.ask(TOLD, f="reminder") == [0]
    assert desk.ask("select event from timeline where event in ('silenced', 'snoozed')") == ["snoozed"]
    desk.advance(HOUR)
    desk.scan()
    assert desk.ask(TOLD, f="opened")[0] == 2 * opened


def test_a_silence_over_more_than_one_incident_has_its_own_right(people: People) -> None:
    refused("no_right", people.do, "supervisor", silence, Matcher(kind="single"), "r", people.until())
    number = people.do("manager", silence, Matcher(kind="single"), "r", people.until())
    people.do("manager", end_silence, number)
    refused("no_silence", people.do, "manager", end_silence, number)


# --- dismissed and closed ---


def ended(people: People, how: str) -> None:
    if how == "dismissed":
        people.do("supervisor", dismiss, people.seen(), "false_alarm", "agreed with the customer")
    else:
        people.do("supervisor", close, people.seen(), "external", "the carrier was on strike")
    assert people.state() == how


@pytest.mark.parametrize("how", ["dismissed", "closed"])
def test_what_a_person_has_ended_is_not_opened_again_for_the_same_reason(people: People, how: str) -> None:
    desk = people.desk
    ended(people, how)
    desk.advance(15 * MINUTE)
    desk.scan()
    desk.advance(15 * MINUTE)
    same = an_order("SO1", version=NOON + MINUTE, value_minor=900_000, region="北京")  # a new word, nothing graver
    desk.scan(orders=[same], shipments=[a_shipment("SO1", version=NOON + MINUTE)])
    desk.ask_to_change("update order_alert set judged_at = null, verdict = null")  # as a corrected policy does
    desk.scan()
    assert desk.ask("select state from incident") == [how]


@pytest.mark.parametrize("how", ["dismissed", "closed"])
def test_a_graver_or_a_new_fact_opens_another(people: People, how: str) -> None:
    desk = people.desk
    ended(people, how)
    desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, shortage_skus=["SKU-1"])])
    assert desk.ask("select kind, state from incident order by incident_id") == [("single", how), ("stock_out", "open")]


@pytest.mark.parametrize("how", ["dismissed", "closed"])
def test_an_order_that_is_late_again_in_another_step_is_a_new_fact(people: People, how: str) -> None:
    desk = people.desk
    ended(people, how)
    moved = {"version": NOON + MINUTE, "picked_at": NOON + MINUTE}
    desk.scan(shipments=[a_shipment("SO1", **moved)])
    desk.advance(8 * HOUR)
    desk.scan()
    assert desk.incidents() == {"order:SO1:pick": how, "order:SO1:outbound": "open"}


@pytest.mark.parametrize("how", ["dismissed", "closed"])
def test_what_has_not_begun_is_called_off_and_those_who_were_told_hear_of_the_end_once(
    people: People, how: str
) -> None:
    desk = people.desk
    answering = Answering(desk)
    answering.perform("call_customer")
    answering.ask()
    assert answering.states("issue_voucher") == ["held"]
    told = desk.told("opened")
    ended(people, how)
    assert answering.states("issue_voucher") == ["cancelled"]
    assert answering.perform("issue_voucher").label == f"not needed: the incident is {how}"
    assert desk.told("resolved") == told
    before = desk.ask(TOLD, f="resolved")
    desk.scan()
    assert desk.ask(TOLD, f="resolved") == before
    words = desk.ask("select payload ->> 'text' from effect where family = 'resolved' and sink = 'wecom_app'")
    assert all("supervisor" in one for one in words)


@pytest.mark.parametrize("how", ["dismissed", "closed"])
def test_what_a_step_still_plans_when_it_has_just_ended_is_not_sent(people: People, how: str) -> None:
    ended(people, how)
    people.desk.ask_to_change("""
        insert into effect (effect_key, family, sink, recipient, payload, level, planned_at, valid_until,
            next_attempt_at, incident_id, step, slot, order_id)
        values ('late', 'response', 'work_order', 'x', '{}', 1, business_now(), business_now() + interval '1 hour',
            business_now(), 1, 'call_customer', 'SO1', 'SO1')
    """)
    with people.desk.engine.begin() as conn:
        assert ledger.claim(conn, people.desk.now(), only=["late"]) is None


def test_false_alarms_count_as_such_and_what_healed_by_itself_does_not(people: People) -> None:
    people.do("supervisor", dismiss, people.seen(), "healed", "it had left already")
    assert people.desk.ask("select dismissed_as from incident") == ["healed"]


def test_a_closed_one_has_its_cause_and_its_review(people: People) -> None:
    ended(people, "closed")
    assert people.desk.ask("select root_cause, root_cause_note, review_due_at - closed_at from incident") == [
        ("external", "the carrier was on strike", 72 * HOUR)
    ]


def test_what_is_over_is_over(people: People) -> None:
    ended(people, "dismissed")
    for act, words in (
        (acknowledge, ()),
        (pause, ("why", people.until())),
        (snooze, ("why", people.until())),
        (dismiss, ("duplicate", "r")),
        (close, ("human", "r")),
        (set_level, (2, "r")),
    ):
        refused("not_in_this_state", people.do, "supervisor", act, people.seen(), *words)
    with pytest.raises(DBAPIError, match="cannot go from dismissed to open"), people.desk.engine.begin() as conn:
        conn.execute(text("update incident set state = 'open', closed_at = null"))


def test_a_doubtful_one_is_dismissed_and_not_closed(desk: Desk) -> None:
    desk.scan(orders=[an_order("SO1", flags=["fraud_hold"])], shipments=[a_shipment("SO1")])
    people = People(desk)
    refused("not_in_this_state", people.do, "supervisor", close, people.seen(), "human", "r")
    people.do("supervisor", dismiss, people.seen(), "not_an_order", "a placeholder")
    desk.advance(5 * HOUR)  # longer than triage lasts
    desk.scan()
    assert desk.ask("select state, dismissed_as from incident") == [("dismissed", "not_an_order")]


# --- level ---


def test_raising_asks_the_new_owner_and_begins_its_clock(people: People) -> None:
    desk = people.desk
    people.do("supervisor", set_level, people.seen(), 2, "three customers of one firm")
    assert desk.ask(
        "select level, owner_role, acknowledge_by - business_now() > interval '14 minutes' from incident"
    ) == [(2, "operations_manager", True)]
    told = desk.ask(
        "select distinct recipient from effect where family = 'opened' and level = 2 and sink = 'wecom_app'"
    )
    assert set(told) == {"wang.fang", "zhao.lei"}


def test_what_a_person_has_lowered_no_scan_raises_again_unless_it_is_graver(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    people = People(desk)
    (batch,) = desk.ask("select incident_id from incident where kind = 'batch'")
    people.do("manager", set_level, people.seen(batch), 1, "the wave is on the belt")
    assert desk.ask("select level, owner_role from incident where kind = 'batch'") == [
        (1, "customer_service_supervisor")
    ]
    desk.scan(**late_in_pick("SO4", wave_no="W1"))
    assert desk.ask("select level from incident where kind = 'batch'") == [1]
    desk.ask_to_change("update incident set edit_version = edit_version where kind = 'batch'")
    desk.advance(MINUTE)
    people.do("supervisor", set_level, people.seen(batch), 2, "it is not")
    assert desk.ask("select level, overruled_level from incident where kind = 'batch'") == [(2, None)]


def test_a_level_goes_where_it_is_said(people: People) -> None:
    refused("same_level", people.do, "manager", set_level, people.seen(), 1, "r")
    refused("no_right", people.do, "supervisor", set_level, people.seen(), 0, "r")


# --- merge ---


def test_a_merged_incident_hands_its_orders_over_and_its_response_stops(desk: Desk) -> None:
    desk.scan(
        orders=[an_order("SO1", value_minor=900_000), an_order("SO2", value_minor=900_000)],
        shipments=[a_shipment("SO1"), a_shipment("SO2")],
    )
    people = People(desk)
    told = desk.told("opened")
    people.do("supervisor", merge, people.seen(2), 1, "the same parcel")
    assert desk.ask("select state, parent_id from incident order by incident_id") == [("open", None), ("merged", 1)]
    assert desk.ask("""
        select a.order_id from incident_member join anomaly a using (anomaly_id) where incident_id = 1 order by 1
    """) == ["SO1", "SO2"]
    assert desk.told("resolved") == told  # of the child, once
    assert desk.ask("select edit_version from incident order by incident_id") == [1, 1]
    gone = {"version": NOON + MINUTE, "picked_at": NOON + MINUTE}
    desk.scan(shipments=[a_shipment("SO1", **gone)])
    desk.scan()
    assert people.state(1) == "open"  # the other one is still stuck
    desk.scan(shipments=[a_shipment("SO2", **gone)])
    desk.scan()
    assert people.state(1) == "resolved"


def test_a_merger_needs_a_living_parent_and_the_right_over_both(desk: Desk) -> None:
    desk.scan(
        orders=[an_order("SO1", value_minor=900_000), an_order("SO2")], shipments=[a_shipment("SO1"), a_shipment("SO2")]
    )
    people = People(desk)
    single, ordinary = desk.ask("select incident_id from incident order by level desc")
    refused("into_itself", people.do, "supervisor", merge, people.seen(single), single)
    refused("no_right", people.do, "picker", merge, people.seen(ordinary), single)
    people.do("supervisor", dismiss, people.seen(single), "duplicate", "r")
    refused("not_in_this_state", people.do, "supervisor", merge, people.seen(ordinary), single)
