"""No way leads to money without a valid decision of the right person about this very amount."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from orderwatch.pipeline.gate import AnswerRefused
from orderwatch.store import pauses
from orderwatch.store.ledger import tidy
from tests.pipeline.answering import Answering, important
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, a_shipment, an_order

SUPERVISOR, MANAGER, NOBODY = "operations", "admin", "viewer"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture
def answering(desk: Desk) -> Answering:
    """An order of 9,000.00 yuan: its voucher of 90.00 is above what needs nobody's word."""
    important(desk)
    return Answering(desk)


def test_above_the_limit_a_person_is_asked_and_the_money_waits(answering: Answering) -> None:
    result = answering.ask()
    assert (result.state, result.label) == ("asks", "waiting for customer_service_supervisor: ¥90.00")
    assert answering.states("issue_voucher") == ["held"]
    assert answering.desk.ask("select committed_minor from budget") == []


def test_approved_money_goes_out_once(answering: Answering) -> None:
    answering.ask()
    assert answering.answer("approve", SUPERVISOR).label == "approved by operations: ¥90.00"
    assert answering.perform("issue_voucher").state == "done"
    assert answering.perform("issue_voucher").state == "done"
    assert answering.sinks.count() == {"voucher": 1}
    assert set(answering.desk.ask("select committed_minor from budget")) == {9000}


def test_rejected_money_never_goes_out_and_the_apology_speaks_of_none(answering: Answering) -> None:
    answering.ask()
    answering.answer("reject", SUPERVISOR)
    assert answering.perform("issue_voucher").label == "rejected by operations"
    assert answering.perform("apologise").state == "done"
    assert answering.sinks.count() == {"customer_mail": 1}
    assert answering.ask().label == "rejected by operations: ¥90.00"


def test_a_gate_that_was_skipped_leaves_the_money_where_it_is(answering: Answering) -> None:
    result = answering.perform("issue_voucher")
    assert (result.state, result.label) == (
        "failed", "no decision about ¥90.00: clear approve_voucher to ask for one"
    )  # fmt: skip
    assert not answering.sinks.count()


def test_money_that_is_asked_for_and_not_answered_stays(answering: Answering) -> None:
    answering.ask()
    assert answering.perform("issue_voucher").label == "no valid decision: clear approve_voucher to ask for one"
    assert answering.states("issue_voucher") == ["held"]


def test_a_gate_cleared_after_the_amount_has_changed_asks_about_the_new_one(answering: Answering) -> None:
    answering.ask()
    answering.answer("approve", SUPERVISOR)
    answering.desk.scan(orders=[an_order("SO1", value_minor=990_000, version=NOON + MINUTE)])
    result = answering.ask()
    assert (result.state, result.label) == ("asks", "waiting for customer_service_supervisor: ¥99.00")
    assert answering.perform("issue_voucher").state == "failed"
    assert answering.states("issue_voucher") == ["cancelled", "held"]
    assert not answering.sinks.count()


def test_a_decision_does_not_hold_for_another_amount_even_in_the_database(answering: Answering) -> None:
    answering.ask()
    answering.answer("approve", SUPERVISOR)
    with answering.desk.engine.connect() as conn, pytest.raises(DBAPIError, match="cannot be rewritten"):
        conn.execute(text("update effect set amount_minor = 9900 where step = 'issue_voucher'"))


def test_who_asked_cannot_answer(answering: Answering) -> None:
    answering.ask(by=SUPERVISOR)
    with pytest.raises(AnswerRefused, match="operations asked for this and cannot answer it"):
        answering.answer("approve", SUPERVISOR)
    assert answering.answer("approve", MANAGER).state == "done"


def test_a_person_without_the_role_cannot_answer(answering: Answering) -> None:
    answering.ask()
    for login in (NOBODY, "stranger"):
        with pytest.raises(AnswerRefused, match="holds none of the roles"):
            answering.answer("approve", login)
    assert answering.desk.ask("select count(*) from approval_answer") == [0]


