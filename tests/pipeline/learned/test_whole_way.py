"""What the staff says about false alarms becomes a rule: found, tried, decided by two people, and ended."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orderwatch.core.playbook.load import load_folder
from orderwatch.core.refusals import Refusal
from orderwatch.paths import PLAYBOOKS
from orderwatch.pipeline.dispatch import dispatch
from orderwatch.pipeline.people.rules import activate, reject, renew, retire, revise, take_into_shadow
from orderwatch.pipeline.policy import put_in_force
from orderwatch.pipeline.preview import preview
from tests.pipeline.answering import Sinks
from tests.pipeline.desk import MINUTE, a_shipment
from tests.pipeline.learned.room import DAY, FALSE, REAL, Room, alarm, bought, held, say_so
from tests.pipeline.test_budgets import pay

OUTWARD = {"voucher", "customer_mail", "website"}
SALES_HOLDS = [["entered_by", "sales"], ["appointment", "yes"]]


@pytest.fixture
def known(room: Room) -> Room:
    return say_so(room)


@pytest.fixture
def shadowed(known: Room) -> Room:
    """The proposal, taken into the shadow by the manager."""
    known.learn()
    known.decide("manager", take_into_shadow, 1, "six of six")
    return known


@pytest.fixture
def active(shadowed: Room) -> Room:
    """After two weeks in the shadow the vice president has activated it for sixty days."""
    shadowed.desk.advance(14 * DAY)
    shadowed.decide("vp", activate, 1, shadowed.desk.now() + 60 * DAY, "nothing real was hidden")
    return shadowed


def test_what_placeholders_have_in_common_is_found_from_feedback_alone(known: Room) -> None:
    found = known.learn()
    assert [(one["kind"], one["false_alarms"], one["would_hide"]) for one in found["proposed"]] == [("check", 6, 0)]
    assert known.desk.ask("select asked from learned_rule") == [SALES_HOLDS]
    (row,) = known.desk.ask("select false_alarms, real_delays, incidents, round(bound::numeric, 2) from rule_evidence")
    assert [float(one) for one in row] == [6, 0, 6, 0.68]


def test_what_was_paid_about_false_alarms_is_summed(room: Room) -> None:
    alarm(room)
    for slot, order_id in enumerate(("SO1", "SO2", "SO11")):  # the last one is really late
        about = {"order_id": order_id, "amount_minor": 1_000 * (slot + 1), "incident_cap_minor": 9_000}
        assert pay(room.desk, room.incident_of(order_id), slot, **about)
    dispatch(room.desk.engine, Sinks().senders())
    for one in FALSE:
        room.dismiss(one)
    for one in REAL:
        room.close(one)
    room.learn()
    assert room.desk.ask("select vouchers, paid_minor from rule_evidence") == [(2, {"CNY": 3_000})]


def test_finding_it_again_makes_no_second_proposal_and_tells_nobody_twice(known: Room) -> None:
    known.learn("one")
    told = known.desk.told("approval")
    assert {recipient for _, recipient in told} >= {"wang.fang", "wang.fang@example.com"}
    count = known.desk.ask("select count(*) from effect")
    known.learn("two")
    assert known.rules() == [(1, "proposed")]
    assert known.desk.ask("select run_id from rule_evidence order by evidence_id") == ["one", "two"]
    assert known.desk.ask("select count(*) from effect") == count


def test_a_dry_run_says_what_it_would_propose_and_keeps_nothing(known: Room) -> None:
    assert [one["rule"] for one in known.learn(dry_run=True)["proposed"]] == [None]
    assert (known.rules(), known.desk.told("approval")) == ([], set())


def test_too_few_cases_are_no_reason(room: Room) -> None:
    room.scan(*(held(f"SO{n}") for n in range(1, 5)))
    for n in range(1, 5):
        room.dismiss(f"SO{n}")
    assert room.learn()["proposed"] == []


def test_a_condition_that_holds_for_real_delays_as_well_is_no_reason(room: Room) -> None:
    room.scan(*(held(f"SO{n}") for n in range(1, 12)))
    for n in range(1, 7):
        room.dismiss(f"SO{n}")
    for n in range(7, 12):
        room.close(f"SO{n}")
    assert room.learn()["proposed"] == []


@pytest.mark.parametrize("what", ["healed", "duplicate"])
def test_what_healed_or_was_known_already_is_no_false_alarm(room: Room, what: str) -> None:
    room.scan(*(held(f"SO{n}") for n in range(1, 9)))
    for n in range(1, 9):
        room.dismiss(f"SO{n}", what)
    assert room.learn()["proposed"] == []


def test_in_the_shadow_it_is_asked_and_recorded_and_decides_nothing(shadowed: Room) -> None:
    counts = shadowed.scan(held("SO21"), bought("SO22"))
    assert (counts["anomalies"], counts["suspects"]) == (2, 0)
    asked = "select order_id, matched, verdict from rule_asked where state = 'shadow' order by order_id"
    assert shadowed.desk.ask(asked) == [("SO21", True, "anomaly"), ("SO22", False, "anomaly")]


def test_whoever_took_it_into_the_shadow_cannot_activate_it(shadowed: Room) -> None:
    shadowed.desk.advance(14 * DAY)
    with pytest.raises(Refusal, match="a second person has to activate it"):
        shadowed.decide("manager", activate, 1, shadowed.desk.now() + DAY, "because")


def test_the_database_refuses_one_person_too(shadowed: Room) -> None:
    with pytest.raises(DBAPIError, match="a second person activates it"), shadowed.desk.engine.begin() as conn:
        conn.execute(text("set constraints all deferred"))
        conn.execute(
            text("""
            update learned_rule set
                state = 'active', active_at = business_now(), expires_at = business_now() + interval '1 day',
                active_action = shadow_action
        """)
        )


def test_it_stays_in_the_shadow_until_there_was_something_to_see(shadowed: Room) -> None:
    shadowed.desk.advance(13 * DAY)
    with pytest.raises(Refusal, match="has not been in the shadow for long"):
        shadowed.decide("vp", activate, 1, shadowed.desk.now() + DAY, "because")


def test_enough_orders_asked_are_as_good_as_time(shadowed: Room) -> None:
    learning = shadowed.desk.policy.learning.model_copy(update={"shadow_judged": 2})
    shadowed.desk.policy = shadowed.desk.policy.model_copy(update={"learning": learning})
    shadowed.scan(held("SO21"), bought("SO22"))
    shadowed.decide("vp", activate, 1, shadowed.desk.now() + DAY, "because")
    assert shadowed.rules() == [(1, "active")]


@pytest.mark.parametrize("days", [0, 91])
def test_an_end_is_needed_and_not_too_far_away(shadowed: Room, days: int) -> None:
    shadowed.desk.advance(14 * DAY)
    with pytest.raises(Refusal, match="at most 90 days"):
        shadowed.decide("vp", activate, 1, shadowed.desk.now() + days * DAY, "because")


def test_the_next_such_order_goes_to_a_person_and_a_genuine_one_is_still_alarmed(active: Room) -> None:
    counts = active.scan(held("SO31", value_minor=900_000), bought("SO32", value_minor=900_000))
    assert (counts["suspects"], counts["anomalies"]) == (1, 1)
    assert active.desk.ask("select state from incident where incident_id = :i", i=active.incident_of("SO31")) == [
        "triage"
    ]
    assert active.state(active.incident_of("SO32")) == "open"
    said = active.desk.ask("select explanation from anomaly where order_id = 'SO31'")[0]
    assert "规则 1（录入方：销售 且 已预约安装或交付）" in said["zh-CN"]
    assert "rule 1 (entered by: sales and has an appointment)" in said["en"]
    reasons = active.desk.ask("select evidence -> 'reasons' from anomaly where order_id = 'SO31'")
    assert reasons == [["learned:1"]]


def acts_about(room: Room, order_id: str) -> tuple[str, set[str]]:
    """The playbook that answers the order's incident, and where it would act."""
    playbooks, _ = load_folder(PLAYBOOKS, frozenset(room.desk.policy.roles.root))
    with room.desk.engine.connect() as conn:
        loaded, steps = preview(conn, room.desk.policy, playbooks.values(), room.incident_of(order_id))
    return loaded.id, {act.sink for step in steps for act in step.acts}


