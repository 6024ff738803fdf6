"""A step acts once, whatever is rerun, and only on what is still true."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from orderwatch.core.effect import Outcome
from orderwatch.core.playbook.load import load_playbook
from orderwatch.pipeline.dispatch import dispatch
from orderwatch.pipeline.playbook_run import Response
from orderwatch.pipeline.step import perform
from orderwatch.store import pauses
from tests.pipeline.answering import PLAYBOOKS, Answering, Sinks
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, a_shipment, an_order

STEPS = ("tell_owner", "call_customer", "issue_voucher", "apologise", "hurry_warehouse", "confirm")


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture
def answering(desk: Desk) -> Answering:
    """A VIP's late order of modest value: its voucher needs nobody's word."""
    desk.scan(
        orders=[an_order("SO1", value_minor=60_000)],
        shipments=[a_shipment("SO1")],
        customers=[{"customer_id": "C-SO1", "version": NOON, "tier": "vip"}],
    )
    return Answering(desk)


def test_every_step_of_the_playbook_acts_and_says_so_in_words(answering: Answering) -> None:
    results = {step: answering.perform(step) for step in STEPS}
    assert {step: result.state for step, result in results.items()} == dict.fromkeys(STEPS, "done")
    assert results["call_customer"].label == "open a work order: work_order-5"
    assert "¥6.00" in results["issue_voucher"].label and "voucher-6" in results["issue_voucher"].label
    assert answering.sinks.count() == {
        "wecom_app": 2, "mail": 2, "work_order": 1, "voucher": 1, "customer_mail": 1, "warehouse": 1
    }  # fmt: skip
    assert answering.desk.ask("select state from incident") == ["mitigated"]


def test_the_apology_speaks_of_the_voucher_that_was_issued(answering: Answering) -> None:
    for step in STEPS[:4]:
        answering.perform(step)
    letter = next(one for one in answering.sinks.arrived if one.sink == "customer_mail").payload["texts"]
    assert "¥6.00" in letter["zh-CN"]["text"] and "voucher-6" in letter["en"]["text"]


def test_without_a_voucher_the_apology_speaks_of_none(answering: Answering) -> None:
    answering.perform("apologise")
    assert "¥" not in answering.sinks.arrived[0].payload["texts"]["zh-CN"]["text"]


def test_twenty_reruns_of_everything_act_no_second_time(answering: Answering) -> None:
    for step in STEPS:
        answering.perform(step)
    once = answering.sinks.count()
    for _ in range(20):
        assert {answering.perform(step).state for step in STEPS} == {"done"}
    assert answering.sinks.count() == once


def test_the_owner_whom_the_scan_has_told_is_not_told_again(answering: Answering) -> None:
    answering.perform("tell_owner")
    before = answering.sinks.count()
    answering.perform("tell_owner")
    assert answering.sinks.count() == before
    assert answering.desk.ask("select count(*) from effect where family = 'opened'") == [4]


def test_an_order_that_has_moved_on_gets_neither_voucher_nor_letter(answering: Answering) -> None:
    answering.desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    for step in ("issue_voucher", "apologise"):
        result = answering.perform(step)
        assert (result.state, result.label) == ("skipped", "not needed: SO1 has moved on")
    assert not answering.sinks.arrived


def test_an_order_that_moves_on_after_the_intent_is_not_written_to(answering: Answering) -> None:
    answering.sinks.outcome["customer_mail"] = Outcome("not_sent", "down", timedelta(0))
    assert answering.perform("apologise").state == "again"
    answering.sinks.outcome.clear()
    answering.desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    assert answering.perform("apologise").state == "skipped"
    assert answering.states("apologise") == ["cancelled"]
    assert not answering.sinks.arrived


def test_an_incident_that_is_over_needs_no_step(answering: Answering) -> None:
    answering.desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    answering.desk.scan()
    result = answering.perform("call_customer")
    assert (result.state, result.label) == ("skipped", "not needed: the incident is resolved")


def test_a_refused_act_says_why_and_is_tried_anew_when_a_person_clears_it(answering: Answering) -> None:
    answering.sinks.outcome["work_order"] = Outcome("refused", "no such project")
    assert answering.perform("call_customer").label == "refused: no such project"
    answering.sinks.outcome.clear()
    assert answering.perform("call_customer").state == "done"
    assert answering.states("call_customer") == ["failed", "delivered"]


def test_an_order_of_an_incident_that_a_larger_one_explains_gets_neither_voucher_nor_letter(
    answering: Answering,
) -> None:
    response = answering.response
    with answering.desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into incident (dedup_key, kind, level, owner_role, observed_at, opened_at)
            values ('system_failure:F', 'system_failure', 3, 'vice_president', business_now(), business_now());
            update incident set inhibited_by = 2 where incident_id = 1;
        """)
        )
    for step in ("issue_voucher", "apologise"):
        assert perform(response, step).state != "done"
    assert not answering.sinks.arrived


