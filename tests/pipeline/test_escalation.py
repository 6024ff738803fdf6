"""Nobody answers: the next person hears, once for each step; whoever acknowledges ends that, and no scan undoes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from orderwatch.pipeline.detect import detect
from orderwatch.pipeline.sources import feeds_of_all_sources
from orderwatch.store.attention import acknowledge
from tests.pipeline.books import fingerprints
from tests.pipeline.desk import HOUR, MINUTE, NOON, Body, Desk, a_shipment, an_order, late_in_pick

QUARTER = 15 * MINUTE
STEPS = "select detail ->> 'step', detail ->> 'role' from timeline where event = 'escalated' order by timeline_id"
MANAGERS = {
    (sink, name + ending)
    for sink, ending in (("wecom_app", ""), ("mail", "@example.com"))
    for name in ("wang.fang", "zhao.lei")
}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def important(order_id: str = "SO1", **changes: object) -> Body:
    return an_order(order_id, value_minor=900_000, **changes)


def begin(desk: Desk) -> None:
    """One incident of level 1, to be acknowledged within half an hour."""
    desk.scan(orders=[important()], shipments=[a_shipment("SO1")])


def take_on(desk: Desk, incident_id: int = 1, who: str = "li.ting", note: str | None = None) -> None:
    with desk.engine.begin() as conn:
        acknowledge(conn, incident_id, who, note)


def recover(desk: Desk) -> None:
    desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    desk.scan()


# --- steps ---


def test_the_next_person_hears_when_the_time_is_up_and_not_a_minute_earlier(desk: Desk) -> None:
    begin(desk)
    desk.advance(29 * MINUTE)
    assert desk.scan()["escalated"] == 0
    desk.advance(MINUTE)
    assert desk.scan()["escalated"] == 1
    assert desk.told("escalated") == MANAGERS


def test_each_further_wait_asks_one_more_and_at_the_end_it_stays_with_the_last(desk: Desk) -> None:
    begin(desk)
    taken = []
    for _ in range(8):
        desk.advance(QUARTER)
        taken.append(desk.scan()["escalated"])
    assert taken == [0, 1, 0, 1, 0, 0, 0, 0]
    assert desk.ask(STEPS) == [("1", "operations_manager"), ("2", "vice_president")]


def test_a_role_whose_people_have_all_heard_as_another_is_passed_over(desk: Desk) -> None:
    managers = desk.policy.role("operations_manager").people
    president = desk.policy.role("vice_president").model_copy(update={"people": managers})
    roles = type(desk.policy.roles)({**desk.policy.roles.root, "vice_president": president})
    desk.policy = desk.policy.model_copy(update={"roles": roles})
    begin(desk)
    taken = []
    for _ in range(5):
        desk.advance(QUARTER)
        taken.append(desk.scan()["escalated"])
    assert taken == [0, 1, 0, 0, 0]


def test_the_timeline_says_to_whom(desk: Desk) -> None:
    begin(desk)
    desk.advance(30 * MINUTE)
    desk.scan()
    assert desk.ask("select detail -> 'to', scan_id from timeline where event = 'escalated'") == [
        (["wang.fang", "zhao.lei"], 2)
    ]


def test_steps_that_scans_have_missed_are_made_up_for_at_once(desk: Desk) -> None:
    begin(desk)
    desk.advance(60 * MINUTE)
    assert desk.scan()["escalated"] == 2
    desk.advance(QUARTER)
    assert desk.scan()["escalated"] == 0


def test_the_message_says_whose_it_is_and_by_when_it_was_to_be_acknowledged(desk: Desk) -> None:
    begin(desk)
    desk.advance(30 * MINUTE)
    desk.scan()
    (mail,) = desk.ask("""
        select payload ->> 'text' from effect where family = 'escalated' and recipient = 'wang.fang@example.com'
    """)
    assert "SO1" in mail and "负责人：客服主管，应于 2026-11-18 12:30 前确认" in mail
    assert "belongs to: customer service supervisor; was to be acknowledged by 2026-11-18 12:30" in mail
    assert desk.ask("select distinct payload ->> 'subject' from effect where family = 'escalated'") == [
        "[Orderwatch] 升级：1 起事件无人确认（一级）"
    ]


def test_many_that_nobody_acknowledges_are_one_message(desk: Desk) -> None:
    late = [f"SO{number}" for number in range(20)]
    desk.scan(orders=[important(one) for one in late], shipments=[a_shipment(one) for one in late])
    desk.advance(30 * MINUTE)
    assert desk.scan()["escalated"] == 20
    assert desk.ask("select count(*) from effect where family = 'escalated'") == [4]
    assert desk.ask("select count(*) from timeline where event = 'escalated'") == [20]


def test_an_ordinary_order_climbs_nowhere(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.advance(5 * HOUR)
    counts = desk.scan()
    assert (counts["escalated"], counts["reminded"]) == (0, 0)


def test_a_mitigated_incident_climbs_no_further(desk: Desk) -> None:
    begin(desk)
    with desk.engine.begin() as conn:
        conn.execute(text("update incident set state = 'mitigated', mitigated_at = business_now()"))
    desk.advance(HOUR)
    assert desk.scan()["escalated"] == 0


def test_a_comeback_climbs_anew(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    desk.advance(QUARTER)
    desk.scan()
    gone = {"version": NOON + MINUTE, "picked_at": NOON + MINUTE, "wave_no": "W1"}
    desk.scan(shipments=[a_shipment(f"SO{n}", **gone) for n in (1, 2, 3)])
    desk.scan()
    desk.scan(**late_in_pick("SO4", wave_no="W1"))
    assert desk.ask("select state, reopened from incident") == [("open", 1)]
    desk.advance(QUARTER)
    assert desk.scan()["escalated"] == 1
    assert desk.ask(STEPS) == [("1", "vice_president")] * 2
    assert desk.ask("select count(distinct effect_key), count(*) from effect where family = 'escalated'") == [(4, 4)]


def test_a_level_that_is_raised_climbs_from_its_new_owner(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.scan(orders=[important(version=NOON + MINUTE)])
    assert desk.ask("select level, owner_role from incident") == [(1, "customer_service_supervisor")]
    desk.advance(30 * MINUTE)
    desk.scan()
    assert desk.ask(STEPS) == [("1", "operations_manager")]


def test_freed_from_a_larger_incident_it_is_told_again_and_has_its_full_time(desk: Desk) -> None:
    begin(desk)
    with desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into incident (dedup_key, kind, level, owner_role, observed_at, opened_at)
            values ('system_failure:F', 'system_failure', 3, 'vice_president', business_now(), business_now());
            update incident set inhibited_by = 2 where incident_id = 1;
        """)
        )
    desk.advance(2 * HOUR)
    assert desk.scan()["escalated"] == 0
    with desk.engine.begin() as conn:
        conn.execute(text("update incident set state = 'resolved', resolved_at = business_now() where incident_id = 2"))
    counts = desk.scan()
    assert (counts["messages_planned"], counts["escalated"]) == (4, 0)
    desk.advance(29 * MINUTE)
    assert desk.scan()["escalated"] == 0
    desk.advance(MINUTE)
    assert desk.scan()["escalated"] == 1


