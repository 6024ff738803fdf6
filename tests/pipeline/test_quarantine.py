"""A record that makes no sense waits in quarantine with its reason until better news of it arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from orderwatch.hooks.sources.intake import take_in
from orderwatch.pipeline.apply import apply_feeds
from orderwatch.pipeline.validate import RecordsLost, validate_feeds
from orderwatch.store import scans
from orderwatch.store.database import as_json, copy_rows
from orderwatch.store.quarantine import ask_again, discard
from tests.hooks.sources.builders import make_order, make_shipment
from tests.pipeline.company import Company
from tests.pipeline.desk import Desk
from tests.pipeline.harness import Pipeline

MORNING = datetime(2026, 10, 8, 2, 7, tzinfo=UTC)
SETTLED = "select record_id, reason, state, handled_by from quarantine order by quarantine_id"
FEEDS = {"orders": "erp", "shipments": "wms"}
Record = dict[str, Any]


def noise(length: int) -> str:
    """Text that no index can press together."""
    return "".join(Random(7).choices("0123456789abcdef", k=length))


@pytest.fixture
def desk(engine: Engine) -> Desk:
    made = Desk(engine)
    made.set_time(MORNING)
    return made


def receive(desk: Desk, **feeds: list[Record]) -> int:
    """One scan of records as the systems send them, up to the books."""
    scan_id = desk.open()
    with desk.engine.begin() as conn:
        for feed, records in feeds.items():
            pull_id = scans.begin_pull(
                conn, scan_id=scan_id, source=FEEDS[feed], feed=feed, mode="changes", since=None, until=MORNING
            )
            taken = take_in(records, [], 100_000)
            rows = ((pull_id, no, as_json(record)) for no, record in enumerate(taken))
            copy_rows(conn, "feed_record", ("pull_id", "record_no", "record"), rows)
            scans.end_pull(conn, pull_id, "pulled", records=len(records))
    validate_feeds(desk.engine, scan_id, desk.now())
    apply_feeds(desk.engine, scan_id, desk.now(), desk.policy)
    return scan_id


def test_everything_dirty_in_the_company_is_refused_with_source_record_and_reason(
    scanned: Pipeline, company: Company
) -> None:
    planted = {(q["source"], q["feed"], q["record_id"], q["reason"]) for q in company.truth()["quarantined"]}
    assert set(scanned.ask("select source, feed, record_id, reason from quarantine")) == planted
    assert scanned.ask("select count(*) from quarantine where detail = ''") == [0]


def test_personal_data_is_not_kept_with_a_refused_record(scanned: Pipeline) -> None:
    kept = scanned.ask("select distinct record #>> '{buyer,phone}' from quarantine where feed = 'orders'")
    assert set(kept) <= {"***", None}


def test_a_shipment_whose_order_comes_later_is_accepted_at_the_next_scan(desk: Desk) -> None:
    receive(desk, shipments=[make_shipment()])
    assert desk.ask(SETTLED) == [("OB26100800012", "unknown_order", "new", None)]
    receive(desk, orders=[make_order()], shipments=[])
    assert desk.ask(SETTLED) == [("OB26100800012", "unknown_order", "replayed", "scan")]
    assert desk.ask("select shipment_id, order_id from shipment") == [("OB26100800012", "SO26100800012")]


def test_a_shipment_that_waits_for_its_order_is_refused_once_however_often_it_is_tried(desk: Desk) -> None:
    for _ in range(3):
        receive(desk, shipments=[])
        receive(desk, shipments=[make_shipment()])
    assert desk.ask(SETTLED) == [("OB26100800012", "unknown_order", "new", None)]


def test_a_corrected_record_supersedes_the_bad_one(desk: Desk) -> None:
    bad = make_order(pay={"state": "PAID", "amount": "-12.00", "currency": "CNY"})
    receive(desk, orders=[bad])
    assert desk.ask(SETTLED) == [("SO26100800012", "negative_amount", "new", None)]
    assert desk.ask("select count(*) from orders") == [0]
    receive(desk, orders=[make_order(modified="2026-10-08 10:01:00")])
    assert desk.ask(SETTLED) == [("SO26100800012", "negative_amount", "superseded", "scan")]
    assert desk.ask("select value_minor from orders") == [123_450]


def test_a_newer_shipment_wins_over_the_one_that_waited_for_its_order(desk: Desk) -> None:
    old = make_shipment(carrier="JD")
    receive(desk, shipments=[old])
    receive(desk, orders=[make_order()], shipments=[make_shipment(modified=old["modified"] + 1000)])
    assert desk.ask("select carrier from shipment") == ["SF"]
    assert desk.ask("select state from quarantine") != ["new"]


@pytest.mark.parametrize("words", ["\\u0000", "ends with \\", "\x00", "half \ud83d", "很" * 90], ids=repr)
def test_no_text_in_a_record_stops_the_others(desk: Desk, words: str) -> None:
    receive(desk, orders=[make_order(remark=words, warehouse=words[:30]), make_order(order_no="SO26100800013")])
    assert "SO26100800013" in desk.ask("select order_id from orders")


LINE = make_order()["lines"][0]


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("too_long", {"buyer": make_order()["buyer"] | {"province": noise(3000)}}),
        ("too_long", {"shop": {"channel": noise(3000)}}),
        ("wrong_type", {"lines": [LINE | {"category": noise(3000)}]}),
        ("wrong_type", {"lines": [LINE | {"ship_within_hours": 99_999_999}]}),
        ("duplicate_line", {"lines": [LINE, LINE]}),
        ("missing_payment_time", {"paid_time": None}),
    ],
)
def test_an_order_beyond_all_measure_is_set_aside_and_the_others_go_in(
    desk: Desk, reason: str, changes: Record
) -> None:
    receive(desk, orders=[make_order(**changes), make_order(order_no="SO26100800013")])
    assert desk.ask(SETTLED) == [("SO26100800012", reason, "new", None)]
    assert desk.ask("select order_id from orders") == ["SO26100800013"]


def test_a_shipment_with_an_endless_batch_number_is_set_aside(desk: Desk) -> None:
    receive(desk, orders=[make_order()], shipments=[make_shipment(wave=noise(3000))])
    assert desk.ask(SETTLED) == [("OB26100800012", "too_long", "new", None)]


def test_what_the_database_lost_between_two_steps_is_said_and_pulled_again(desk: Desk) -> None:
    scan_id = receive(desk, orders=[make_order()])
    with desk.engine.begin() as conn:
        conn.exec_driver_sql("update feed_pull set state = 'pulled'")
    with pytest.raises(RecordsLost, match=r"clear the task erp\.pull"):
        validate_feeds(desk.engine, scan_id, desk.now())


def test_the_share_of_bad_rows_that_makes_a_feed_unbelievable_keeps_its_watermark(desk: Desk) -> None:
    bad = [make_order(order_no=f"SO2610080{n:04}", order_type="ODD") for n in range(40)]
    receive(desk, orders=bad)
    assert desk.ask("select state from feed_pull") == ["rejected"]
    assert desk.ask("select count(*) from source_feed") == [0]
    assert desk.ask("select count(*) from orders") == [0]


def test_a_record_from_the_future_is_refused(desk: Desk) -> None:
    late = (MORNING + timedelta(hours=9)).strftime("%Y-%m-%d %H:%M:%S")
    receive(desk, orders=[make_order(modified=late)])
    assert desk.ask("select reason from quarantine") == ["future_time"]


def numbers(desk: Desk) -> list[int]:
    return desk.ask("select quarantine_id from quarantine where state = 'new' order by 1")


def test_a_record_that_a_person_asks_for_again_is_taken_in_once_it_is_good(desk: Desk) -> None:
    receive(desk, orders=[make_order(paid_time="2026-10-08 12:00:00")])  # two hours ahead
    assert desk.ask("select reason from quarantine") == ["future_time"]
    desk.advance(timedelta(hours=3))
    receive(desk, orders=[])
    assert desk.ask("select count(*) from orders") == [0]  # nobody has asked
    with desk.engine.begin() as conn:
        assert ask_again(conn, numbers(desk)) == 1
    receive(desk, orders=[])
    assert desk.ask("select count(*) from orders") == [1]
    assert desk.ask("select state from quarantine") == ["replayed"]


def test_a_record_that_is_still_bad_is_asked_for_once_and_waits_on(desk: Desk) -> None:
    receive(desk, orders=[make_order(pay={"state": "PAID", "amount": "-12.00", "currency": "CNY"})])
    with desk.engine.begin() as conn:
        assert ask_again(conn, feed="orders") == 1
    receive(desk, orders=[])
    assert desk.ask("select state, replay_asked_at from quarantine") == [("new", None)]


def test_a_discarded_record_keeps_the_name_of_who_gave_it_up(desk: Desk) -> None:
    receive(desk, orders=[make_order(pay={"state": "PAID", "amount": "-12.00", "currency": "CNY"})])
    with desk.engine.begin() as conn:
        assert discard(conn, numbers(desk), "zhou.min") == 1
        assert discard(conn, numbers(desk), "somebody.else") == 0
    assert desk.ask("select state, handled_by from quarantine") == [("discarded", "zhou.min")]


def test_orphans_in_quarantine_do_not_make_the_feed_unbelievable(desk: Desk) -> None:
    orphans = [make_shipment(outbound_no=f"OB261008{n:05}", order_no=f"SO261008{n:05}") for n in range(100, 130)]
    first = receive(desk, shipments=orphans)
    second = receive(desk, orders=[make_order()], shipments=[make_shipment()])
    states = "select state from feed_pull where scan_id = :scan and feed = 'shipments'"
    assert desk.ask(states, scan=first) == ["applied"]
    assert desk.ask(states, scan=second) == ["applied"]
    assert desk.ask("select count(*) from quarantine where state = 'new'") == [30]


def test_a_refused_record_keeps_no_mark_that_differs_from_pull_to_pull(desk: Desk) -> None:
    receive(desk, shipments=[make_shipment()])
    assert desk.ask("select count(*) from quarantine where record ? '_content'") == [0]