def test_nobody_is_written_to_at_night(answering: Answering) -> None:
    answering.desk.set_time(NOON + 11 * HOUR)  # 23:00
    result = answering.perform("apologise")
    assert (result.state, result.label[:28]) == ("done", "waits until 11-19 08:00: cus")
    assert not answering.sinks.arrived


def other_letters(answering: Answering, sent: datetime) -> None:
    """Two letters to the same customer, about other orders and another incident."""
    with answering.desk.engine.begin() as conn:
        conn.execute(
            text("""
            with other as (
                insert into incident (
                    dedup_key, kind, level, owner_role, observed_at, opened_at, state, parent_id, closed_at
                )
                values ('other', 'batch', 2, 'operations_manager', now(), now(), 'merged', 1, now())
                returning incident_id
            )
            insert into effect (
                effect_key, family, sink, recipient, payload, level, planned_at, valid_until, next_attempt_at,
                order_id, customer_id, side_effect, business_key, incident_id, step, slot
            )
            select 'other-' || n, 'response', 'customer_mail', 'C-SO1', '{}', 1, business_now(),
                business_now() + interval '1 day', :sent, 'SO9' || n, 'C-SO1', 'customer', 'x:' || n,
                (select incident_id from other), 's', 'SO9' || n
            from generate_series(1, 2) as n
        """),
            {"sent": sent},
        )


def test_a_customer_is_written_to_twice_a_day_and_not_three_times(answering: Answering) -> None:
    other_letters(answering, sent=answering.desk.now())
    assert answering.perform("apologise").label == "not needed: the customer has been written to 2 times today"


def test_eight_incidents_of_one_customer_send_as_many_letters_as_one_day_allows(desk: Desk) -> None:
    numbers = range(1, 9)
    desk.scan(
        orders=[an_order(f"SO{n}", value_minor=60_000, customer_id="C-1") for n in numbers],
        shipments=[a_shipment(f"SO{n}") for n in numbers],
        customers=[{"customer_id": "C-1", "version": NOON, "tier": "vip"}],
    )
    loaded, sinks = load_playbook(PLAYBOOKS / "single_important.yaml"), Sinks()
    incidents = desk.ask("select incident_id from incident where state = 'open' and kind = 'single'")
    assert len(incidents) == 8

    def apologise(incident_id: int) -> str:
        return perform(Response(desk.engine, desk.policy, loaded, incident_id, sinks.senders()), "apologise").state

    with ThreadPoolExecutor(8) as pool:
        states = sorted(pool.map(apologise, incidents))
    assert states == ["done"] * 2 + ["skipped"] * 6
    assert sinks.count()["customer_mail"] == 2


def test_a_letter_that_waits_for_the_morning_counts_on_the_day_on_which_it_goes(answering: Answering) -> None:
    other_letters(answering, sent=NOON)
    answering.desk.set_time(NOON + 11 * HOUR)  # 23:00: what goes now goes tomorrow
    assert answering.perform("apologise").label.startswith("waits until 11-19 08:00")


def test_letters_that_have_waited_for_this_morning_are_letters_of_today(answering: Answering) -> None:
    answering.desk.set_time(NOON + 11 * HOUR)
    other_letters(answering, sent=NOON + 20 * HOUR)
    answering.desk.advance(10 * HOUR)
    assert answering.perform("apologise").label == "not needed: the customer has been written to 2 times today"


def test_another_incident_about_the_order_does_not_compensate_it_again(answering: Answering) -> None:
    answering.perform("issue_voucher")
    answering.desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    answering.desk.advance(30 * HOUR)
    answering.desk.scan()  # late again, in the next step
    again = answering.perform("issue_voucher")
    assert again.state == "skipped" and "late_delivery:SO1 is done already" in again.label
    assert answering.sinks.count()["voucher"] == 1


