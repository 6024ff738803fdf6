"""What one order, one role or one rerun must not do to all the others."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from orderwatch.core import judge as judging
from orderwatch.core.context import Context
from orderwatch.core.policy import Policy
from orderwatch.core.policy.roles import RolesFile
from orderwatch.core.words import Candidate
from orderwatch.pipeline import detect as detection
from orderwatch.pipeline.sources import feeds_of_all_sources
from tests.pipeline.desk import HOUR, MINUTE, NOON, Body, Desk, a_line, a_shipment, an_order, late_in_pick

QUARTER = 15 * MINUTE
TOLD = "select count(*) from effect where family = :family"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def important(order_id: str, **changes: object) -> Body:
    return an_order(order_id, value_minor=900_000, **changes)


# --- a rule that breaks on one order ---


def breaks_on(order_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(candidate: Candidate, context: Context) -> judging.Judgement:
        if candidate.order.order_id == order_id:
            raise OverflowError("date value out of range")
        return judging.judge(candidate, context)

    monkeypatch.setattr(detection, "judge", judge)


def test_an_order_on_which_a_rule_breaks_goes_to_a_person_and_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks_on("SO1", monkeypatch)
    counts = desk.scan(**late_in_pick("SO1", "SO2"))
    assert (counts["suspects"], counts["anomalies"]) == (1, 1)
    assert desk.incidents() == {"order:SO1:pick": "triage", "order:SO2:pick": "open"}
    assert "OverflowError" in desk.ask("select explanation ->> 'en' from anomaly where order_id = 'SO1'")[0]


def test_nobody_looking_it_becomes_a_plain_late_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks_on("SO1", monkeypatch)
    desk.scan(orders=[important("SO1")], shipments=[a_shipment("SO1")])
    desk.advance(4 * HOUR)
    assert desk.scan()["anomalies"] == 1
    assert desk.ask("select kind, state, level from incident") == [("single", "open", 1)]


# --- people come and go ---


def renamed(policy: Policy, old: str, new: str) -> Policy:
    roles = {new if code == old else code: role for code, role in policy.roles.root.items()}
    level = policy.grading.levels[1].model_copy(update={"owner": new})
    grading = policy.grading.model_copy(update={"levels": {**policy.grading.levels, 1: level}})
    return policy.model_copy(update={"roles": RolesFile.model_construct(root=roles), "grading": grading})


def test_a_role_that_is_renamed_leaves_its_live_incidents_to_the_owner_of_today(desk: Desk) -> None:
    desk.scan(orders=[important("SO1")], shipments=[a_shipment("SO1")])
    desk.policy = renamed(desk.policy, "customer_service_supervisor", "service_lead")
    assert desk.scan(**late_in_pick("SO2"))["anomalies"] == 1
    desk.scan(shipments=[a_shipment("SO1", version=NOON, picked_at=NOON)])
    assert desk.scan()["incidents_resolved"] == 1
    assert desk.ask("select owner_role from incident where dedup_key = 'order:SO1:pick'") == ["service_lead"]
    assert desk.ask("select detail ->> 'from' from timeline where event = 'owner_changed'") == [
        "customer_service_supervisor"
    ]


# --- incidents that grow ---


def more(first: int, last: int, wave: str = "W1") -> dict[str, list[Body]]:
    return late_in_pick(*(f"SO{n}" for n in range(first, last + 1)), wave_no=wave)  # type: ignore[return-value]


def test_an_incident_that_has_doubled_is_told_at_once_with_the_new_orders_only(desk: Desk) -> None:
    desk.scan(**more(1, 3))
    assert desk.scan(**more(4, 5))["messages_planned"] == 0
    assert desk.scan(**more(6, 6))["messages_planned"] > 0
    (text,) = set(
        desk.ask("""
        select payload ->> 'text' from effect where family = 'grown' and sink = 'mail' and recipient like 'zhao%'
    """)
    )
    assert "SO4、SO5、SO6" in text and "SO1" not in text and "现共 6 单" in text
    assert desk.scan()["messages_planned"] == 0


def test_a_single_order_that_joins_is_told_after_an_hour(desk: Desk) -> None:
    desk.scan(**more(1, 3))
    desk.advance(QUARTER)
    assert desk.scan(**more(4, 4))["messages_planned"] == 0
    desk.advance(45 * MINUTE - MINUTE)
    assert desk.scan()["messages_planned"] == 0
    desk.advance(MINUTE)
    assert desk.scan()["messages_planned"] > 0
    desk.advance(2 * HOUR)
    assert desk.scan()["messages_planned"] == 0


def test_an_important_order_that_joins_is_told_at_once(desk: Desk) -> None:
    desk.scan(**more(1, 3))
    desk.scan(orders=[important("SO4")], shipments=[a_shipment("SO4", wave_no="W1")])
    assert desk.ask(TOLD, family="grown")[0] > 0


def test_orders_that_have_left_an_incident_are_not_told_as_late_when_it_wakes(desk: Desk) -> None:
    desk.scan(**more(1, 3))
    gone = [a_shipment(f"SO{n}", wave_no="W1", version=NOON + MINUTE, picked_at=NOON + MINUTE) for n in (1, 2, 3)]
    desk.scan(shipments=gone)
    desk.scan()
    desk.advance(QUARTER)
    desk.scan(**more(4, 4))
    texts = desk.ask("select payload ->> 'text' from effect where family = 'opened' order by effect_id desc limit 1")
    assert "SO4" in texts[0] and "SO1" not in texts[0]


# --- what is no storm ---


def test_known_late_orders_that_show_their_wave_are_no_storm(desk: Desk) -> None:
    for first in range(0, 40, 8):
        desk.scan(**late_in_pick(*(f"SO{n}" for n in range(first, first + 8))))
        desk.advance(QUARTER)
    shown = [a_shipment(f"SO{n}", version=NOON + MINUTE, wave_no=f"W{n // 2}") for n in range(40)]
    counts = desk.scan(shipments=shown)
    assert counts["anomalies"] == 0
    assert "mass_delay" not in desk.incidents()


# --- clocks ---


def test_a_presale_approved_early_waits_for_nobody_before_its_balance_is_paid(desk: Desk) -> None:
    order = an_order(
        "SO1", kind="presale", paid_at=NOON - 400 * HOUR, approved_at=NOON - 399 * HOUR,
        balance_paid_at=NOON - 10 * MINUTE, lines=[a_line()],
    )  # fmt: skip
    desk.scan(orders=[order])
    assert desk.incidents() == {}
    assert desk.ask("select node, entered_at from order_alert") == [(2, NOON - 10 * MINUTE)]


def test_a_wish_that_was_never_confirmed_is_no_promise(desk: Desk) -> None:
    wish = {
        "request_id": "DR1", "order_id": "SO1", "version": NOON, "requested_by": "customer",
        "requested_at": NOON - 7 * 24 * HOUR + HOUR, "until_at": None, "state": "confirmed",
    }  # fmt: skip
    assert desk.scan(delay_requests=[wish], **late_in_pick("SO1"))["exempt"] == 1
    desk.advance(4 * HOUR)
    assert desk.scan()["anomalies"] == 1
    assert desk.ask("select level from anomaly") == [0]


def test_a_wish_withdrawn_in_time_leaves_no_broken_promise_behind(desk: Desk) -> None:
    wish = {
        "request_id": "DR1", "order_id": "SO1", "version": NOON - HOUR, "requested_by": "customer",
        "requested_at": NOON - 60 * HOUR, "until_at": NOON + HOUR, "state": "confirmed",
    }  # fmt: skip
    assert desk.scan(delay_requests=[wish], **late_in_pick("SO1"))["exempt"] == 1
    desk.advance(QUARTER)
    desk.scan(delay_requests=[wish | {"version": NOON, "state": "refused"}])
    desk.advance(24 * HOUR)
    desk.scan(orders=[an_order("SO1", version=NOON + MINUTE)])
    assert desk.ask("select level from anomaly where closed_at is null") == [0]


def test_a_parcel_held_by_customs_is_late_from_that_moment_on(desk: Desk) -> None:
    shipped = {"picked_at": NOON - 47 * HOUR, "shipped_at": NOON - 3 * HOUR, "customs_entered_at": NOON - 2 * HOUR}
    desk.scan(orders=[an_order()], shipments=[a_shipment(**shipped, customs_status="clearing")])
    assert desk.incidents() == {}
    desk.scan(shipments=[a_shipment(**shipped, customs_status="hold", version=NOON)])
    assert desk.incidents() == {"order:SO1:transport": "open"}
    assert "held by customs" in desk.ask("select explanation ->> 'en' from anomaly")[0]


# --- clear and rerun ---


def test_a_detection_that_is_cleared_and_run_again_keeps_what_it_found_in_its_book(desk: Desk) -> None:
    scan_id = desk.open()
    desk.bring_in(scan_id, **late_in_pick("SO1", "SO2"))
    found = [
        detection.detect(desk.engine, desk.policy, scan_id, feeds_of_all_sources(), "http://airflow.example")
        for _ in range(2)
    ]
    assert [counts["anomalies"] for counts in found] == [2, 0]
    book = "select new_anomalies, (report #>> '{counts,anomalies}')::int, jsonb_array_length(report -> 'opened')"
    assert desk.ask(f"{book} from scan_run") == [(2, 2, 2)]


def test_a_late_order_that_becomes_doubtful_is_not_written_again_at_every_scan(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.scan(orders=[an_order("SO1", version=NOON + MINUTE, flags=["fraud_hold"])])
    desk.advance(5 * HOUR)
    desk.scan()
    written = desk.ask("select xmin::text from order_alert")
    desk.advance(QUARTER)
    desk.scan()
    assert desk.ask("select xmin::text from order_alert") == written
