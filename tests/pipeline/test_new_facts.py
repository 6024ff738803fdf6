"""A verdict stands until the facts change; then the order is asked again, and nothing is told twice."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from orderwatch.core.policy import Policy
from orderwatch.pipeline.policy import put_in_force
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, a_shipment, an_order, late_in_pick

QUARTER = 15 * MINUTE


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def test_an_order_refunded_after_the_alert_resolves_its_incident(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.advance(QUARTER)
    desk.scan(orders=[an_order("SO1", version=NOON + MINUTE, payment="refunded")])
    desk.advance(QUARTER)
    desk.scan()
    assert desk.incidents() == {"order:SO1:pick": "resolved"}
    assert desk.ask("select event from timeline where order_id = 'SO1' and event = 'not_valid'") == ["not_valid"]


def test_a_wish_for_later_delivery_after_the_alert_resolves_its_incident(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.advance(QUARTER)
    wish = {
        "request_id": "DR-1",
        "order_id": "SO1",
        "version": NOON,
        "requested_by": "customer",
        "requested_at": NOON,
        "until_at": NOON + 48 * HOUR,
        "state": "confirmed",
    }
    assert desk.scan(delay_requests=[wish])["exempt"] == 1
    desk.advance(QUARTER)
    desk.scan()
    assert desk.incidents() == {"order:SO1:pick": "resolved"}


def test_a_late_order_that_changes_and_stays_late_is_neither_counted_nor_told_again(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.advance(QUARTER)
    counts = desk.scan(orders=[an_order("SO1", version=NOON + MINUTE)])
    assert (counts["anomalies"], counts["incidents_opened"], counts["messages_planned"]) == (0, 0, 0)
    assert desk.ask("select count(*) from anomaly") == [1]


def test_a_lifted_hold_turns_a_doubtful_order_into_a_plain_one_at_once(desk: Desk) -> None:
    desk.scan(orders=[an_order("SO1", flags=["fraud_hold"])], shipments=[a_shipment("SO1")])
    assert desk.incidents() == {"order:SO1:pick": "triage"}
    desk.advance(QUARTER)
    desk.scan(orders=[an_order("SO1", version=NOON + MINUTE, flags=[])])
    assert desk.incidents() == {"order:SO1:pick": "open"}


def test_changes_do_not_postpone_the_end_of_a_doubt(desk: Desk) -> None:
    desk.scan(orders=[an_order("SO1", flags=["fraud_hold"])], shipments=[a_shipment("SO1")])
    for hour in range(1, 5):
        desk.advance(HOUR)
        desk.scan(orders=[an_order("SO1", version=NOON + hour * MINUTE, flags=["fraud_hold"])])
    assert desk.incidents() == {"order:SO1:pick": "open"}


def test_a_late_order_whose_source_is_silent_after_a_change_stays_late(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.advance(QUARTER)
    desk.scan(silent=["wms"], orders=[an_order("SO1", version=NOON + MINUTE)])
    desk.advance(QUARTER)
    desk.scan()
    assert desk.incidents() == {"order:SO1:pick": "open"}
    assert desk.ask("select count(*) from anomaly where closed_at is null") == [1]


def test_an_order_whose_shipment_the_warehouse_cancelled_does_not_vanish(desk: Desk) -> None:
    cancelled = a_shipment("SO1", status="cancelled")
    desk.scan(orders=[an_order("SO1")], shipments=[cancelled])
    desk.advance(45 * MINUTE)
    desk.scan()
    assert desk.ask("select count(*) from order_alert where order_id = 'SO1'") == [1]
    assert desk.ask("select sources_disagree_since is not null from orders") == [True]


def test_a_finished_order_without_a_shipment_waits_for_nothing(desk: Desk) -> None:
    desk.scan(orders=[an_order("SO1", status="completed")])
    assert desk.ask("select count(*) from order_alert") == [0]


def test_a_presale_paid_in_full_at_once_is_watched_from_its_payment(desk: Desk) -> None:
    desk.scan(orders=[an_order("SO1", kind="presale", payment="paid", balance_paid_at=None)])
    assert desk.ask("select count(*) > 0 from order_stage where order_id = 'SO1' and node = 1") == [True]


def test_a_late_order_whose_value_grows_is_raised_and_its_new_owner_told(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.advance(QUARTER)
    counts = desk.scan(orders=[an_order("SO1", version=NOON + MINUTE, value_minor=900_000)])
    assert counts["anomalies"] == 0 and counts["messages_planned"] > 0
    assert desk.ask("select level, owner_role from incident") == [(1, "customer_service_supervisor")]
    assert desk.ask("select count(*) from timeline where event = 'level_raised'") == [1]


def test_a_shortage_found_after_the_alert_becomes_a_stock_out(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.advance(QUARTER)
    desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, shortage_skus=["SKU-1"])])
    live = {key: state for key, state in desk.incidents().items() if state not in ("merged", "closed")}
    assert [key.split(":")[0] for key in live] == ["stock_out"]


def test_a_wave_assigned_after_the_alert_makes_a_batch(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no=None))
    desk.advance(QUARTER)
    named = [a_shipment(one, version=NOON + MINUTE, wave_no="W9") for one in ("SO1", "SO2", "SO3")]
    assert desk.scan(shipments=named)["incidents_opened"] == 1
    assert desk.incidents()["batch:pick:W9"] == "open"


# --- a policy that people have corrected ---


def changed_policy(desk: Desk, **checks: str) -> Policy:
    """The shipped policy with other states of its validity checks."""
    validity = desk.policy.validity
    changed = {name: validity.checks.of(name).model_copy(update={"state": state}) for name, state in checks.items()}
    others = validity.model_copy(update={"checks": validity.checks.model_copy(update=changed)})
    return desk.policy.model_copy(update={"validity": others})


def publish(desk: Desk, policy: Policy) -> bool:
    desk.policy = policy
    return put_in_force(desk.engine, policy, desk.now())


def test_a_corrected_policy_frees_the_orders_that_the_old_one_silenced(desk: Desk) -> None:
    desk.scan(orders=[an_order("SO1", flags=["test"])], shipments=[a_shipment("SO1")])
    assert desk.incidents() == {}
    assert publish(desk, changed_policy(desk, test_order="retired"))
    assert desk.scan()["anomalies"] == 1
    assert desk.incidents() == {"order:SO1:pick": "open"}


def test_a_new_exemption_or_check_ends_what_it_explains(desk: Desk) -> None:
    shipped = desk.policy
    publish(desk, changed_policy(desk, test_order="retired"))
    desk.scan(orders=[an_order("SO1", flags=["test"])], shipments=[a_shipment("SO1")])
    publish(desk, shipped)
    desk.advance(QUARTER)
    assert desk.scan()["invalid"] == 1
    desk.advance(QUARTER)
    desk.scan()
    assert desk.incidents() == {"order:SO1:pick": "resolved"}


def test_another_policy_that_judges_alike_tells_nothing_twice(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    told = desk.ask("select count(*) from effect")
    publish(desk, changed_policy(desk, duplicate="retired"))
    counts = desk.scan()
    assert (counts["anomalies"], counts["incidents_opened"], counts["messages_planned"]) == (0, 0, 0)
    assert desk.ask("select count(*) from effect") == told


def test_the_same_policy_published_again_writes_nothing(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    assert not publish(desk, desk.policy)
