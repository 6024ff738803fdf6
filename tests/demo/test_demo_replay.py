"""A recorded history served through the same systems."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests
from demo_client import Start

from demo.instants import epoch
from demo.replay import load

ZONE = ZoneInfo("America/Sao_Paulo")
HEADER = (
    "order_id,stage,entered_at,left_at,category,origin_region,dest_region,channel,"
    "customer_segment,order_value,promised_at\n"
)
CSV = HEADER + "".join(
    f"{line}\n"
    for line in (
        "a1,approval,2030-05-06 09:00:00,2030-05-06 10:00:00,toys,SP,RJ,card,single,12.5,2030-05-20",
        "a1,handover,2030-05-06 10:00:00,2030-05-07 10:00:00,toys,SP,RJ,card,single,12.5,2030-05-20",
        "a1,transport,2030-05-07 10:00:00,2030-05-09 10:00:00,toys,SP,RJ,card,single,12.5,2030-05-20",
        "a2,approval,2030-05-08 09:00:00,,,,RJ,card,vip,99.99,",
        "a3,packing,2030-05-08 09:00:00,2030-05-08 10:00:00,toys,SP,RJ,card,single,1,",
        "a4,review,2030-05-06 09:00:00,2030-05-06 11:00:00,toys,SP,RJ,card,single,,",
        "a5,print,2030-05-08 08:00:00,2030-05-08 09:00:00,toys,SP,BA,boleto,single,7,",
        "a5,pick,2030-05-08 09:00:00,,toys,SP,BA,boleto,single,7,",
    )
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "history.csv"
    path.write_text(CSV)
    return path


def test_stages_become_the_five_nodes(file: Path) -> None:
    start = epoch("2030-05-08T12:00:00", ZONE)
    company, skipped = load(file, start, ZONE, "BRL")
    assert skipped == {"packing": 1}
    row = {str(number): at for at, number in enumerate(company.book.order_no)}
    assert sorted(row) == ["a1", "a2", "a4", "a5"]

    def at(order: str, time: str) -> str | None:
        return company.book.node(row[order], epoch(time, ZONE))

    assert at("a1", "2030-05-06T09:30:00") == "review"
    assert at("a1", "2030-05-06T10:00:00") == "outbound"
    assert at("a1", "2030-05-08T12:00:00") == "transport"
    assert at("a1", "2030-05-09T12:00:00") is None
    assert at("a2", "2030-05-30T12:00:00") == "review"
    assert at("a4", "2030-05-06T12:00:00") is None  # it left and never came back
    assert at("a5", "2030-05-08T12:00:00") == "pick"


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("order_id,stage,entered_at,left_at\n1,review,2030-01-01,2030-01-02\n")
    with pytest.raises(ValueError, match="lacks the columns category"):
        load(path, 0, ZONE, "BRL")


def test_a_replay_serves_three_systems_and_no_truth(file: Path, start: Start) -> None:
    company = start("replay", str(file), "--at", "2030-05-08T12:00:00")
    orders = {row["order_no"]: row for row in company.orders()}
    assert sorted(orders) == ["a1", "a2", "a4", "a5"]
    assert orders["a2"]["pay"] == {"state": "PAID", "amount": "99.99", "currency": "BRL"}
    assert orders["a2"]["paid_time"] == "2030-05-08 20:00:00"  # 09:00 in São Paulo
    assert (orders["a2"]["warehouse"], orders["a2"]["buyer"]["province"]) == ("WH", "RJ")
    assert orders["a4"]["state"] == "CANCELLED"
    shipments = {row["order_no"]: row for row in company.shipments()}
    assert shipments["a1"]["printed"] == shipments["a1"]["picked"] == shipments["a1"]["created"]
    assert {shipments["a1"]["state"], shipments["a5"]["state"]} == {40, 20}
    tiers = {row["id"]: row["tier"] for row in company.people("customers")}
    assert tiers[orders["a2"]["buyer"]["customer_no"]] == "VIP"
    answer = requests.get(f"{company.at['control']['url']}/_truth", timeout=5)
    assert answer.status_code == 404
    assert "replay" in answer.json()["detail"]