def test_no_customer_hears_of_it_and_no_money_is_spent(active: Room) -> None:
    dear = {"value_minor": 900_000}
    active.scan(held("SO31", **dear), bought("SO32", **dear))
    answered, sinks = acts_about(active, "SO31")
    assert answered == "triage_check" and not sinks & OUTWARD
    answered, sinks = acts_about(active, "SO32")
    assert answered == "single_important" and sinks & OUTWARD == {"voucher", "customer_mail"}


def test_what_was_alarmed_before_it_was_active_is_left_alone_from_then_on(shadowed: Room) -> None:
    shadowed.scan(held("SO31", value_minor=900_000))
    incident = shadowed.incident_of("SO31")
    still_late = "select is_still_late(:i, 'SO31')"
    assert shadowed.desk.ask(still_late, i=incident) == [True]
    shadowed.desk.advance(14 * DAY)
    shadowed.decide("vp", activate, 1, shadowed.desk.now() + DAY, "because")
    shadowed.scan()
    assert shadowed.desk.ask(still_late, i=incident) == [False]  # no letter and no money any more
    assert shadowed.state(incident) == "open"  # whoever has it goes on


def test_a_retired_rule_lets_go_what_it_has_kept_quiet(active: Room) -> None:
    active.scan(held("SO31"))
    active.decide("manager", retire, 1, "sales marks them now")
    active.scan()
    assert active.state(active.incident_of("SO31")) == "open"
    assert active.rules() == [(1, "retired")]