# --- people stop it ---


def pause(desk: Desk, scope: Any, subject: str) -> None:
    with desk.engine.begin() as conn:
        pauses.take(
            conn, scope=scope, subject=subject, by="wang.fang", reason="calls herself", lasting=2 * HOUR, now=desk.now()
        )


@pytest.mark.parametrize(
    ("scope", "subject"), [("everything", ""), ("playbook", "single_important"), ("order", "SO1"), ("incident", "1")]
)
def test_whoever_pauses_it_stops_every_step_until_somebody_hands_back(
    answering: Answering, scope: str, subject: str
) -> None:
    begin_run(answering)
    pause(answering.desk, scope, subject)
    result = answering.perform("issue_voucher")
    assert (result.state, result.label) == ("held", "held by wang.fang until 11-18 14:00: calls herself")
    answering.desk.advance(2 * HOUR)
    assert answering.perform("issue_voucher").label.endswith("its time is up, hand back or take over")
    with answering.desk.engine.begin() as conn:
        (one,) = pauses.read_live(conn)
        assert pauses.end(conn, one.pause_id, "wang.fang", answering.desk.now())
    assert answering.perform("issue_voucher").state == "done"


@pytest.mark.parametrize(("step", "sink"), [("call_customer", "work_order"), ("issue_voucher", "voucher")])
@pytest.mark.parametrize(
    ("scope", "subject"), [("everything", ""), ("playbook", "single_important"), ("order", "SO1"), ("incident", "1")]
)
def test_a_pause_stops_what_was_intended_before_it_and_not_sent_yet(
    answering: Answering, scope: str, subject: str, step: str, sink: str
) -> None:
    """Whether the act belongs to one order or, as the work order, to all of the incident."""
    begin_run(answering)
    answering.sinks.outcome[sink] = Outcome("put_off", "nobody could say", MINUTE)  # no fault of the sink
    answering.perform(step)
    answering.sinks.outcome.clear()
    answering.desk.advance(MINUTE)
    pause(answering.desk, scope, subject)
    dispatch(answering.desk.engine, answering.sinks.senders())
    assert answering.sinks.count()[sink] == 0
    with answering.desk.engine.begin() as conn:
        (one,) = pauses.read_live(conn)
        assert pauses.end(conn, one.pause_id, "wang.fang", answering.desk.now())
    dispatch(answering.desk.engine, answering.sinks.senders())
    assert answering.sinks.count()[sink] == 1


# --- the playbook's own limits ---