def test_a_role_cannot_approve_more_than_its_right(desk: Desk) -> None:
    important(desk, value=1_500_000)  # 150.00, the supervisor's right ends at 100.00
    answering = Answering(desk)
    answering.ask()
    with pytest.raises(AnswerRefused, match="may not approve 15000 CNY"):
        answering.answer("approve", SUPERVISOR)
    assert answering.answer("approve", MANAGER).state == "done"


def test_who_has_left_the_role_meanwhile_cannot_answer(answering: Answering) -> None:
    answering.ask()
    with answering.desk.engine.begin() as conn:
        conn.execute(text("delete from person_role where login = 'operations'"))
    with pytest.raises(AnswerRefused, match="holds none of the roles"):
        answering.answer("approve", SUPERVISOR)


def test_an_answered_question_takes_no_second_answer(answering: Answering) -> None:
    answering.ask()
    answering.answer("reject", SUPERVISOR)
    assert answering.answer("approve", MANAGER).label == "rejected by operations: ¥90.00"
    assert answering.perform("issue_voucher").state == "skipped"


def test_silence_asks_the_next_role_and_then_means_no(answering: Answering) -> None:
    answering.ask()
    assert answering.out_of_time().label == "waiting for operations_manager: ¥90.00"
    assert answering.answer("approve", MANAGER).state == "done"


def test_silence_of_everybody_is_a_no(answering: Answering) -> None:
    answering.ask()
    answering.out_of_time()
    assert answering.out_of_time().label == "rejected by nobody in time: ¥90.00"
    assert answering.perform("issue_voucher").label == "rejected by nobody in time"


def test_a_decision_is_not_kept_for_ever(answering: Answering) -> None:
    answering.ask()
    answering.answer("approve", SUPERVISOR)
    answering.desk.advance(24 * HOUR + MINUTE)
    assert answering.perform("issue_voucher").state in {"failed", "skipped"}
    assert not answering.sinks.count()


def test_an_old_decision_lets_nothing_go_however_long_the_act_itself_waits(answering: Answering) -> None:
    answering.ask()
    answering.answer("approve", SUPERVISOR)
    with answering.desk.engine.begin() as conn:
        conn.execute(text("update effect set valid_until = valid_until + interval '7 days' where step is not null"))
    answering.desk.advance(24 * HOUR + MINUTE)
    assert answering.perform("issue_voucher").label.startswith("no valid decision")
    assert not answering.sinks.count()


@pytest.fixture
def asking_two(answering: Answering) -> Answering:
    """The same gate, where two people have to say yes."""
    assert answering.loaded is not None
    playbook = answering.loaded.playbook
    step = playbook.steps["approve_voucher"]
    assert step.gate is not None
    two = step.model_copy(update={"gate": step.gate.model_copy(update={"approvers": 2})})
    steps = {**playbook.steps, "approve_voucher": two}
    answering.loaded = replace(answering.loaded, playbook=playbook.model_copy(update={"steps": steps}))
    return answering


def test_where_two_have_to_say_yes_one_is_not_enough_and_nobody_counts_twice(asking_two: Answering) -> None:
    asking_two.ask()
    for _ in range(2):
        assert asking_two.answer("approve", SUPERVISOR).state == "asks"
    assert asking_two.perform("issue_voucher").label.startswith("no valid decision")
    assert not asking_two.sinks.count()
    assert asking_two.answer("approve", MANAGER).label == "approved by operations, admin: ¥90.00"
    assert asking_two.perform("issue_voucher").state == "done"


def test_where_two_have_to_say_yes_one_no_is_a_no(asking_two: Answering) -> None:
    asking_two.ask()
    asking_two.answer("approve", SUPERVISOR)
    assert asking_two.answer("reject", MANAGER).state == "done"
    assert asking_two.perform("issue_voucher").state == "skipped"
    assert not asking_two.sinks.count()


