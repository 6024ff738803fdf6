"""The page of an order: where it stands, why nobody was alerted, and every decision; found by its number."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.pipeline.desk import NOON, Desk, a_line, a_shipment, an_order
from tests.web.test_incident_page import As, as_, desk, number_of, plain  # noqa: F401  # fixtures

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


def look(client: TestClient, order_id: str, lang: str = "en") -> str:
    answer = client.get("/order", params={"q": order_id, "lang": lang})
    assert answer.status_code == 200, answer.text
    return plain(answer.text.partition("<main")[2])


def test_a_late_order_says_since_when_and_leads_to_its_incident(as_: As, desk: Desk) -> None:  # noqa: F811
    page = look(as_("viewer"), "SO-1")
    assert "Late in pick since" in page and "late: became part of an incident" in page
    assert f"#{number_of(desk)} single order late" in page
    assert "超时：在拣货" in look(as_("viewer"), "SO-1", "zh-CN")


def test_an_order_that_may_wait_says_why_nobody_was_alerted_and_until_when(as_: As, desk: Desk) -> None:  # noqa: F811
    presale = {"kind": "presale", "lines": [a_line(presale=True, ship_by=NOON + timedelta(days=3))]}
    desk.scan(orders=[an_order("SO-2", **presale)], shipments=[a_shipment("SO-2")])
    page = look(as_("viewer"), "SO-2")
    assert "Nobody was alerted: waiting in pick is normal until 11-21 12:00" in page
    assert "nobody alerted: waiting is normal" in page and "presale" in page.lower()
    assert "It has never been in an incident" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"flags": ["test"]}, "it is no valid order"),
        ({"flags": ["placeholder"]}, "a person looks first"),
        ({"payment": "unpaid", "paid_at": None, "approved_at": None}, "Not watched now: not paid yet"),
        ({"status": "cancelled"}, "Not watched now: cancelled"),
        ({"approved_at": NOON - timedelta(hours=1)}, "late only from"),
    ],
)
def test_the_first_sentence_says_how_it_is(
    as_: As, desk: Desk, changes: dict[str, object], said: str  # noqa: F811
) -> None:  # fmt: skip
    shipments = [] if "payment" in changes else [a_shipment("SO-3")]
    if "approved_at" in changes:
        shipments = [a_shipment("SO-3", printed_at=NOON - timedelta(minutes=30))]
    desk.scan(orders=[an_order("SO-3", **changes)], shipments=shipments)
    assert said in look(as_("viewer"), "SO-3")


def test_the_same_decision_in_a_row_is_one_line(desk: Desk) -> None:  # noqa: F811
    from zoneinfo import ZoneInfo

    from orderwatch.store.findings import Decision
    from orderwatch.web.health.clock import Clock
    from orderwatch.web.health.order import _folded

    def decided(hour: int, why: str) -> Decision:
        return Decision(NOON + timedelta(hours=hour), "pick", "exempted", why, why)

    clock = Clock(NOON, ZoneInfo("Asia/Shanghai"), "en")
    rows = list(_folded([decided(0, "a"), decided(1, "a"), decided(2, "b")], desk.policy, clock))
    assert [(row.why, row.times) for row in rows] == [("b", 1), ("a", 2)]
    assert rows[1].at.endswith("12:00") and rows[1].until.endswith("13:00")


def test_a_number_that_is_no_orders_is_an_incidents(as_: As, desk: Desk) -> None:  # noqa: F811
    number = number_of(desk)
    for asked in (f"#{number}", str(number), f" #{number} "):
        answer = as_("viewer").get("/order", params={"q": asked, "lang": "en"}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/incident/{number}?lang=en")


@pytest.mark.parametrize("asked", ["SO-77", "#77", "77", "%", "'; drop table orders; --", "x" * 200])
def test_what_is_not_known_is_said_with_what_to_try(as_: As, desk: Desk, asked: str) -> None:  # noqa: F811
    answer = as_("viewer").get("/order", params={"q": asked, "lang": "en"})
    assert answer.status_code == 404 and "No such order or incident" in answer.text


@pytest.mark.parametrize("asked", ["", "x" * 201, "a\x00b"])
def test_what_no_order_is_called_is_refused(as_: As, desk: Desk, asked: str) -> None:  # noqa: F811
    assert as_("viewer").get("/order", params={"q": asked}).status_code == 422


def test_decisions_are_a_file(as_: As, desk: Desk) -> None:  # noqa: F811
    answer = as_("viewer").get("/order.csv", params={"q": "SO-1", "lang": "en"})
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][0] == "from" and len(rows) >= 2


def test_an_order_is_reported_by_whoever_may_and_its_incident_is_shown(as_: As, desk: Desk) -> None:  # noqa: F811
    desk.scan(orders=[an_order("SO-4", approved_at=NOON - timedelta(hours=1))], shipments=[])
    assert "Report a wrong article" not in look(as_("viewer"), "SO-4")
    assert "Report a wrong article" in look(as_("supervisor"), "SO-4")
    headers = {"hx-request": "true", "sec-fetch-site": "same-origin"}
    sent = {"order_id": "SO-4", "what": "wrong_item", "note": "SKU-7 instead of SKU-8"}
    assert as_("viewer").post("/order/report?lang=en", data=sent, headers=headers).status_code == 403
    answer = as_("supervisor").post("/order/report?lang=en", data=sent, headers=headers)
    (number,) = desk.ask("select incident_id from incident where reported = 'wrong_item'")
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, f"/incident/{number}?lang=en")
    again = as_("supervisor").post("/order/report?lang=zh-CN", data=sent, headers=headers)
    assert again.status_code == 409 and f"已经有人上报：事件 #{number}" in again.text
    gone = as_("supervisor").post("/order/report?lang=zh-CN", data=sent | {"order_id": "X"}, headers=headers)
    assert gone.status_code == 409 and "订单 X 不在履约途中" in gone.text
