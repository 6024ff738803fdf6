"""The life of an incident over several scans: recovered, closed, doubted, merged, silent, come back."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine, text

from orderwatch.core.addresses import NOWHERE, Addresses
from orderwatch.core.rating_link import read
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, a_shipment, an_order, late_in_pick

QUARTER = 15 * MINUTE


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def picked(order_id: str, **changes: object) -> dict[str, object]:
    """A newer word of the warehouse: the order has left picking."""
    return a_shipment(order_id, version=NOON + MINUTE, picked_at=NOON + MINUTE, **changes)


def delivered(order_id: str) -> dict[str, object]:
    return picked(order_id, status="signed", shipped_at=NOON + MINUTE, signed_at=NOON + MINUTE)


def important(order_id: str) -> dict[str, object]:
    return an_order(order_id, value_minor=900_000)


# --- recovery ---


def test_an_order_that_moved_on_resolves_its_incident_at_the_second_scan(desk: Desk) -> None:
    assert desk.scan(**late_in_pick("SO1"))["incidents_opened"] == 1
    desk.advance(QUARTER)
    assert desk.scan(shipments=[picked("SO1")])["incidents_resolved"] == 0
    assert desk.incidents() == {"order:SO1:pick": "open"}
    desk.advance(QUARTER)
    assert desk.scan()["incidents_resolved"] == 1
    assert desk.incidents() == {"order:SO1:pick": "resolved"}


def test_an_incident_stays_open_while_one_of_its_orders_is_stuck(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    for words in ([picked("SO1", wave_no="W1"), picked("SO2", wave_no="W1")], [], []):
        desk.advance(QUARTER)
        desk.scan(shipments=words)
    assert desk.incidents() == {"batch:pick:W1": "open"}


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"status": "completed"}])
def test_an_order_that_waits_for_nothing_any_more_resolves_its_incident(desk: Desk, change: dict[str, str]) -> None:
    desk.scan(**late_in_pick("SO1"))
    gone = {"status": "cancelled"} if change["status"] == "cancelled" else {"status": "signed", "signed_at": NOON}
    desk.scan(
        orders=[an_order(version=NOON, **change)],
        shipments=[a_shipment(version=NOON, **gone)],
    )
    desk.scan()
    assert desk.incidents() == {"order:SO1:pick": "resolved"}


def test_whoever_was_told_that_it_began_is_told_that_it_is_over(desk: Desk) -> None:
    desk.scan(orders=[important("SO1")], shipments=[a_shipment("SO1")])
    began = desk.told("opened")
    assert len(began) == 4  # two people, by chat and by mail
    desk.scan(shipments=[picked("SO1")])
    assert desk.told("resolved") == set()
    desk.scan()
    assert desk.told("resolved") == began


def test_messages_lead_to_the_incident_and_its_end_asks_everybody_for_a_rating_of_their_own(desk: Desk) -> None:
    numbers = count()
    desk.addresses = Addresses("https://airflow.example", b"k" * 32, lambda: f"link{next(numbers)}")
    desk.scan(orders=[important("SO1")], shipments=[a_shipment("SO1")])
    desk.scan(shipments=[picked("SO1")])
    desk.scan()
    (number,) = desk.ask("select incident_id from incident")
    texts = desk.ask("select family, recipient, payload ->> 'text' from effect where family in ('opened', 'resolved')")
    assert len(texts) == 8
    assert all(f"https://airflow.example/orderwatch/incident/{number}" in said for _, _, said in texts)
    links = {
        recipient: re.findall(r"https://airflow\.example/orderwatch/rating/([\w.-]+)", said)
        for family, recipient, said in texts
        if family == "resolved"
    }
    assert not any("/rating/" in said for family, _, said in texts if family == "opened")
    for recipient, tokens in links.items():
        link = read(b"k" * 32, tokens[0], desk.now())
        assert (link.incident_id, link.person, set(tokens)) == (number, recipient, {tokens[0]})
    assert len({tokens[0] for tokens in links.values()}) == 4


def test_without_an_address_or_a_key_messages_have_no_links(desk: Desk) -> None:
    assert (NOWHERE.incident(1), NOWHERE.rating(1, "x", NOON)) == ("", "")
    assert Addresses("https://airflow.example").rating(1, "x", NOON) == ""
    desk.scan(orders=[important("SO1")], shipments=[a_shipment("SO1")])
    assert not any("/orderwatch/" in said for said in desk.ask("select payload ->> 'text' from effect"))


def test_an_ordinary_order_ends_silently(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.scan(shipments=[picked("SO1")])
    assert desk.scan()["messages_planned"] == 0


@pytest.mark.parametrize(("level", "open_for"), [(0, 1 * HOUR), (1, 4 * HOUR)])
def test_a_resolved_incident_is_closed_after_its_time_and_reviewed_within_72_hours(
    desk: Desk, level: int, open_for: timedelta
) -> None:
    desk.set_limits({3: 4 * 3600, 4: 24 * 3600})  # it is not late again in the next step
    desk.scan(orders=[important("SO1") if level else an_order("SO1")], shipments=[a_shipment("SO1")])
    desk.scan(shipments=[picked("SO1")])
    desk.scan()
    desk.advance(open_for - MINUTE)
    assert desk.scan()["incidents_closed"] == 0
    desk.advance(MINUTE)
    assert desk.scan()["incidents_closed"] == 1
    assert desk.ask("select state, review_due_at - closed_at from incident") == [("closed", 72 * HOUR)]


def test_a_closed_incident_never_takes_a_new_order(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    desk.scan(shipments=[delivered(one) for one in ("SO1", "SO2", "SO3")])
    desk.scan()
    desk.advance(12 * HOUR)
    desk.scan()
    desk.scan(**late_in_pick("SO4", "SO5", "SO6", wave_no="W1"))
    assert desk.ask("select dedup_key, state from incident order by incident_id") == [
        ("batch:pick:W1", "closed"),
        ("batch:pick:W1", "open"),
    ]


def test_a_resolved_incident_that_wakes_is_counted_and_told_again(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    desk.scan(shipments=[picked(one, wave_no="W1") for one in ("SO1", "SO2", "SO3")])
    desk.scan()
    assert desk.incidents() == {"batch:pick:W1": "resolved"}
    before = len(desk.ask("select 1 from effect where family = 'opened'"))
    desk.advance(QUARTER)
    desk.scan(**late_in_pick("SO4", wave_no="W1"))
    assert desk.ask("select state, reopened from incident") == [("open", 1)]
    assert len(desk.ask("select 1 from effect where family = 'opened'")) == 2 * before


def test_every_change_of_an_incident_is_a_line_of_its_timeline(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    desk.scan(shipments=[picked("SO1")])
    desk.scan()
    desk.advance(2 * HOUR)
    desk.scan()
    assert desk.ask("select event from timeline where incident_id is not null order by timeline_id") == [
        "opened", "anomaly_joined", "resolved", "closed"
    ]  # fmt: skip


# --- doubt ---


def doubtful(order_id: str) -> dict[str, list[dict[str, object]]]:
    return {"orders": [an_order(order_id, flags=["fraud_hold"])], "shipments": [a_shipment(order_id)]}


def test_a_doubtful_order_goes_to_triage(desk: Desk) -> None:
    counts = desk.scan(**doubtful("SO1"))
    assert (counts["suspects"], counts["anomalies"]) == (1, 0)
    assert desk.ask("select kind, state, triage_until - opened_at from incident") == [("triage", "triage", 4 * HOUR)]


def test_triage_that_nobody_looks_at_becomes_a_normal_incident_and_is_told_again(desk: Desk) -> None:
    desk.scan(**doubtful("SO1"))
    told = len(desk.ask("select 1 from effect"))
    desk.advance(4 * HOUR - MINUTE)
    assert desk.scan()["anomalies"] == 0
    desk.advance(MINUTE)
    assert desk.scan()["anomalies"] == 1
    assert desk.ask("select kind, state from incident") == [("single", "open")]
    assert desk.ask("select verdict, closed_at from anomaly") == [("anomaly", None)]
    assert len(desk.ask("select 1 from effect")) == 2 * told
    assert desk.scan()["anomalies"] == 0


def test_news_told_together_with_expired_triage_are_not_lost(desk: Desk) -> None:
    desk.scan(**doubtful("SO1"))
    desk.advance(4 * HOUR)
    desk.scan(**late_in_pick("SO2"))
    assert desk.ask("""
        select count(*) from effect_incident join incident using (incident_id) where dedup_key = 'order:SO2:pick'
    """) == [2]  # chat and mail of the picking lead


# --- batches ---


def test_the_third_order_of_a_wave_makes_the_earlier_ones_children_of_one_incident(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", wave_no="W1"))
    assert desk.incidents() == {"order:SO1:pick": "open", "order:SO2:pick": "open"}
    desk.scan(**late_in_pick("SO3", wave_no="W1"))
    assert desk.ask("""
        select c.dedup_key, c.state, p.dedup_key, p.level
        from incident c join incident p on p.incident_id = c.parent_id order by 1
    """) == [
        ("order:SO1:pick", "merged", "batch:pick:W1", 2),
        ("order:SO2:pick", "merged", "batch:pick:W1", 2),
    ]


def test_orders_of_merged_incidents_belong_to_the_batch_until_they_have_moved_on(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", wave_no="W1"))
    desk.scan(**late_in_pick("SO3", wave_no="W1"))
    members = """
        select a.order_id from incident i join incident_member using (incident_id) join anomaly a using (anomaly_id)
        where i.dedup_key = 'batch:pick:W1' order by 1
    """
    assert desk.ask(members) == ["SO1", "SO2", "SO3"]
    desk.scan(shipments=[picked("SO3", wave_no="W1")])
    desk.scan()
    assert desk.incidents()["batch:pick:W1"] == "open"  # two are still stuck
    desk.scan(shipments=[picked("SO1", wave_no="W1"), picked("SO2", wave_no="W1")])
    desk.scan()
    assert desk.incidents()["batch:pick:W1"] == "resolved"


def test_two_orders_of_a_wave_stay_two_incidents(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", wave_no="W1"))
    assert sorted(desk.incidents()) == ["order:SO1:pick", "order:SO2:pick"]


def test_a_fourth_order_joins_the_batch_without_a_second_message(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    assert desk.scan(**late_in_pick("SO4", wave_no="W1"))["messages_planned"] == 0
    assert desk.ask("select count(*) from incident_member") == [4]


# --- dry run ---


def test_a_dry_run_keeps_nothing_but_its_book(desk: Desk) -> None:
    assert desk.scan(dry_run=True, **late_in_pick("SO1", "SO2"))["anomalies"] == 2
    for table in ("anomaly", "incident", "incident_member", "timeline", "effect"):
        assert desk.ask(f"select count(*) from {table}") == [0], table
    assert desk.ask("select report ->> 'dry_run', report #>> '{counts,anomalies}', new_anomalies from scan_run") == [
        ("true", "2", 0)
    ]
    assert desk.ask("select count(*) from order_alert where judged_at is not null") == [0]
    assert desk.scan()["anomalies"] == 2


# --- the clock ---


def test_an_exempt_order_is_asked_again_when_the_exemption_ends(desk: Desk) -> None:
    wish = {
        "request_id": "DR1", "order_id": "SO1", "version": NOON, "requested_by": "customer",
        "requested_at": NOON - 60 * HOUR, "until_at": NOON + 5 * HOUR, "state": "confirmed",
    }  # fmt: skip
    assert desk.scan(delay_requests=[wish], **late_in_pick("SO1"))["exempt"] == 1
    assert desk.ask("select event from timeline") == ["exempted"]
    assert desk.scan()["exempt"] == 0
    desk.advance(7 * HOUR)  # the wish and two hours of grace
    counts = desk.scan()
    assert (counts["anomalies"], counts["exempt"]) == (1, 0)
    assert desk.ask("select level from anomaly") == [1]  # a broken promise


# --- storms that go on, and silence that ends ---


def gust(first: int, count: int) -> dict[str, list[dict[str, object]]]:
    """Late orders of no common cause."""
    return late_in_pick(*(f"SO{number}" for number in range(first, first + count)))  # type: ignore[return-value]


def test_what_comes_in_the_hour_after_a_storm_belongs_to_it(desk: Desk) -> None:
    desk.scan(**gust(0, 60))
    desk.advance(QUARTER)
    counts = desk.scan(**gust(60, 5))
    assert (counts["anomalies"], counts["incidents_opened"], counts["messages_planned"]) == (5, 0, 0)
    assert desk.incidents() == {"mass_delay": "open"}
    assert desk.ask("select count(*) from incident_member") == [65]


def test_when_the_storm_is_over_an_order_is_an_incident_of_its_own_again(desk: Desk) -> None:
    desk.scan(**gust(0, 60))
    desk.advance(HOUR + MINUTE)
    desk.scan(**gust(60, 1))
    assert desk.incidents() == {"mass_delay": "open", "order:SO60:pick": "open"}


def test_an_order_of_the_storm_that_grows_graver_stays_in_it(desk: Desk) -> None:
    desk.scan(**gust(0, 60))
    desk.advance(2 * HOUR)
    desk.scan(orders=[an_order("SO7", version=NOON + MINUTE, value_minor=900_000)])
    assert desk.incidents() == {"mass_delay": "open"}
    assert desk.ask("select level from anomaly where order_id = 'SO7'") == [1]


def test_a_storm_does_not_teach_the_next_one_that_storms_are_usual(desk: Desk) -> None:
    desk.scan(**gust(0, 60))
    assert desk.ask("select new_anomalies from scan_run") == [0]


def test_an_inhibited_incident_is_not_told_when_it_grows_graver_and_is_when_it_is_free(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1"))
    with desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into incident (dedup_key, kind, level, owner_role, observed_at, opened_at)
            values ('system_failure:F', 'system_failure', 3, 'vice_president', business_now(), business_now());
            update incident set inhibited_by = (select incident_id from incident where dedup_key = 'system_failure:F')
            where dedup_key = 'order:SO1:pick';
        """)
        )
    told = len(desk.ask("select 1 from effect"))
    desk.advance(QUARTER)
    assert desk.scan(orders=[important("SO1") | {"version": NOON}])["messages_planned"] == 0
    with desk.engine.begin() as conn:
        conn.execute(
            text("""
            update incident set state = 'resolved', resolved_at = business_now() where dedup_key = 'system_failure:F'
        """)
        )
    desk.advance(QUARTER)
    assert desk.scan()["messages_planned"] > 0
    assert len(desk.ask("select 1 from effect")) > told
    assert desk.ask("select event from timeline where event = 'inhibition_ended'") == ["inhibition_ended"]
    desk.advance(QUARTER)
    assert desk.scan()["messages_planned"] == 0


def test_doubtful_orders_that_a_storm_has_taken_are_no_event_of_their_own_when_their_time_is_over(desk: Desk) -> None:
    late = [f"SO{n:03}" for n in range(60)]
    doubtful = [f"SO{n:03}" for n in range(100, 121)]
    orders = [an_order(one) for one in late] + [an_order(one, flags=["address_incomplete"]) for one in doubtful]
    desk.scan(orders=orders, shipments=[a_shipment(one) for one in (*late, *doubtful)])
    assert desk.incidents() == {"mass_delay": "open"}
    desk.advance(desk.policy.validity.triage_max_age + 15 * MINUTE)
    desk.scan()
    assert desk.incidents() == {"mass_delay": "open"}
    assert desk.ask("select distinct verdict from anomaly") == ["anomaly"]
