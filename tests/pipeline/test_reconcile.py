"""A complete list of what is open shows which orders have finished without a word, and doubts itself first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, text

from orderwatch.pipeline.apply import apply_feeds
from orderwatch.store import scans
from orderwatch.store.database import as_json, copy_rows
from tests.pipeline.conftest import Install, StartCompany
from tests.pipeline.desk import HOUR, MINUTE, NOON, Body, Desk, a_shipment, an_order
from tests.pipeline.harness import Pipeline

MANY = [f"SO{number}" for number in range(60)]


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def everything_open(
    desk: Desk, feed: str, bodies: Sequence[Body], *, mode: str = "open", skew_s: float | None = None
) -> None:
    """One scan in which a source lists everything it holds open."""
    scan_id = desk.open()
    with desk.engine.begin() as conn:
        pull_id = scans.begin_pull(
            conn, scan_id=scan_id, source="erp" if feed == "orders" else "wms", feed=feed, mode=mode, since=None,
            until=desk.now(),
        )  # fmt: skip
        rows = ((pull_id, no, body["version"], as_json(body)) for no, body in enumerate(bodies))
        copy_rows(conn, "feed_row", ("pull_id", "record_no", "version", "body"), rows)
        scans.end_pull(conn, pull_id, "validated", clock_skew_s=skew_s)
    apply_feeds(desk.engine, scan_id, desk.now(), desk.policy)


def test_an_order_that_the_list_does_not_name_becomes_a_contradiction(desk: Desk) -> None:
    desk.bring_in(desk.open(), orders=[an_order(one) for one in MANY])
    everything_open(desk, "orders", [an_order(one) for one in MANY[1:]])
    contradicted = "select order_id from orders where missing_since is not null and sources_disagree_since is not null"
    assert desk.ask(contradicted) == ["SO0"]


def test_a_shipment_that_the_list_does_not_name_becomes_a_contradiction_of_its_order(desk: Desk) -> None:
    desk.bring_in(desk.open(), orders=[an_order(one) for one in MANY], shipments=[a_shipment(one) for one in MANY])
    everything_open(desk, "shipments", [a_shipment(one) for one in MANY[1:]])
    assert desk.ask("select order_id from orders where sources_disagree_since is not null") == ["SO0"]


def test_an_order_named_again_is_a_contradiction_no_more(desk: Desk) -> None:
    desk.bring_in(desk.open(), orders=[an_order(one) for one in MANY])
    everything_open(desk, "orders", [an_order(one) for one in MANY[1:]])
    everything_open(desk, "orders", [an_order("SO0")], mode="changes")
    assert desk.ask("select order_id from orders where missing_since is not null") == []
    assert desk.ask("select order_id from orders where sources_disagree_since is not null") == []


def test_changes_alone_say_nothing_about_those_they_do_not_name(desk: Desk) -> None:
    desk.bring_in(desk.open(), orders=[an_order(one) for one in MANY])
    everything_open(desk, "orders", [], mode="changes")
    assert desk.ask("select order_id from orders where missing_since is not null") == []


@pytest.mark.parametrize(("gone", "believed"), [(2, 2), (3, 0)])  # 2 % of 60 orders, rounded up
def test_a_list_that_lacks_more_than_its_share_is_not_believed(desk: Desk, gone: int, believed: int) -> None:
    desk.bring_in(desk.open(), orders=[an_order(one) for one in MANY])
    everything_open(desk, "orders", [an_order(one) for one in MANY[gone:]])
    assert desk.ask("select count(*) from orders where missing_since is not null") == [believed]


def test_a_refused_record_is_not_an_absent_one(desk: Desk) -> None:
    desk.bring_in(desk.open(), orders=[an_order(one) for one in MANY])
    with desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into quarantine (source, feed, record_id, reason, message, detail, record, record_sha, first_seen_at)
            values ('erp', 'orders', 'SO0', 'negative_amount', '{}', '', '{}', 'x', now())
        """)
        )
    everything_open(desk, "orders", [an_order(one) for one in MANY[1:]])
    assert desk.ask("select order_id from orders where missing_since is not null") == []


def test_a_late_order_that_its_source_has_forgotten_goes_to_a_person_first(desk: Desk) -> None:
    fine = [an_order(one, paid_at=NOON - HOUR, approved_at=None) for one in MANY]
    desk.scan(orders=[*fine, an_order("SO99")], shipments=[a_shipment("SO99", printed_at=NOON - MINUTE)])
    everything_open(desk, "orders", fine)
    desk.advance(8 * HOUR)
    assert desk.scan()["suspects"] == 1
    assert desk.incidents()["order:SO99:pick"] == "triage"


def test_while_the_clock_of_a_source_is_off_its_watermark_stays(desk: Desk) -> None:
    everything_open(desk, "orders", [an_order()], mode="changes")
    before = desk.ask("select watermark from source_feed")
    desk.advance(15 * MINUTE)
    everything_open(desk, "orders", [], mode="changes", skew_s=-301)
    assert desk.ask("select watermark from source_feed") == before
    everything_open(desk, "orders", [], mode="changes", skew_s=-300)
    assert desk.ask("select watermark from source_feed") > before


@pytest.fixture
def a_day_later(install: Install, start_company: StartCompany) -> Pipeline:
    """A company and our books of it, with the next scan due to ask for everything open again."""
    company = start_company()
    pipeline = install(of=company)
    pipeline.scan()
    company.advance(25 * HOUR)
    pipeline.set_clock(company.ahead())
    return pipeline


LATEST = "select mode, state, error from feed_pull where feed = 'orders' order by pull_id desc limit 1"


def test_the_lists_of_a_real_company_contradict_our_books_nowhere(a_day_later: Pipeline) -> None:
    a_day_later.scan()
    assert a_day_later.ask(LATEST) == [("open", "applied", None)]
    assert a_day_later.ask("select count(*) from orders where missing_since is not null") == [0]
    assert a_day_later.ask("select count(*) from shipment where missing_since is not null") == [0]


def test_a_list_with_a_good_part_missing_is_rejected_as_a_whole(a_day_later: Pipeline) -> None:
    with a_day_later.engine.begin() as conn:
        conn.execute(
            text("""
            insert into orders
            select (jsonb_populate_record(o, jsonb_build_object('order_id', 'GONE' || o.order_id))).*
            from orders as o where status = 'open'
        """)
        )
    a_day_later.scan()
    mode, state, error = a_day_later.ask(LATEST)[0]
    assert (mode, state) == ("open", "rejected") and "open in our books are not in it" in error
    assert a_day_later.ask("select state from incident where dedup_key = 'source:erp'") == ["open"]