# --- once, or not at all ---


def test_a_rerun_of_the_detection_escalates_nothing_twice(desk: Desk) -> None:
    begin(desk)
    desk.advance(30 * MINUTE)
    scan_id = desk.open()
    desk.bring_in(scan_id)
    found = [detect(desk.engine, desk.policy, scan_id, feeds_of_all_sources(), "http://a") for _ in range(3)]
    assert [counts["escalated"] for counts in found] == [1, 0, 0]
    assert desk.ask("select count(*) from effect where family = 'escalated'") == [4]
    assert desk.ask("select report #>> '{counts,escalated}' from scan_run where scan_id = :s", s=scan_id) == ["1"]


def test_a_dry_run_plans_no_step(desk: Desk) -> None:
    begin(desk)
    desk.advance(30 * MINUTE)
    assert desk.scan(dry_run=True)["escalated"] == 1
    assert desk.told("escalated") == set()
    assert desk.ask(STEPS) == []


def test_a_scan_that_finds_nothing_new_writes_nothing(desk: Desk) -> None:
    begin(desk)
    desk.advance(30 * MINUTE)
    desk.scan()
    desk.advance(QUARTER)
    before = fingerprints(desk.engine)
    desk.scan()
    assert fingerprints(desk.engine) == before


# --- acknowledging ---