def begin_run(answering: Answering) -> None:
    with answering.desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into playbook_version values ('sha', 'single_important', 'raw', now());
            insert into response (incident_id, attempt, playbook, sha, run_id, started_at)
            values ((select max(incident_id) from incident), 1, 'single_important', 'sha', 'r', business_now());
        """)
        )


def test_after_its_time_the_playbook_leaves_the_incident_to_people(answering: Answering) -> None:
    begin_run(answering)
    answering.desk.advance(12 * HOUR - MINUTE)
    assert answering.perform("call_customer").state == "done"
    answering.desk.advance(2 * MINUTE)
    assert answering.perform("hurry_warehouse").label == "not needed: the playbook's time (12h) is over; people go on"


def test_one_incident_never_costs_more_than_its_playbook_allows(answering: Answering) -> None:
    limits = answering.loaded.playbook.limits.model_copy(  # type: ignore[union-attr]
        update={"spend": answering.loaded.playbook.limits.spend.model_copy(update={"amount_minor": 599})}  # type: ignore[union-attr]
    )
    playbook = answering.loaded.playbook.model_copy(update={"limits": limits})  # type: ignore[union-attr]
    answering.loaded = replace(answering.loaded, playbook=playbook)  # type: ignore[type-var]
    result = answering.perform("issue_voucher")
    assert (result.state, result.label) == (
        "failed", "held back: ¥6.00 is more than the playbook allows for one incident (¥5.99)"
    )  # fmt: skip


def test_an_end_that_has_not_come_is_waited_for(answering: Answering) -> None:
    playbook = answering.loaded.playbook.model_copy(update={"exit": "!order.still_late"})  # type: ignore[union-attr]
    answering.loaded = replace(answering.loaded, playbook=playbook)  # type: ignore[type-var]
    assert answering.perform("confirm").label == "not confirmed yet: !order.still_late is not so"


def test_every_pause_says_why_and_has_an_end(desk: Desk) -> None:
    with desk.engine.begin() as conn:
        for wrong in ({"reason": " "}, {"lasting": 8 * 24 * HOUR}, {"scope": "order", "subject": ""}):
            plain: dict[str, Any] = {
                "scope": "incident", "subject": "1", "by": "x", "reason": "y", "lasting": HOUR, "now": desk.now()
            }  # fmt: skip
            with pytest.raises(ValueError, match=r"say|lasts"):
                pauses.take(conn, **plain | wrong)


def test_taking_a_pause_again_moves_its_end_and_handing_back_twice_says_so(desk: Desk) -> None:
    with desk.engine.begin() as conn:
        about: dict[str, Any] = {"scope": "everything", "subject": "", "by": "x", "reason": "y", "now": desk.now()}
        first, second = (pauses.take(conn, lasting=hours * HOUR, **about) for hours in (1, 2))
        assert first == second and len(pauses.read_live(conn)) == 1
        assert [pauses.end(conn, first, "x", desk.now()) for _ in range(2)] == [True, False]


# --- what a critical second look found ---


def test_an_act_that_was_refused_is_not_confirmed_as_arrived(answering: Answering) -> None:
    answering.sinks.outcome["work_order"] = Outcome("refused", "no such project")
    answering.perform("call_customer")
    result = answering.perform("confirm")
    assert (result.state, result.label) == ("failed", "not confirmed: call_customer failed")
    assert answering.desk.ask("select state from incident") == ["open"]
    answering.sinks.outcome.clear()
    answering.perform("call_customer")
    assert answering.perform("confirm").label == "every act has arrived"


def test_a_letter_that_waits_for_the_morning_leaves_no_red_step_at_night(answering: Answering) -> None:
    answering.desk.set_time(NOON + 11 * HOUR)
    answering.perform("apologise")
    result = answering.perform("confirm")
    assert (result.state, result.label) == ("done", "every act has arrived, or waits for the morning: apologise")


def test_a_step_that_could_not_act_for_every_order_says_so(desk: Desk) -> None:
    orders = [an_order(one, value_minor=60_000) for one in ("SO1", "SO2", "SO3")]
    desk.scan(orders=orders, shipments=[a_shipment(one, wave_no="W1") for one in ("SO1", "SO2", "SO3")])
    answering = Answering(desk)
    limits = answering.loaded.playbook.limits  # type: ignore[union-attr]
    tight = limits.model_copy(update={"spend": limits.spend.model_copy(update={"amount_minor": 1300})})  # type: ignore[union-attr]
    playbook = answering.loaded.playbook.model_copy(update={"limits": tight})  # type: ignore[union-attr]
    answering.loaded = replace(answering.loaded, playbook=playbook)  # type: ignore[type-var]
    result = answering.perform("issue_voucher")
    assert result.state == "failed" and "held back: ¥6.00 is more than the playbook allows" in result.label
    assert answering.sinks.count() == {"voucher": 2}  # what could be done has been done


def test_a_new_owner_is_no_reason_for_a_second_work_order(answering: Answering) -> None:
    answering.perform("call_customer")
    with answering.desk.engine.begin() as conn:
        conn.execute(text("update incident set owner_role = 'operations_manager'"))
    assert answering.perform("call_customer").state == "done"
    assert answering.sinks.count() == {"work_order": 1}


def test_eight_workers_at_once_issue_one_voucher(answering: Answering) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(answering.perform, ["issue_voucher"] * 8))
    assert {result.state for result in results} <= {"done", "again"}
    assert answering.sinks.count() == {"voucher": 1}


def test_a_paused_playbook_keeps_back_what_its_finished_runs_left_for_the_morning(answering: Answering) -> None:
    answering.desk.set_time(NOON + 11 * HOUR)
    begin_run(answering)
    answering.perform("apologise")
    assert answering.perform("confirm").state == "done"
    with answering.desk.engine.begin() as conn:
        pauses.take(
            conn, scope="playbook", subject="single_important", by="x", reason="wrong words", lasting=24 * HOUR,
            now=answering.desk.now(),
        )  # fmt: skip
    answering.desk.advance(10 * HOUR)
    dispatch(answering.desk.engine, answering.sinks.senders())
    assert answering.sinks.count()["customer_mail"] == 0
