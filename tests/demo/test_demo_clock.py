"""Time in the company: it can be moved forward, and orders move with it."""

from __future__ import annotations

import pytest
import requests
from demo_client import Client, Start

from demo.clock import Clock
from demo.instants import duration


@pytest.fixture(scope="module")
def moving(start: Start) -> Client:
    return start("serve", "--orders", "400", "--history", "500")


def test_advancing_moves_orders_and_ends_a_promise(moving: Client) -> None:
    before = {row["outbound_no"]: row["state"] for row in moving.shipments(state="open")}
    presales = {one["order_id"] for one in moving.truth()["suppressed"] if one["reason"] == "presale"}
    moving.advance("PT7H")
    assert moving.control("GET", "_clock")["now"].startswith("2026-10-08T17:07")
    after = {row["outbound_no"]: row["state"] for row in moving.shipments() if row["outbound_no"] in before}
    assert sum(after[number] > before[number] for number in before) > 50
    assert all(after[number] >= before[number] for number in before)
    broken = [one for one in moving.truth()["anomalies"] if one["order_id"] in presales]
    assert [one["level"] for one in broken] == [1]
    new = [row for row in moving.orders(state="open") if (row["paid_time"] or "") > "2026-10-08 10:30:00"]
    assert len(new) > 5


def test_tokens_expire_in_the_companys_time(moving: Client) -> None:
    assert moving.erp().status_code == 200
    moving.control("POST", "_clock", {"advance": 7300})
    assert moving.erp().status_code == 401


@pytest.mark.parametrize("step", [{"advance": "-5"}, {"advance": -5}, {"advance": "soon"}, {}])
def test_a_clock_does_not_go_backwards(moving: Client, step: dict[str, object]) -> None:
    answer = requests.post(f"{moving.at['control']['url']}/_clock", json=step, timeout=5)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("text", "seconds"), [("PT6H", 21600), ("P1DT30M", 88200), ("P3D", 259200), ("90", 90), (1.5, 1.5)]
)
def test_durations_are_iso_or_seconds(text: str | float, seconds: float) -> None:
    assert duration(text).total_seconds() == seconds


def test_a_clock_starts_where_it_is_told_to() -> None:
    clock = Clock(1_000_000)
    clock.advance(duration("PT1M"))
    assert 1_000_060 <= clock.now() < 1_000_065