@pytest.mark.parametrize("after", [timedelta(0), 29 * MINUTE])
def test_whoever_acknowledges_in_time_keeps_it(desk: Desk, after: timedelta) -> None:
    begin(desk)
    desk.advance(after)
    take_on(desk, note="I call them")
    assert desk.ask("select state, acknowledged_by, acknowledged_at >= opened_at from incident") == [
        ("acknowledged", "li.ting", True)
    ]
    assert desk.ask("select actor, detail ->> 'note' from timeline where event = 'acknowledged'") == [
        ("li.ting", "I call them")
    ]
    desk.advance(2 * HOUR)
    assert desk.scan()["escalated"] == 0


def test_no_scan_undoes_it(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    take_on(desk)
    for number in range(4, 8):
        desk.advance(QUARTER)
        desk.scan(**late_in_pick(f"SO{number}", wave_no="W1"))
    assert desk.ask("select state, acknowledged_by from incident") == [("acknowledged", "li.ting")]
    assert desk.ask(STEPS) == []


def test_it_is_acknowledged_once(desk: Desk) -> None:
    begin(desk)
    take_on(desk)
    with pytest.raises(ValueError, match=r"#1 was acknowledged by li\.ting already"):
        take_on(desk, who="chen.chen")
    assert desk.ask("select count(*) from timeline where event = 'acknowledged'") == [1]


def test_a_mitigated_incident_is_taken_on_and_stays_mitigated(desk: Desk) -> None:
    begin(desk)
    with desk.engine.begin() as conn:
        conn.execute(text("update incident set state = 'mitigated', mitigated_at = business_now()"))
    take_on(desk)
    assert desk.ask("select state, acknowledged_by from incident") == [("mitigated", "li.ting")]


def test_what_has_come_back_may_be_acknowledged_anew(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    take_on(desk)
    gone = {"version": NOON + MINUTE, "picked_at": NOON + MINUTE, "wave_no": "W1"}
    desk.scan(shipments=[a_shipment(f"SO{n}", **gone) for n in (1, 2, 3)])
    desk.scan()
    desk.scan(**late_in_pick("SO4", wave_no="W1"))
    assert desk.ask("select state, acknowledged_by from incident") == [("open", None)]
    take_on(desk, who="zhao.lei")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("state = 'resolved', resolved_at = now()", "it is resolved"),
        ("state = 'closed', resolved_at = now(), closed_at = now(), review_due_at = now()", "it is closed"),
        ("state = 'merged', parent_id = 1, closed_at = now()", "it is merged into #1: acknowledge that one"),
        ("state = 'dismissed', closed_at = now()", "it is dismissed"),
    ],
)
def test_what_is_over_cannot_be_taken_on(desk: Desk, state: str, said: str) -> None:
    begin(desk)
    with desk.engine.begin() as conn:
        conn.execute(text(f"update incident set {state}"))
    with pytest.raises(ValueError, match=said):
        take_on(desk)
    assert desk.ask("select acknowledged_by from incident") == [None]


def test_what_is_doubtful_cannot_be_taken_on(desk: Desk) -> None:
    desk.scan(orders=[an_order("SO1", flags=["fraud_hold"])], shipments=[a_shipment("SO1")])
    with pytest.raises(ValueError, match="it is triage"):
        take_on(desk)


@pytest.mark.parametrize("who", ["", "  "])
def test_it_is_somebody_who_takes_it_on(desk: Desk, who: str) -> None:
    begin(desk)
    with pytest.raises(ValueError, match="say who"):
        take_on(desk, who=who)


