"""A survey reaches its customer as they want it; its link is sealed when it leaves, and opting out is heeded."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from pytest_httpserver import HTTPServer

from orderwatch.core.addresses import NOWHERE, Addresses
from orderwatch.core.effect import Outcome
from orderwatch.core.survey.link import SurveyLink, read
from orderwatch.hooks.crm_client import CrmClient
from orderwatch.hooks.crm_task_client import CrmTaskClient
from orderwatch.hooks.customer_mail_client import CustomerMailClient

from .builders import AT, MAIL, TASK, effect, near, source_api
from .conftest import Company

KEY = b"k" * 32
HERE = Addresses("https://airflow.example", KEY)
CONTACT, TASKS = "/customers/C00001/contact", "/customers/C00001/tasks"


@pytest.fixture
def crm(httpserver: HTTPServer) -> CrmClient:
    return CrmClient(source_api("crm", near(httpserver.url_for(""))))


def token_in(text: str) -> str:
    found = re.search(r"https://airflow\.example/orderwatch/survey/(\S+)\?lang=", text)
    assert found, text
    return found[1]


def test_the_link_in_a_letter_opens_the_invitation_of_its_customer(company: Company, key: str) -> None:
    texts = {"zh-CN": {"subject": "s", "text": "{link}?lang=zh-CN"}, "en": {"subject": "s", "text": "{link}?lang=en"}}
    payload = MAIL | {"texts": texts, "survey": TASK["survey"]}
    client = CustomerMailClient(company.crm, company.mail(), lambda: AT, HERE)
    assert client.send(effect("customer_mail", payload, key)).result == "delivered"
    link = read(KEY, token_in(company.received("smtp")[-1]["text"]), AT)
    assert (link.invitation_id, link.customer_id, link.link_id) == (7, "C00001", "once")
    assert isinstance(link, SurveyLink)
    nowhere = CustomerMailClient(company.crm, company.mail(), lambda: AT, NOWHERE)
    assert nowhere.send(effect("customer_mail", payload, f"{key}/2")).result == "not_sent"


def test_a_task_of_the_call_centre_is_written_once_and_found_again(company: Company, key: str) -> None:
    client = CrmTaskClient(company.crm, HERE)
    one = effect("crm_task", TASK, key)
    assert client.find(one).result == "unknown"
    first = client.send(one)
    assert (first.result, client.send(one), client.find(one)) == ("delivered", first, first)
    all_of = requests.get(f"{company.at['crm']['url']}/_tasks", timeout=5).json()
    (task,) = [task for task in all_of if task["reference"] == key]
    assert (task["id"], task["customer"], task["order_no"]) == (first.ref, "C00001", "SO1")
    assert read(KEY, token_in(task["text"]), AT).invitation_id == 7
    assert CrmTaskClient(company.crm, NOWHERE).send(one).result == "not_sent"
    assert client.send(effect("crm_task", TASK | {"title": "another"}, key)).result == "refused"


def test_whoever_has_opted_out_is_not_called(httpserver: HTTPServer, crm: CrmClient) -> None:
    httpserver.expect_request(CONTACT).respond_with_json({"email": "a@example.com", "opt_out": True, "phone": "1"})
    assert CrmTaskClient(crm, HERE).send(effect("crm_task", TASK)).result == "called_off"
    assert [request.path for request, _ in httpserver.log] == [CONTACT]


@pytest.mark.parametrize(
    ("told", "way"),
    [
        ({"email": "a@example.com", "phone": "199", "prefers": "mail"}, "mail"),
        ({"email": "a@example.com"}, "mail"),
        ({"email": "a@example.com", "phone": "199", "prefers": "phone"}, "call"),
        ({"email": "a@example.com", "phone": None, "prefers": "phone"}, "mail"),
        ({"email": None, "phone": "199"}, "call"),
        ({"email": "nobody", "phone": "199"}, "call"),
        ({"email": None, "phone": None}, "none"),
        ({"email": "a@example.com", "phone": "199", "opt_out": True}, "opted_out"),
        ({"email": "a@example.com", "opt_out": "perhaps"}, "opted_out"),
    ],
)
def test_the_crm_says_how_a_customer_wants_to_be_asked(
    httpserver: HTTPServer, crm: CrmClient, told: dict[str, Any], way: str
) -> None:
    httpserver.expect_request(CONTACT).respond_with_json(told)
    assert crm.way("C00001") == way


def test_a_crm_that_does_not_answer_says_nothing_about_a_customer(httpserver: HTTPServer, crm: CrmClient) -> None:
    httpserver.expect_oneshot_request(CONTACT).respond_with_data("", 500)
    silent = crm.way("C00001")
    assert isinstance(silent, Outcome) and silent.result == "not_sent"
    httpserver.expect_request(CONTACT).respond_with_json({"name": "x"})
    assert isinstance(crm.way("C00001"), Outcome)