def test_a_rule_whose_time_is_up_is_asked_no_more_and_lets_go(active: Room) -> None:
    active.scan(held("SO31"))
    assert active.state(active.incident_of("SO31")) == "triage"
    active.desk.advance(60 * DAY)
    put_in_force(active.desk.engine, active.desk.policy, active.desk.now())
    assert active.rules() == [(1, "retired")]
    assert active.desk.ask("select actor from timeline where event = 'rule_expired'") == ["orderwatch"]
    assert active.scan(held("SO33"))["suspects"] == 0


def test_its_role_hears_before_the_end_once_and_a_renewal_moves_it(active: Room) -> None:
    active.desk.advance(54 * DAY)
    active.scan()
    active.scan()
    told = active.desk.ask("select recipient from effect where effect_key like 'rule_ends:%' order by recipient")
    assert told == ["zhou.jianguo", "zhou.jianguo@example.com"]
    active.decide("manager", renew, 1, active.desk.now() + 90 * DAY, "still so")
    active.desk.advance(30 * DAY)
    assert active.scan(held("SO34"))["suspects"] == 1


def test_a_rejected_rule_comes_back_only_when_its_evidence_has_doubled(known: Room) -> None:
    known.learn("one")
    known.decide("manager", reject, 1, "sales will mark them")
    more = [f"SO{n}" for n in range(41, 46)]
    known.scan(*map(held, more))
    for one in more:
        known.dismiss(one)
    assert known.learn("eleven cases")["proposed"] == []
    known.scan(held("SO46"))
    known.dismiss("SO46")
    assert [one["false_alarms"] for one in known.learn("twelve cases")["proposed"]] == [12]
    assert known.rules() == [(1, "rejected"), (2, "proposed")]


def test_another_condition_is_another_rule(known: Room) -> None:
    known.learn()
    number = known.decide("manager", revise, 1, [*SALES_HOLDS, ["category", "appliances"]], "appliances only")
    assert number == 2
    assert known.desk.ask("select replaces, proposed_by, state from learned_rule where rule_id = 2") == [
        (1, "manager", "proposed")
    ]
    assert known.desk.ask("select false_alarms, real_delays from rule_evidence where rule_id = 2") == [(6, 0)]
    with pytest.raises(Refusal, match="nothing that a rule may ask"):
        known.decide("manager", revise, 1, [["customer_id", "C-1"]], "because")


def test_of_contradictory_words_the_last_one_counts(known: Room) -> None:
    known.desk.ask_to_change(
        "insert into complaint (complaint_id, order_id, version, customer_id, complained_at, about) select"
        " 'CP-' || n, 'SO' || n, business_now(), 'C', business_now() + interval '1 minute', 'late'"
        " from generate_series(1, 2) as n"
    )
    known.desk.advance(5 * MINUTE)
    assert known.learn()["proposed"] == []  # four of six are left: two customers waited for them


def test_an_order_that_was_dismissed_and_is_really_late_later_is_a_real_delay(known: Room) -> None:
    """Another step, another incident: whoever closes that one with a cause has had the last word."""
    for order_id in ("SO1", "SO2"):
        now = known.desk.now()
        shipment = a_shipment(order_id, version=now, picked_at=now)
        known.desk.scan(shipments=[shipment])
        known.desk.advance(4 * DAY)
        known.desk.scan()
        known.close(order_id)
    assert known.learn()["proposed"] == []


def test_who_may_decide(known: Room) -> None:
    known.learn()
    with pytest.raises(Refusal) as caught:
        known.decide("supervisor", take_into_shadow, 1, "because")
    assert caught.value.code == "no_right"
    with pytest.raises(Refusal, match="say why"):
        known.decide("manager", take_into_shadow, 1, " ")
    assert known.rules() == [(1, "proposed")]


def test_the_same_feedback_gives_the_same_proposals(known: Room) -> None:
    first, second = (known.learn(f"run {n}", dry_run=True) for n in range(2))
    assert first == second