def test_below_the_limit_nobody_is_asked(desk: Desk) -> None:
    important(desk, value=500_000)
    answering = Answering(desk)
    assert answering.ask().label.startswith("not needed: offer.amount_minor > limit.auto_approve_minor")
    assert answering.perform("issue_voucher").state == "done"


# --- the database alone ---


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("update effect set state = 'planned', hold_reason = null", "has no valid decision"),
        ("update approval set outcome = 'approved', closed_at = now()", "has not been approved by anybody"),
        ("update approval set amount_minor = 1", "cannot be rewritten once asked"),
        ("delete from approval", "append-only"),
        (
            "insert into approval_answer select approval_id, 'operations', 'vice_president', 'approve', amount_minor,"
            " payload_sha, null, now() from approval",
            "does not hold the role",
        ),
        (
            "insert into approval_answer select approval_id, 'operations', 'customer_service_supervisor', 'approve',"
            " 1, payload_sha, null, now() from approval",
            "about another amount",
        ),
    ],
)
def test_no_statement_gets_past_the_guards(answering: Answering, change: str, why: str) -> None:
    answering.ask()
    with answering.desk.engine.connect() as conn, pytest.raises(DBAPIError, match=why):
        conn.execute(text(change))


def test_a_budget_is_a_wall_whoever_approves(desk: Desk) -> None:
    with desk.engine.begin() as conn:
        conn.execute(text("update money_policy set per_day_minor = 8999"))
    important(desk)
    answering = Answering(desk)
    answering.ask()
    answering.answer("approve", SUPERVISOR)
    result = answering.perform("issue_voucher")
    assert result.state == "failed" and "held back" in result.label
    assert not answering.sinks.count()


def test_what_is_said_is_about_the_latest_question_only(answering: Answering) -> None:
    answering.ask()
    answering.answer("approve", SUPERVISOR)
    answering.desk.scan(orders=[an_order("SO1", value_minor=990_000, version=NOON + MINUTE)])
    answering.ask()
    assert answering.answer("approve", SUPERVISOR).label == "approved by operations: ¥99.00"


def test_a_question_about_an_order_that_has_moved_on_is_withdrawn(answering: Answering) -> None:
    answering.ask()
    picked = a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)
    answering.desk.scan(shipments=[picked])
    with answering.desk.engine.begin() as conn:
        tidy(conn, answering.desk.now())
    assert answering.desk.ask("select outcome from approval") == ["withdrawn"]
    for result in (answering.out_of_time(), answering.answer("approve", SUPERVISOR)):
        assert (result.state, result.label) == (
            "skipped", "not needed: the question was withdrawn, the order has moved on meanwhile"
        )  # fmt: skip


def test_a_day_of_the_budget_is_a_day_of_the_business(answering: Answering) -> None:
    with answering.desk.engine.begin() as conn:
        assert conn.execute(text("select zone from money_policy")).scalars().all() == ["Asia/Shanghai"]
        conn.execute(text("update money_policy set zone = 'Pacific/Kiritimati'"))
        the_day = conn.execute(text("select (business_now() at time zone zone)::date from money_policy")).scalar_one()
    answering.ask()
    answering.answer("approve", SUPERVISOR)
    answering.perform("issue_voucher")
    scopes = answering.desk.ask("select scope from budget where scope like 'day:%'")
    assert scopes == [f"day:{the_day}:CNY"]


@pytest.mark.parametrize("seen", [9000, 0, 9901])
def test_an_approval_of_another_amount_than_is_asked_about_now_does_not_count(answering: Answering, seen: int) -> None:
    """The page goes on showing the first question of a task, whatever is asked about meanwhile."""
    answering.ask()
    answering.desk.scan(orders=[an_order("SO1", value_minor=990_000, version=NOON + MINUTE)])
    answering.ask()
    with pytest.raises(AnswerRefused, match=r"and ¥99.00 is asked about now: enter that amount"):
        answering.answer("approve", SUPERVISOR, amount_minor=seen)
    assert answering.perform("issue_voucher").state == "failed"
    assert not answering.sinks.count()
    assert answering.answer("approve", SUPERVISOR, amount_minor=9900).label == "approved by operations: ¥99.00"


