"""The three source systems keep their contract: signing in, paging, and one order told three ways."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
import requests
from demo_client import Client

DIRTY_ORDERS = 10


def test_erp_refuses_wrong_secrets_and_unknown_tokens(company: Client) -> None:
    url = company.at["erp"]["url"]
    form = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"}
    refused = requests.post(f"{url}/oauth/token", data=form, timeout=5)
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
    query = {"modified_from": "2026-10-01 00:00:00"}
    answer = requests.get(f"{url}/api/v1/orders", params=query, headers={"Authorization": "Bearer x"}, timeout=5)
    assert answer.status_code == 401


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 501}, {"modified_from": "yesterday"}, {"state": "all"}])
def test_erp_says_422_to_what_it_does_not_understand(company: Client, query: dict[str, object]) -> None:
    assert company.erp(**query).status_code == 422


def test_erp_pages_hold_every_order_once_in_order(company: Client) -> None:
    whole = company.orders()
    small = company.orders(limit=37, modified_from="2026-10-07 00:00:00")
    keys = [(row["modified"], row["order_no"] or "") for row in whole]
    assert keys == sorted(keys)
    clean = [key for key in keys if key[1][8:9] != "9"]
    assert len({number for _, number in clean}) == len(clean)
    assert [row for row in whole if row["modified"] >= "2026-10-07 00:00:00"] == small


def test_erp_never_tears_rows_with_the_same_key_apart(company: Client) -> None:
    twins = [
        row
        for row in company.orders(limit=1, modified_from="2026-10-08 00:00:00")
        if row["remark"] in {"first", "second"}
    ]
    assert len(twins) == 2
    assert twins[0]["order_no"] == twins[1]["order_no"]


def test_erp_knows_finished_and_cancelled_orders(company: Client) -> None:
    states = {row["state"] for row in company.orders()}
    assert {"WAIT_AUDIT", "AUDITED", "FINISHED", "CANCELLED"} <= states
    finished = company.orders(state="finished")
    assert len(finished) == 2000
    assert {row["state"] for row in finished} == {"FINISHED"}
    assert all(row["pay"]["state"] == "REFUNDED" for row in company.orders() if row["state"] == "CANCELLED")


def test_as_many_orders_are_open_as_asked_for(company: Client) -> None:
    assert company.truth()["orders"] == 500
    assert len(company.orders(state="open")) == 500 + DIRTY_ORDERS


def test_wms_reports_its_errors_inside_http_200(company: Client) -> None:
    assert company.wms({"modified_begin": 0}, sign="0" * 32) == {"code": 10, "msg": "invalid sign"}
    assert company.wms({"modified_begin": 0}, timestamp=str(int(company.now - 700)))["code"] == 11
    assert company.wms({"modified_begin": "today"})["code"] == 20
    assert company.wms({"modified_begin": 0, "page_size": 201})["code"] == 20


def test_wms_pages_hold_every_shipment_once_in_order(company: Client) -> None:
    whole = company.shipments()
    keys = [(row["modified"], row["outbound_no"]) for row in whole]
    assert keys == sorted(set(keys))
    begin = int((company.now - 3 * 86400) * 1000)
    assert [row for row in whole if row["modified"] >= begin] == company.shipments(17, modified_begin=begin)


def test_wms_has_a_shipment_for_every_audited_order_and_no_other(company: Client) -> None:
    clean = [row for row in company.orders() if (row["order_no"] or "9" * 13)[8] != "9"]
    audited = {row["order_no"] for row in clean if row["audit_time"]}
    shipped = {row["order_no"] for row in company.shipments() if not row["outbound_no"].startswith("OB00")}
    assert shipped == audited


def test_wms_shows_nothing_of_the_future(company: Client) -> None:
    now = math.ceil(company.now * 1000)
    for row in company.shipments(state="open"):
        assert all((row[event] or 0) <= now for event in ("created", "printed", "picked", "shipped", "signed"))
        assert (row["manifest"] is not None) == (row["shipped"] is not None)


def test_crm_wants_basic_auth_and_follows_links(company: Client) -> None:
    url = company.at["crm"]["url"]
    assert requests.get(f"{url}/customers", timeout=5).status_code == 401
    assert requests.get(f"{url}/customers", auth=("a", "b"), timeout=5).status_code == 401
    whole = company.people("customers", page_size=200)
    assert company.people("customers", page_size=61) == whole
    keys = [(row["updated_at"], row["id"]) for row in whole]
    assert keys == sorted(set(keys))
    assert {row["customer_no"] for row in (order["buyer"] for order in company.orders(state="open"))} <= {
        row["id"] for row in whole
    }


def test_crm_lists_only_what_changed_since(company: Client) -> None:
    since = "2026-10-01T00:00:00Z"
    recent = company.people("customers", updated_since=since, page_size=50)
    assert recent == [row for row in company.people("customers") if row["updated_at"] >= since]
    assert company.crm("customers", updated_since="soon").status_code == 422
    assert company.crm("customers", cursor="nonsense").status_code == 400


def test_crm_knows_who_asked_for_later_delivery(company: Client) -> None:
    wishes = company.people("delay-requests")
    assert {"CUSTOMER", "SELLER"} == {wish["asked_by"] for wish in wishes}
    assert {"CONFIRMED", "PENDING", "REFUSED"} == {wish["state"] for wish in wishes}


def test_crm_knows_who_complained_but_not_who_will(company: Client) -> None:
    complaints = company.people("complaints", page_size=7)
    assert complaints == company.people("complaints", page_size=200) != []
    now = datetime.fromtimestamp(company.now, UTC)
    assert all(datetime.fromisoformat(one["complained_at"]) <= now for one in complaints)
    assert {one["category"] for one in complaints} <= {"LATE", "WRONG_GOODS", "DAMAGED"}
    assert {one["customer"] for one in complaints} <= {row["id"] for row in company.people("customers")}


def test_every_answer_carries_the_companys_date(company: Client) -> None:
    assert company.erp().headers["Date"].startswith("Thu, 08 Oct 2026 02:")
    assert requests.get(f"{company.at['wecom']['url']}/nowhere", timeout=5).headers["Date"].startswith("Thu, 08 Oct")
