"""Money has walls: each is a row of the database that only the ledger moves, whoever approves and however many try."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from orderwatch.core.playbook.actions import Undone
from orderwatch.core.playbook.acts import Done, Situation, Subject, acts_of
from orderwatch.core.playbook.facts import Facts
from orderwatch.core.playbook.load import load_playbook
from orderwatch.core.playbook.schema import Step
from orderwatch.paths import PLAYBOOKS
from orderwatch.pipeline.gate import AnswerRefused
from orderwatch.store import ledger
from orderwatch.store.database import business_now
from orderwatch.store.guards import BUDGET, NO_ROOM, refusal
from orderwatch.store.ledger import StepAct
from tests.pipeline.answering import Answering, important
from tests.pipeline.desk import HOUR, NOON, Desk

SUPERVISOR, MANAGER = "operations", "admin"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def an_incident(desk: Desk, number: int = 1) -> int:
    important(desk, f"SO{number}", value=90_000)
    return int(desk.ask("select max(incident_id) from incident")[0])


def pay(desk: Desk, incident: int, slot: int, **changes: Any) -> bool:
    """Plan one voucher of 10.00 yuan; whether there was room for it."""
    about = {
        "incident_id": incident, "step": "pay", "slot": f"S{slot}", "order_id": f"S{slot}", "customer_id": f"C{slot}",
        "side_effect": "money", "amount_minor": 1000, "currency": "CNY", "incident_cap_minor": 5000,
        "business_key": f"late_delivery:S{slot}",
    } | changes  # fmt: skip
    try:
        with desk.engine.begin() as conn:
            ledger.plan(
                conn, key=f"{incident}-{slot}", family="response", sink="voucher", recipient="C", payload={}, level=1,
                now=business_now(conn), valid_for=desk.policy.validity.triage_max_age, about=StepAct(**about),
            )  # fmt: skip
    except DBAPIError as error:
        if refusal(error) != NO_ROOM:
            raise
        return False
    return True


def committed(desk: Desk, scope: str) -> list[int]:
    return desk.ask("select committed_minor from budget where scope like :scope", scope=scope)


def test_sixteen_at_once_spend_on_one_incident_exactly_what_its_playbook_allows(desk: Desk) -> None:
    incident = an_incident(desk)
    start = Barrier(16)

    def attempt(slot: int) -> bool:
        start.wait()
        return pay(desk, incident, slot)

    with ThreadPoolExecutor(16) as pool:
        paid = list(pool.map(attempt, range(16)))
    assert sum(paid) == 5
    assert committed(desk, f"incident:{incident}:%") == [5000]


def test_what_is_given_back_can_be_spent_again(desk: Desk) -> None:
    incident = an_incident(desk)
    assert [pay(desk, incident, slot) for slot in range(6)] == [True] * 5 + [False]
    with desk.engine.begin() as conn:
        conn.execute(text("update effect set state = 'cancelled' where slot = 'S0'"))
    assert committed(desk, f"incident:{incident}:%") == [4000]
    assert pay(desk, incident, 7)


def test_money_without_a_limit_of_its_incident_is_not_even_planned(desk: Desk) -> None:
    incident = an_incident(desk)
    for cap in (None, 999):
        with pytest.raises(IntegrityError, match="effect_within"):
            pay(desk, incident, 1, incident_cap_minor=cap)


def test_a_campaign_costs_no_more_in_a_month_than_the_policy_says(desk: Desk) -> None:
    with desk.engine.begin() as conn:
        conn.execute(text("update campaign_limit set per_month_minor = 1500 where campaign = 'late_delivery'"))
    incident = an_incident(desk)
    assert [pay(desk, incident, slot) for slot in (1, 2)] == [True, False]
    assert committed(desk, "campaign:late_delivery:2026-11:CNY") == [1000]
    assert pay(desk, incident, 3, business_key="another_campaign:S3")  # that nobody has limited


def test_a_month_of_a_campaign_is_a_month_of_the_business(desk: Desk) -> None:
    with desk.engine.begin() as conn:
        conn.execute(text("update campaign_limit set per_month_minor = 1500 where campaign = 'late_delivery'"))
    incident = an_incident(desk)
    desk.set_time(NOON + timedelta(days=12, hours=11, minutes=30))  # half an hour before December, in Shanghai
    assert [pay(desk, incident, slot) for slot in (1, 2)] == [True, False]
    desk.advance(HOUR)
    assert pay(desk, incident, 3)
    assert committed(desk, "campaign:late_delivery:%") == [1000, 1000]


def test_a_limit_that_is_set_within_a_month_counts_the_whole_month(desk: Desk) -> None:
    with desk.engine.begin() as conn:
        conn.execute(text("delete from campaign_limit"))
    incident = an_incident(desk)
    assert pay(desk, incident, 1)
    with desk.engine.begin() as conn:
        conn.execute(text("insert into campaign_limit values ('late_delivery', 'CNY', 1500)"))
    assert not pay(desk, incident, 2)


def test_what_was_taken_under_another_zone_can_be_given_back(desk: Desk) -> None:
    incident = an_incident(desk)
    assert pay(desk, incident, 1)
    with desk.engine.begin() as conn:
        conn.execute(text("update money_policy set zone = 'Pacific/Kiritimati'"))  # tomorrow there
        conn.execute(text("update clock set ahead = ahead + interval '12 hours'"))
        conn.execute(text("update effect set state = 'cancelled' where slot = 'S1'"))
    assert committed(desk, f"incident:{incident}:%") == [0]


def test_a_limit_that_is_lowered_lets_nothing_more_out_and_gives_back_what_it_has(desk: Desk) -> None:
    incident = an_incident(desk)
    assert [pay(desk, incident, slot) for slot in (1, 2)] == [True, True]
    assert not pay(desk, incident, 3, incident_cap_minor=1500)
    with desk.engine.begin() as conn:
        conn.execute(text("update effect set state = 'cancelled' where slot in ('S1', 'S2')"))
    assert committed(desk, f"incident:{incident}:%") == [0]


def test_a_role_approves_no_more_in_a_day_than_it_may(desk: Desk) -> None:
    with desk.engine.begin() as conn:
        conn.execute(text("update approval_right set per_day_minor = up_to_minor"))  # 100.00 and 200.00 yuan
    important(desk, "SO1")
    first = Answering(desk)
    first.ask()
    assert first.answer("approve", SUPERVISOR).state == "done"
    important(desk, "SO2")
    second = Answering(desk)
    second.ask()
    with pytest.raises(AnswerRefused, match="role:customer_service_supervisor:2026-11-18:CNY is 10000"):
        second.answer("approve", SUPERVISOR)
    assert second.ask().state == "asks"  # the question is still open
    assert second.answer("reject", SUPERVISOR).state == "done"  # to say no costs nothing
    assert committed(desk, "role:%") == [9000]


def test_a_day_of_a_role_is_a_day_of_the_business(desk: Desk) -> None:
    with desk.engine.begin() as conn:
        conn.execute(text("update approval_right set per_day_minor = up_to_minor"))
    desk.set_time(NOON + 11 * HOUR + HOUR / 2)  # half an hour before midnight, in Shanghai
    for order_id in ("SO1", "SO2"):
        important(desk, order_id)
        answering = Answering(desk)
        answering.ask()
        assert answering.answer("approve", SUPERVISOR).state == "done"
        desk.advance(HOUR)
    assert sorted(desk.ask("select scope from budget where scope like 'role:%'")) == [
        "role:customer_service_supervisor:2026-11-18:CNY", "role:customer_service_supervisor:2026-11-19:CNY"
    ]  # fmt: skip


@pytest.mark.parametrize("wall", ["per_order_minor", "per_day_minor"])
def test_an_order_and_a_day_cost_no_more_than_the_policy_says(desk: Desk, wall: str) -> None:
    with desk.engine.begin() as conn:
        conn.execute(text(f"update money_policy set auto_approve_minor = 1000, {wall} = 2500"))
    incident = an_incident(desk)
    about = {"order_id": "S1"} if wall == "per_order_minor" else {}
    assert [pay(desk, incident, slot, **about) for slot in (1, 2, 3)] == [True, True, False]


def test_a_customer_gets_no_more_in_ninety_days_than_the_policy_says(desk: Desk) -> None:
    with desk.engine.begin() as conn:
        conn.execute(text("update money_policy set per_customer_minor = 2500"))
    incident = an_incident(desk)
    same = {"customer_id": "C1"}
    assert [pay(desk, incident, slot, **same) for slot in (1, 2)] == [True, True]
    with pytest.raises(DBAPIError, match="customer C1 would get 3000 CNY in 90 days, allowed are 2500") as refused:
        pay(desk, incident, 3, **same)
    assert refusal(refused.value) in BUDGET
    assert pay(desk, incident, 4)  # another one
    desk.advance(timedelta(days=90, seconds=1))
    assert pay(desk, incident, 5, **same)


@pytest.mark.parametrize("state", ["sending", "unknown", "needs_human"])
def test_what_may_have_been_paid_is_spent(desk: Desk, state: str) -> None:
    incident = an_incident(desk)
    pay(desk, incident, 1)
    with desk.engine.begin() as conn:
        conn.execute(
            text("update effect set state = 'sending', lease_until = now() + interval '1 h' where slot = 'S1'")
        )
        if state != "sending":
            about = {"state": state}
            conn.execute(text("update effect set state = :state, lease_until = null where slot = 'S1'"), about)
    assert committed(desk, f"incident:{incident}:%") == [1000]


def test_two_transactions_that_move_several_budgets_in_other_orders_do_not_wait_in_a_circle(desk: Desk) -> None:
    incident = an_incident(desk)
    for slot in (1, 2):
        assert pay(desk, incident, slot)
    cancel = text("update effect set state = 'cancelled' where slot = :slot")
    with desk.engine.begin() as one, ThreadPoolExecutor(1) as pool:
        one.execute(cancel, {"slot": "S1"})
        other = pool.submit(pay, desk, incident, 3, customer_id="C2", order_id="S2")
        time.sleep(0.2)  # it holds, or waits for, the budget of the second customer
        one.execute(cancel, {"slot": "S2"})
        one.commit()
        assert other.result(timeout=10)


def test_a_voucher_that_the_playbook_takes_back_is_undone_like_one_that_a_person_takes_back(desk: Desk) -> None:
    incident = an_incident(desk)
    pay(desk, incident, 1)
    (number,) = desk.ask("select effect_id from effect where slot = 'S1'")
    with desk.engine.begin() as conn:
        conn.execute(text("update effect set state = 'sending', lease_until = now() + interval '1 h'"))
        conn.execute(text("update effect set state = 'delivered', lease_until = null, delivered_at = now()"))
    loaded = load_playbook(PLAYBOOKS / "single_important.yaml")
    done = {"issue_voucher": [Done("V-1", "S1", 1000, "CNY", number)]}
    situation = Situation([Subject(Facts(), "S1")], desk.policy, desk.now(), done)
    steps = {
        **loaded.playbook.steps,
        "take_back": Step.model_validate({
            "title": {"zh-CN": "撤回", "en": "take back"},
            "action": "voucher.void",
            "with": {"of": "issue_voucher"},
        }),
    }
    inputs = {**loaded.inputs, "take_back": Undone(of="issue_voucher")}
    loaded = replace(loaded, playbook=loaded.playbook.model_copy(update={"steps": steps}), inputs=inputs)
    (act,) = acts_of(loaded, "take_back", situation)
    assert act.undoes == number
