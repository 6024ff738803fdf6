"""Customers of an incident that is over are asked once, as they want it, within every limit; or not, for a reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from orderwatch.core.effect import Outcome
from orderwatch.pipeline.letters import count_letters
from orderwatch.pipeline.people.dismiss import dismiss
from orderwatch.pipeline.people.stop import stop
from orderwatch.pipeline.survey.ask import ask
from orderwatch.pipeline.survey.invite import invite
from tests.pipeline.desk import HOUR, MINUTE, NOON, a_shipment, an_order
from tests.pipeline.killing import killed_after
from tests.pipeline.survey.conftest import A_DAY, Survey

EFFECTS = "select sink, customer_id, side_effect, state from effect where family = 'survey' order by effect_id"


def test_a_day_after_the_close_every_customer_has_one_letter(survey: Survey) -> None:
    survey.over("SO1", "SO2")
    survey.desk.advance(24 * HOUR - MINUTE)
    assert survey.ask() == {"invited": 0, "asked": 0, "waits": 0, "not_asked": 0, "expired": 0}
    survey.desk.advance(2 * MINUTE)
    assert survey.ask() == {"invited": 2, "asked": 2, "waits": 0, "not_asked": 0, "expired": 0}
    assert survey.ask()["asked"] == 0
    assert survey.send() == {"delivered": 2}
    assert survey.states() == {"C-SO1": ("sent", None), "C-SO2": ("sent", None)}
    assert survey.desk.ask(EFFECTS) == [
        ("customer_mail", "C-SO1", "customer", "delivered"), ("customer_mail", "C-SO2", "customer", "delivered")
    ]  # fmt: skip


def test_the_ledger_holds_no_link_that_anybody_could_use(survey: Survey) -> None:
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    survey.ask()
    survey.send()
    (sent,) = survey.sinks.arrived
    letter = sent.payload["texts"]["en"]
    assert (
        "{link}?lang=en" in letter["text"]
        and "we are sorry" in letter["text"]
        and "SO1" in letter["text"]
        and "SO1" in letter["subject"]
    )
    assert sent.payload["survey"]["link_id"] == survey.link("C-SO1").link_id


def test_a_customer_of_several_orders_is_asked_about_the_first(survey: Survey) -> None:
    one = {"customer_id": "C-1"}
    survey.desk.scan(
        orders=[an_order("SO1", **one), an_order("SO2", **one)],
        shipments=[
            a_shipment("SO1", fault_code="E42"), a_shipment("SO2", fault_code="E42", printed_at=NOON - 47 * HOUR)
        ],
    )  # fmt: skip
    survey.office.close(survey.office.youngest(), "system", "r")
    survey.desk.advance(A_DAY)
    assert survey.ask()["asked"] == 1
    assert survey.desk.ask("select customer_id, order_id from survey_invitation") == [("C-1", "SO1")]


def test_two_that_plan_at_once_ask_once(survey: Survey) -> None:
    survey.over(*(f"SO{n}" for n in range(1, 9)))
    survey.desk.advance(A_DAY)
    now, asking = survey.desk.now(), survey.asking
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: (invite(asking.engine, asking.policy, now), ask(asking, now)), range(2)))
    assert survey.desk.ask("select count(*), count(distinct customer_id) from effect where family = 'survey'") == [
        (8, 8)
    ]  # fmt: skip
    assert {state for state, _ in survey.states().values()} == {"planned"}


def test_whoever_has_opted_out_is_not_asked_and_that_is_counted(survey: Survey) -> None:
    survey.over("SO1", "SO2", "SO3")
    survey.ways |= {"C-SO1": "opted_out", "C-SO2": "none"}
    survey.desk.advance(A_DAY)
    assert survey.ask() == {"invited": 3, "asked": 1, "waits": 0, "not_asked": 2, "expired": 0}
    assert survey.states() == {
        "C-SO1": ("not_asked", "opt_out"), "C-SO2": ("not_asked", "no_address"), "C-SO3": ("planned", None)
    }  # fmt: skip


def test_whoever_opts_out_before_the_letter_leaves_is_not_written_to(survey: Survey) -> None:
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    survey.ask()
    survey.sinks.outcome["customer_mail"] = Outcome("called_off", "the customer does not want to be written to")
    assert survey.send() == {"called_off": 1}
    assert survey.states() == {"C-SO1": ("not_asked", "opt_out")}


def test_whoever_prefers_the_telephone_is_a_task_of_the_call_centre(survey: Survey) -> None:
    survey.over("SO1")
    survey.ways["C-SO1"] = "call"
    survey.desk.advance(A_DAY)
    survey.ask()
    survey.send()
    (task,) = survey.sinks.arrived
    assert task.sink == "crm_task" and "{link}" in task.payload["text"]
    survey.answer("C-SO1", 9)
    assert survey.desk.ask("select channel, score from survey_answer") == [("call", 9)]


def test_whose_address_takes_no_mail_is_called_by_another_link(survey: Survey) -> None:
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    survey.ask()
    survey.sinks.outcome["customer_mail"] = Outcome("refused", "the mail server refuses …")
    first = survey.link("C-SO1")
    survey.send()
    assert survey.states() == {"C-SO1": ("planned", None)}
    assert survey.ask()["asked"] == 1
    assert survey.send() == {"delivered": 1}
    assert survey.link("C-SO1").link_id != first.link_id
    assert survey.desk.ask("select sink, state from effect where family = 'survey' order by effect_id") == [
        ("customer_mail", "failed"), ("crm_task", "delivered")
    ]  # fmt: skip


def test_whoever_was_asked_lately_is_not_asked_again(survey: Survey) -> None:
    survey.desk.scan(orders=[an_order("SO1", customer_id="C-1")], shipments=[a_shipment("SO1", fault_code="E1")])
    survey.office.close(survey.office.youngest(), "system", "r")
    survey.desk.scan(orders=[an_order("SO2", customer_id="C-1")], shipments=[a_shipment("SO2", fault_code="E2")])
    survey.office.close(survey.office.youngest(), "system", "r")
    survey.desk.advance(A_DAY)
    assert survey.ask() == {"invited": 2, "asked": 1, "waits": 0, "not_asked": 1, "expired": 0}
    assert survey.desk.ask("select state, reason from survey_invitation order by invitation_id") == [
        ("planned", None), ("not_asked", "asked_recently")
    ]  # fmt: skip


def write_to(survey: Survey, customer: str, times: int) -> None:
    for no in range(times):
        survey.desk.ask_to_change(f"""
            insert into effect (effect_key, family, sink, recipient, payload, level, planned_at, valid_until,
                next_attempt_at, incident_id, step, slot, order_id, customer_id, side_effect, business_key)
            values ('k{no}', 'response', 'customer_mail', '{customer}', '{{}}', 1, business_now(),
                business_now() + interval '1 day', business_now(), 1, 'apologise', '{no}', 'SO{no}', '{customer}',
                'customer', 'apology:{no}')
        """)


def test_whoever_has_had_enough_letters_today_waits_for_tomorrow(survey: Survey) -> None:
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    write_to(survey, "C-SO1", survey.desk.policy.response.customer_messages.per_day)
    assert survey.ask()["waits"] == 1
    assert survey.states() == {"C-SO1": ("planned", "message_cap")}
    survey.desk.advance(24 * HOUR)
    assert survey.ask()["asked"] == 1


def test_a_survey_is_a_letter_of_its_day(survey: Survey) -> None:
    """It takes from the same cap: a playbook that wants to write on that day finds it counted."""
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    survey.ask()
    with survey.desk.engine.begin() as conn:
        assert count_letters(conn, survey.desk.policy, "C-SO1", survey.desk.now()).letters == 1


def test_in_quiet_hours_the_letter_waits_for_the_morning(survey: Survey) -> None:
    survey.over("SO1")
    survey.desk.advance(35 * HOUR)  # 23:00
    assert survey.ask()["asked"] == 1
    assert survey.send() == {}
    survey.desk.advance(9 * HOUR + MINUTE)
    assert survey.send() == {"delivered": 1}
    ((until,),) = [survey.desk.ask("select valid_until from survey_invitation")]
    assert until == NOON + timedelta(days=2, hours=-4) + survey.desk.policy.survey.valid_for


@pytest.mark.parametrize("what", ["crm_silent", "no_key", "paused"])
def test_what_keeps_a_customer_from_being_asked_is_the_reason_when_the_time_is_over(survey: Survey, what: str) -> None:
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    if what == "crm_silent":
        survey.ways["C-SO1"] = Outcome("not_sent", "the CRM is down")
    elif what == "no_key":
        survey.has_links = False
    else:
        survey.office.do("vp", stop, "everything", "", "a check", survey.desk.now() + 90 * HOUR)
    assert survey.ask()["waits"] == 1
    assert survey.states() == {"C-SO1": ("planned", what)}
    survey.desk.advance(48 * HOUR)
    assert survey.ask()["not_asked"] == 1
    assert survey.states() == {"C-SO1": ("not_asked", what)}


def test_a_pause_of_everything_stops_letters_that_have_not_left(survey: Survey) -> None:
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    survey.ask()
    survey.office.do("vp", stop, "everything", "", "a check", survey.desk.now() + HOUR)
    assert survey.send() == {}


def test_a_crm_that_gives_no_answer_is_not_asked_about_everybody(survey: Survey) -> None:
    survey.over("SO1", "SO2", "SO3")
    survey.ways |= dict.fromkeys(("C-SO1", "C-SO2", "C-SO3"), Outcome("not_sent", "the CRM is down"))
    survey.desk.advance(A_DAY)
    assert survey.ask()["waits"] == 1


def test_a_letter_of_which_nobody_knows_whether_it_arrived_is_never_sent_again(survey: Survey) -> None:
    """A worker that dies between its claim and its word leaves the same: the ledger asks a person."""
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    survey.ask()
    survey.sinks.outcome["customer_mail"] = Outcome("unknown", "the answer was lost")
    assert survey.send() == {"unknown": 1}
    for _ in range(2):
        survey.desk.advance(HOUR)
        survey.ask()
        assert survey.send() == {}
    assert survey.desk.ask("select state from effect where family = 'survey'") == ["needs_human"]
    survey.answer("C-SO1", 10)  # it had arrived
    assert survey.states() == {"C-SO1": ("answered", None)}


def test_whoever_plans_may_die_at_any_moment(survey: Survey) -> None:
    """Each customer is asked by one transaction: what it had not finished is as if nobody had begun."""
    survey.over("SO1", "SO2")
    survey.desk.advance(A_DAY)
    invite(survey.desk.engine, survey.desk.policy, survey.desk.now())
    now = survey.desk.now()
    for statements in range(3, 40, 4):
        if not killed_after(statements, lambda: ask(survey.asking, now), survey.desk.engine):
            break
    ask(survey.asking, now)
    assert survey.desk.ask(EFFECTS) == [
        ("customer_mail", "C-SO1", "customer", "planned"), ("customer_mail", "C-SO2", "customer", "planned")
    ]  # fmt: skip
    assert survey.desk.ask("select count(*) from survey_invitation where effect_id is not null") == [2]


def test_an_order_that_may_be_none_has_no_customer_to_ask(survey: Survey) -> None:
    survey.over("SO1", "SO2")
    survey.desk.ask_to_change("update anomaly set verdict = 'suspect' where order_id = 'SO2'")
    survey.desk.advance(A_DAY)
    assert survey.ask()["invited"] == 1
    assert survey.states() == {"C-SO1": ("planned", None)}


def test_levels_dismissed_incidents_and_incidents_without_customers(survey: Survey) -> None:
    survey.office.close(survey.office.late("SO1"))  # level 0
    second = survey.office.late("SO2", fault_code="E2")
    survey.office.do("vp", dismiss, survey.office.seen(second), "false_alarm", "it was on its way")
    survey.desk.advance(HOUR)
    survey.desk.scan(silent=["wms"])
    survey.office.close(survey.office.youngest(), "system", "the gateway")
    survey.desk.advance(A_DAY)
    assert survey.ask()["invited"] == 1
    assert survey.states() == {"": ("not_asked", "no_customers")}
    assert survey.ask()["invited"] == 0


def test_nobody_is_asked_twice_about_an_incident_whoever_tries(survey: Survey) -> None:
    survey.over("SO1")
    survey.desk.advance(A_DAY)
    survey.ask()
    again = """
        insert into survey_invitation (incident_id, customer_id, order_id, planned_at, ask_by)
        select incident_id, customer_id, order_id, planned_at, ask_by from survey_invitation
    """
    with pytest.raises(DBAPIError, match="survey_once_per_incident"):
        survey.desk.ask_to_change(again)
    with pytest.raises(DBAPIError, match="cannot be rewritten"):
        survey.desk.ask_to_change("update survey_invitation set customer_id = 'C-2'")
    with pytest.raises(DBAPIError, match="cannot go from"):
        survey.send()
        survey.desk.ask_to_change("update survey_invitation set state = 'planned'")
