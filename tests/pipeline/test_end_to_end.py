"""One scan of a company finds exactly what was planted there, tells whom it concerns, and repeats nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from orderwatch.local.verdict import Reality, compare
from orderwatch.store.findings import (
    count_messages,
    count_waiting,
    read_found,
    read_quarantined,
    read_silenced,
)
from tests.pipeline.books import fingerprints
from tests.pipeline.company import Company
from tests.pipeline.conftest import Install, StartCompany
from tests.pipeline.harness import Pipeline


def reality(conn: Connection, company: Company) -> Reality:
    return Reality(
        orders=count_waiting(conn),
        found=read_found(conn),
        silenced=read_silenced(conn),
        quarantined=read_quarantined(conn),
        chat=company.chat(),
        mails=company.mails(),
        unsettled_messages=sum(n for state, n in count_messages(conn).items() if state != "delivered"),
        scan_seconds=0.0,
    )


@pytest.fixture(scope="module")
def audience(start_company: StartCompany) -> Company:
    """A company of its own: everything that its sinks hear comes from these tests."""
    return start_company()


@pytest.fixture(scope="module")
def pipeline(install: Install, audience: Company) -> Pipeline:
    """After the first scan and its messages."""
    made = install(of=audience)
    made.scan()
    made.notify()
    return made


def test_first_scan_finds_what_was_planted_and_everybody_hears_of_it(pipeline: Pipeline, audience: Company) -> None:
    with pipeline.engine.connect() as conn:
        result, differences = compare(audience.truth(), reality(conn, audience))
    assert differences == []
    assert result["exact"] and result["planted"] == result["found"] > 25


def test_an_ordinary_order_that_nobody_watches_is_a_difference(pipeline: Pipeline, audience: Company) -> None:
    with pipeline.engine.connect() as conn:  # rolled back at the end
        conn.execute(
            text("""
            delete from order_alert
            where order_id = (select min(order_id) from order_alert where verdict is null and expected_until is null)
        """)
        )
        result, differences = compare(audience.truth(), reality(conn, audience))
    assert differences == ["the company has 700 open orders, Orderwatch watches 699"]
    assert not result["exact"]


def test_telling_again_sends_nothing(pipeline: Pipeline, audience: Company) -> None:
    heard = len(audience.chat()), len(audience.mails())
    assert pipeline.notify() == {}
    assert (len(audience.chat()), len(audience.mails())) == heard


def test_scanning_again_writes_no_business_row_and_plans_no_message(pipeline: Pipeline) -> None:
    for _ in range(8):  # until nothing happens in the company between two scans
        before = fingerprints(pipeline.engine)
        counts = pipeline.scan()
        if pipeline.changed == 0:
            break
    assert pipeline.changed == 0, "every scan found changed orders"
    assert fingerprints(pipeline.engine) == before
    assert not any(counts.values())
