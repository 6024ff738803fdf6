"""Outages on request: each mode fails the way it says, and ends when it is told to."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
import requests
from demo_client import Client


@pytest.fixture(autouse=True)
def healthy_afterwards(company: Client) -> Iterator[None]:
    company.erp()  # signed in before anything fails
    yield
    company.control("DELETE", "_faults")


def test_a_service_that_is_down_refuses_connections_until_it_is_restored(company: Client) -> None:
    company.fault(service="wms", mode="down")
    with pytest.raises(requests.ConnectionError):
        company.wms({"modified_begin": 0})
    company.control("DELETE", "_faults")
    assert company.wms({"modified_begin": 0})["code"] == 0


def test_a_service_can_drop_a_number_of_connections(company: Client) -> None:
    company.fault(service="erp", mode="down", times=2)
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            company.erp()
    assert company.erp().status_code == 200


def test_the_mail_server_can_be_down(company: Client) -> None:
    company.fault(service="smtp", mode="down")
    address = company.at["smtp"]["host"], company.at["smtp"]["port"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=2)
    company.control("DELETE", "_faults")
    socket.create_connection(address, timeout=2).close()


@pytest.mark.parametrize(("mode", "status"), [("http_500", 500), ("http_429", 429)])
def test_http_errors_last_as_many_requests_as_asked_for(company: Client, mode: str, status: int) -> None:
    company.fault(service="erp", mode=mode, times=1)
    answer = company.erp()
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("1" if status == 429 else None)
    assert answer.headers["Date"]
    assert company.erp().status_code == 200


def test_a_truncated_answer_ends_half_way(company: Client) -> None:
    company.fault(service="crm", mode="truncated", times=1)
    with pytest.raises(requests.exceptions.RequestException):
        company.crm("customers").json()
    assert company.crm("customers").status_code == 200


def test_answers_can_be_no_json_or_hold_the_wrong_types(company: Client) -> None:
    company.fault(service="erp", mode="invalid_json", times=1)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        company.erp().json()
    company.fault(service="erp", mode="wrong_types", times=1)
    order = company.erp(limit=1).json()["orders"][0]
    assert isinstance(order["modified"], dict)
    assert isinstance(order["pay"]["amount"], dict)


def test_answers_can_be_empty(company: Client) -> None:
    company.fault(service="erp", mode="empty")
    company.fault(service="crm", mode="empty")
    company.fault(service="wms", mode="empty")
    assert company.erp().json() == {"orders": [], "has_more": False}
    assert company.people("customers") == []
    assert company.wms({"modified_begin": 0})["data"] == {"rows": [], "has_next": False}


def test_slow_and_busy_services(company: Client) -> None:
    company.fault(service="wms", mode="slow", seconds=0.3, times=1)
    before = time.monotonic()
    assert company.wms({"modified_begin": 0})["code"] == 0
    assert time.monotonic() - before > 0.3
    company.fault(service="wms", mode="busy", times=1)
    assert company.wms({"modified_begin": 0})["code"] == 47


def test_a_skewed_clock_shows_in_the_date(company: Client) -> None:
    company.fault(service="erp", mode="skewed_clock", times=1)
    skewed, right = (parsedate_to_datetime(company.erp().headers["Date"]) for _ in range(2))
    assert 7100 < (skewed - right).total_seconds() < 7300


def test_unknown_services_and_modes_are_refused(company: Client) -> None:
    url = f"{company.at['control']['url']}/_faults"
    for body in ({"service": "control", "mode": "down"}, {"service": "erp", "mode": "tired"}):
        assert requests.post(url, json=body, timeout=5).status_code == 422
