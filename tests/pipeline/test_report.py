"""A person finds a wrong article in an order: an incident opens, its playbook answers, and no scan takes it back."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from orderwatch.core.playbook.load import load_playbook
from orderwatch.pipeline.report import report_order
from orderwatch.pipeline.responses import Run, start_responses
from orderwatch.store.attention import acknowledge
from tests.pipeline.answering import PLAYBOOKS, Answering
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, a_shipment, an_order, late_in_pick

EVERY_PLAYBOOK = [load_playbook(file) for file in sorted(PLAYBOOKS.glob("*.yaml"))]
RECENT = {"printed_at": NOON - HOUR / 2, "created_at": NOON - HOUR}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def on_time(desk: Desk, order_id: str = "SO1", value: int = 20_000) -> None:
    """In picking for half an hour, where four are usual."""
    orders = [an_order(order_id, paid_at=NOON - 2 * HOUR, approved_at=NOON - HOUR, value_minor=value)]
    desk.scan(orders=orders, shipments=[a_shipment(order_id, **RECENT)])


def report(desk: Desk, order_id: str = "SO1", what: str = "wrong_item", note: str = "SKU-7 instead of SKU-8") -> int:
    with desk.engine.begin() as conn:
        return report_order(conn, desk.policy, order_id, what, note, "feng.jun")


def begun(desk: Desk) -> list[str]:
    """The playbooks that the next start of responses begins."""
    runs: list[str] = []

    def trigger(run: Run) -> str:
        runs.append(run.dag_id)
        return "started"

    start_responses(desk.engine, desk.policy, EVERY_PLAYBOOK, trigger, None)
    return runs


def test_an_order_that_is_on_time_becomes_an_incident_and_its_parcel_is_stopped(desk: Desk) -> None:
    on_time(desk)
    assert desk.incidents() == {}
    report(desk)
    assert desk.incidents() == {"order:SO1:pick": "open"}
    assert begun(desk) == ["playbook_wrong_item_recall"]
    answering = Answering(desk, "wrong_item_recall")
    assert answering.perform("hold_parcel").state == "done"
    assert answering.perform("pick_again").state == "done"
    assert answering.perform("explain_mistake").state == "done"
    assert answering.sinks.count() == {"warehouse": 1, "work_order": 1, "customer_mail": 1}
    assert "SKU-7 instead of SKU-8" in str(answering.sinks.arrived[1].payload["text"])
    assert "SKU-7" not in str(answering.sinks.arrived[2].payload)  # the customer need not read that


def test_whoever_owns_it_is_told_who_found_what(desk: Desk) -> None:
    on_time(desk, value=900_000)
    report(desk)
    texts = desk.ask("select payload ->> 'text' from effect where family = 'opened'")
    assert texts
    for words in texts:
        assert "feng.jun" in words and "SKU-7" in words and ("wrong article" in words or "错发商品" in words)
        assert "Airflow" not in words  # there is no run to look at


def test_scans_leave_it_open_until_the_order_has_left_its_step(desk: Desk) -> None:
    on_time(desk)
    report(desk)
    for _ in range(2):
        desk.advance(15 * MINUTE)
        desk.scan()
    assert desk.incidents() == {"order:SO1:pick": "open"}
    later = NOON + HOUR
    desk.scan(shipments=[a_shipment("SO1", version=later, picked_at=later, **RECENT)])
    desk.advance(15 * MINUTE)
    desk.scan()
    assert desk.incidents() == {"order:SO1:pick": "resolved"}


def test_a_response_that_nobody_finishes_keeps_it_open_for_three_days_at_the_most(desk: Desk) -> None:
    on_time(desk)
    report(desk)
    begun(desk)
    later = NOON + HOUR
    desk.scan(shipments=[a_shipment("SO1", version=later, picked_at=later, **RECENT)])
    desk.advance(71 * HOUR)
    desk.scan()
    assert desk.incidents()["order:SO1:pick"] == "open"
    desk.advance(2 * HOUR)
    desk.scan()
    assert desk.incidents()["order:SO1:pick"] == "resolved"


def test_an_order_that_is_late_already_gets_another_playbook_and_the_first_one_stops(desk: Desk) -> None:
    desk.scan(orders=[an_order(value_minor=900_000)], shipments=[a_shipment()])
    assert begun(desk) == ["playbook_single_important"]
    first = Answering(desk)
    assert first.perform("call_customer").state == "done"
    number = report(desk)
    assert desk.ask("select count(*) from incident") == [1]
    assert begun(desk) == ["playbook_wrong_item_recall"]
    assert first.perform("issue_voucher").label == "not needed: wrong_item_recall answers this incident now"
    assert Answering(desk, "wrong_item_recall").perform("hold_parcel").state == "done"
    told = desk.ask(
        "select count(distinct effect_key) > 1 from effect where family = 'opened' and recipient = 'li.ting'"
    )
    assert told == [True]
    assert number == desk.ask("select incident_id from incident")[0]


def test_a_doubtful_order_that_a_person_has_looked_at_is_doubtful_no_more(desk: Desk) -> None:
    desk.scan(orders=[an_order(flags=["address_incomplete"])], shipments=[a_shipment()])
    assert desk.incidents() == {"order:SO1:pick": "triage"}
    report(desk)
    assert desk.ask("select kind, state from incident") == [("single", "open")]
    assert desk.ask("select verdict from anomaly") == ["anomaly"]
    assert begun(desk) == ["playbook_wrong_item_recall"]


def test_a_batch_that_comes_later_does_not_swallow_it(desk: Desk) -> None:
    desk.scan(orders=[an_order("SO1")], shipments=[a_shipment("SO1", wave_no="W-1")])
    report(desk)
    desk.scan(**late_in_pick("SO2", "SO3", "SO4", wave_no="W-1"))
    assert desk.incidents() == {"order:SO1:pick": "open", "batch:pick:W-1": "open"}


@pytest.mark.parametrize(
    ("order_id", "what", "note", "why"),
    [
        ("SO9", "wrong_item", "", "SO9 is not on its way; its page, or orderwatch why SO9, says"),
        ("SO1", "fire", "", "nobody can report fire; known are wrong_item"),
        ("SO1", "wrong_item", "x" * 201, "the note is too long: 201, at most 200"),
    ],
)
def test_what_cannot_be_reported_says_why_and_what_to_do(
    desk: Desk, order_id: str, what: str, note: str, why: str
) -> None:
    on_time(desk)
    with pytest.raises(ValueError, match=why):
        report(desk, order_id, what, note)
    assert desk.incidents() == {}


def test_an_order_that_was_cancelled_meanwhile_cannot_be_reported(desk: Desk) -> None:
    on_time(desk)
    desk.scan(orders=[an_order("SO1", status="cancelled", version=NOON)])
    with pytest.raises(ValueError, match="SO1 is not on its way"):
        report(desk)


def test_a_second_report_names_the_incident(desk: Desk) -> None:
    on_time(desk)
    number = report(desk)
    with pytest.raises(ValueError, match=f"that is known already: incident #{number}"):
        report(desk)


def test_hostile_words_reach_nobody_as_markup(desk: Desk) -> None:
    on_time(desk, value=900_000)
    report(desk, note="<@all> [click](http://evil.example) **now**")
    for sink, words in desk.ask("select sink, payload ->> 'text' from effect where family = 'opened'"):
        if sink != "mail":
            assert "<@all>" not in words and "](http" not in words


def test_a_stopped_parcel_goes_on_only_when_a_person_has_looked(desk: Desk) -> None:
    on_time(desk)
    report(desk)
    assert begun(desk) == ["playbook_wrong_item_recall"]
    answering = Answering(desk, "wrong_item_recall")
    answering.perform("hold_parcel")
    assert answering.perform("release_parcel").label == "no decision: clear approve_release to ask for one"
    asked = answering.ask("approve_release")
    assert (asked.state, asked.label) == ("asks", "waiting for operations_manager: SO1")
    assert answering.perform("release_parcel").label == "no valid decision: clear approve_release to ask for one"
    assert [one.payload["op"] for one in answering.sinks.arrived if one.sink == "warehouse"] == ["hold"]
    assert answering.answer("approve", "admin", step="approve_release").label == "approved by admin: SO1"
    assert answering.perform("release_parcel").state == "done"
    assert [one.payload["op"] for one in answering.sinks.arrived if one.sink == "warehouse"] == ["hold", "release"]


def test_a_parcel_whose_release_is_refused_stays(desk: Desk) -> None:
    on_time(desk)
    report(desk)
    answering = Answering(desk, "wrong_item_recall")
    answering.perform("hold_parcel")
    answering.ask("approve_release")
    answering.answer("reject", "admin", step="approve_release")
    assert answering.perform("release_parcel").label == "rejected by admin"
    assert answering.sinks.count()["warehouse"] == 1


def test_a_parcel_that_was_packed_anew_and_has_left_the_step_is_still_let_go(desk: Desk) -> None:
    on_time(desk)
    report(desk)
    begun(desk)
    answering = Answering(desk, "wrong_item_recall")
    answering.perform("hold_parcel")
    answering.ask("approve_release")
    later = NOON + HOUR
    for minutes in (0, 15, 30):
        desk.scan(shipments=[a_shipment("SO1", version=later, picked_at=later, **RECENT)])
        desk.advance(15 * MINUTE)
        assert desk.incidents()["order:SO1:pick"] == "open", minutes
    answering.answer("approve", "admin", step="approve_release")
    assert answering.perform("release_parcel").state == "done"
    assert answering.states("hold_parcel") == ["undone"]
    answering.perform("explain_mistake")
    assert answering.perform("confirm").state == "done"
    desk.scan()
    assert desk.incidents()["order:SO1:pick"] == "resolved"


def test_a_report_on_an_incident_that_was_answered_gives_its_owner_the_full_time(desk: Desk) -> None:
    desk.scan(orders=[an_order(value_minor=900_000)], shipments=[a_shipment()])
    with desk.engine.begin() as conn:
        acknowledge(conn, 1, "li.ting")
        conn.execute(text("update incident set state = 'mitigated', mitigated_at = business_now()"))
    desk.advance(6 * HOUR)
    report(desk)
    desk.advance(MINUTE)
    assert desk.scan()["escalated"] == 0
    desk.advance(30 * MINUTE)
    assert desk.scan()["escalated"] == 1


@pytest.mark.parametrize("doubtful", [True, False])
def test_an_important_order_is_its_supervisors_whether_it_was_doubted_before_or_not(desk: Desk, doubtful: bool) -> None:
    if doubtful:
        order = an_order(value_minor=900_000, flags=["address_incomplete"])
        desk.scan(orders=[order], shipments=[a_shipment()])
    else:
        on_time(desk, value=900_000)
    report(desk)
    row = desk.ask("select kind, state, level, owner_role, acknowledge_by is not null from incident")
    assert row == [("single", "open", 1, "customer_service_supervisor", True)]