def test_a_no_needs_no_amount(answering: Answering) -> None:
    answering.ask()
    assert answering.answer("reject", SUPERVISOR, amount_minor=1).state == "done"


@pytest.fixture
def always_asking(desk: Desk) -> Answering:
    """A voucher of 6.00, which nobody would have to be asked about, behind a gate that asks all the same."""
    important(desk, value=60_000, customer_id="C1")
    with desk.engine.begin() as conn:
        conn.execute(text("insert into customer values ('C1', now(), 'vip')"))
    answering = Answering(desk)
    assert answering.loaded is not None
    playbook = answering.loaded.playbook
    gate = playbook.steps["approve_voucher"].model_copy(update={"when": "offer.amount_minor > 0"})
    steps = {**playbook.steps, "approve_voucher": gate}
    answering.loaded = replace(answering.loaded, playbook=playbook.model_copy(update={"steps": steps}))
    return answering


def test_whatever_is_asked_about_waits_for_a_yes_however_little_it_costs(always_asking: Answering) -> None:
    assert always_asking.perform("issue_voucher").label.endswith("clear approve_voucher to ask for one")
    assert always_asking.ask().label == "waiting for customer_service_supervisor: ¥6.00"
    assert always_asking.perform("issue_voucher").label.startswith("no valid decision")
    assert not always_asking.sinks.count()
    always_asking.answer("approve", SUPERVISOR)
    assert always_asking.perform("issue_voucher").state == "done"


def test_a_no_stays_a_no_however_often_the_step_is_cleared(always_asking: Answering) -> None:
    always_asking.ask()
    always_asking.answer("reject", SUPERVISOR)
    for _ in range(3):
        assert always_asking.perform("issue_voucher").label == "rejected by operations"
    assert not always_asking.sinks.count()


def test_a_gate_asks_about_what_the_playbook_has_room_for(desk: Desk) -> None:
    """Three orders, whose vouchers together are more than one incident may cost."""
    orders = [an_order(one, value_minor=900_000) for one in ("SO1", "SO2", "SO3")]
    desk.scan(orders=orders, shipments=[a_shipment(one, wave_no="W1") for one in ("SO1", "SO2", "SO3")])
    answering = Answering(desk)
    assert answering.loaded is not None
    playbook = answering.loaded.playbook
    spend = playbook.limits.spend.model_copy(update={"amount_minor": 8999})  # type: ignore[union-attr]
    tight = playbook.model_copy(update={"limits": playbook.limits.model_copy(update={"spend": spend})})
    cheaper = replace(answering.loaded, playbook=tight)
    answering.loaded = cheaper
    result = answering.ask()
    assert result.state == "failed" and "held back: ¥90.00" in result.label
    desk.scan(orders=[an_order("SO2", value_minor=600_000, version=NOON + MINUTE)])
    assert answering.ask().label == "waiting for customer_service_supervisor: ¥60.00"


def test_nobody_is_called_to_a_question_of_an_incident_that_is_paused(answering: Answering) -> None:
    answering.ask()
    called = len(answering.sinks.summoned)
    answering.desk.scan(orders=[an_order("SO1", value_minor=990_000, version=NOON + MINUTE)])
    with answering.desk.engine.begin() as conn:
        pauses.take(
            conn, scope="everything", subject="", by="x", reason="r", lasting=HOUR, now=answering.desk.now()
        )  # fmt: skip
    assert answering.ask().state == "held"
    assert len(answering.sinks.summoned) == called