def test_an_incident_that_there_is_not_is_said_to_be_none(desk: Desk) -> None:
    with pytest.raises(LookupError, match="there is no incident 7"):
        take_on(desk, 7)


# --- resolved: exactly those who were told ---


def test_those_who_were_told_of_it_and_nobody_else_hear_of_its_end(desk: Desk) -> None:
    begin(desk)
    desk.advance(30 * MINUTE)
    desk.scan()
    told = desk.told("opened") | desk.told("escalated")
    recover(desk)
    assert desk.told("resolved") == told


def test_whoever_joins_or_leaves_a_role_meanwhile_changes_nothing(desk: Desk) -> None:
    begin(desk)
    told = desk.told("opened")
    role = desk.policy.role("customer_service_supervisor")
    leaver, stayer = role.people
    newcomer = leaver.model_copy(update={"name": "新人", "wecom": "new.one", "mail": "new.one@example.com"})
    changed = role.model_copy(update={"people": (stayer, newcomer)})
    roles = type(desk.policy.roles)({**desk.policy.roles.root, "customer_service_supervisor": changed})
    desk.policy = desk.policy.model_copy(update={"roles": roles})
    recover(desk)
    assert desk.told("resolved") == told
    texts = dict(desk.ask("select recipient, payload ->> 'text' from effect where family = 'resolved'"))
    assert "已恢复" in texts["li.ting"] and "Resolved" not in texts["li.ting"]  # of one who has left nothing is known


def test_those_who_stay_are_told_in_their_languages(desk: Desk) -> None:
    begin(desk)
    recover(desk)
    texts = dict(desk.ask("select recipient, payload ->> 'text' from effect where family = 'resolved'"))
    assert "已恢复" in texts["li.ting"] and "Resolved" in texts["li.ting"]
    assert "Resolved" not in texts["chen.chen"]


def test_whoever_was_told_of_a_child_hears_when_its_parent_is_over(desk: Desk) -> None:
    desk.scan(orders=[important()], shipments=[a_shipment("SO1", wave_no="W1")])
    supervisors = desk.told("opened")
    desk.scan(**late_in_pick("SO2", "SO3", wave_no="W1"))
    assert desk.ask("select state from incident where incident_id = 1") == ["merged"]
    gone = {"version": NOON + MINUTE, "picked_at": NOON + MINUTE, "wave_no": "W1"}
    desk.scan(shipments=[a_shipment(f"SO{n}", **gone) for n in (1, 2, 3)])
    desk.scan()
    assert desk.told("resolved") == supervisors | MANAGERS


def test_a_message_that_was_never_sent_has_told_nobody(desk: Desk) -> None:
    begin(desk)
    with desk.engine.begin() as conn:
        conn.execute(text("update effect set state = 'expired' where recipient = 'li.ting'"))
    recover(desk)
    assert ("wecom_app", "li.ting") not in desk.told("resolved")
    assert len(desk.told("resolved")) == 3


def test_whoever_was_told_of_the_first_time_only_does_not_hear_of_the_end_of_the_second(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    desk.advance(QUARTER)
    desk.scan()  # the vice president hears
    gone = {"picked_at": NOON + MINUTE, "wave_no": "W1"}
    desk.scan(shipments=[a_shipment(f"SO{n}", version=NOON + MINUTE, **gone) for n in (1, 2, 3)])
    desk.scan()
    assert ("wecom_app", "zhou.jianguo") in desk.told("resolved")
    desk.scan(**late_in_pick("SO4", wave_no="W1"))
    desk.scan(shipments=[a_shipment("SO4", version=NOON + MINUTE, **gone)])
    desk.scan()
    ends = desk.ask("select recipient from effect where family = 'resolved' and sink = 'wecom_app' order by effect_id")
    assert sorted(ends) == ["wang.fang", "wang.fang", "zhao.lei", "zhao.lei", "zhou.jianguo"]
