"""A mail to a customer reaches the address that the CRM knows, in the customer's language, and no address is kept."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from pytest_httpserver import HTTPServer

from orderwatch.core.effect import Outcome
from orderwatch.hooks import mail_client
from orderwatch.hooks.crm_client import CrmClient
from orderwatch.hooks.customer_mail_client import CustomerMailClient
from orderwatch.hooks.mail_client import MailClient

from .builders import AT, KEY, MAIL, effect, near, source_api
from .conftest import Company


def send(company: Company, key: str, **changes: Any) -> Outcome:
    return company.client("customer_mail")(effect("customer_mail", MAIL | changes, key))


def in_language(company: Company, language: str) -> str:
    crm = company.at["crm"]
    for at in range(1, 30):
        url = f"{crm['url']}/customers/C{at:05d}/contact"
        if requests.get(url, auth=(crm["user"], crm["password"]), timeout=5).json()["language"] == language:
            return f"C{at:05d}"
    raise AssertionError(f"no customer reads {language}")


@pytest.mark.parametrize(("language", "subject"), [("zh-CN", "致歉"), ("en", "Our apology")])
def test_a_customer_is_written_to_in_their_language(
    company: Company, key: str, language: str, subject: str, caplog: pytest.LogCaptureFixture
) -> None:
    customer = in_language(company, language)
    with caplog.at_level(logging.DEBUG):
        outcome = send(company, key, customer_id=customer)
    assert outcome == Outcome("delivered")
    mail = company.received("smtp")[-1]
    assert (mail["to"], mail["subject"]) == ([f"{customer.lower()}@example.com"], subject)
    assert "@example.com" not in caplog.text


def test_a_language_that_the_mail_is_not_written_in_gives_way_to_the_one_it_is(company: Company, key: str) -> None:
    customer = in_language(company, "zh-CN")
    send(company, key, customer_id=customer, texts={"en": {"subject": "Only English", "text": "x"}})
    assert company.received("smtp")[-1]["subject"] == "Only English"


def test_a_mail_that_is_sent_again_can_be_recognised(company: Company, key: str) -> None:
    """SMTP recognises nothing itself: the sink is blind, and only the Message-ID tells a repetition."""
    for _ in range(2):
        send(company, key)
    send(company, f"{key}/2")
    first, again, other = [mail["message_id"] for mail in company.received("smtp")][-3:]
    assert first == again != other


def test_hostile_words_stay_in_the_text(company: Company, key: str) -> None:
    words = "抱歉\n.\nBcc: everybody@example.com\n<b>{{ 7 * 7 }}</b>"
    letters = {"zh-CN": {"subject": "a\r\nBcc: everybody@example.com", "text": words}}
    assert send(company, key, texts=letters).result == "delivered"
    mail = company.received("smtp")[-1]
    assert mail["to"] == ["c00001@example.com"]
    assert mail["text"].splitlines() == words.splitlines()


def test_a_mail_server_that_is_down_has_got_nothing(company: Company, key: str) -> None:
    company.fail("smtp", "down", times=None)
    assert send(company, key).result == "not_sent"


# --- a CRM and a mail server that say what the test wants ---


@pytest.fixture
def crm(httpserver: HTTPServer) -> CrmClient:
    told = {"email": "refused.zhang@example.com", "language": "zh-CN", "name": "张三"}
    httpserver.expect_request("/customers/C00001/contact").respond_with_json(told)
    return CrmClient(source_api("crm", near(httpserver.url_for(""))))


def test_a_refused_address_is_not_told(company: Company, crm: CrmClient) -> None:
    outcome = CustomerMailClient(crm, company.mail(), lambda: AT).send(effect("customer_mail", MAIL))
    assert (outcome.result, outcome.detail) == ("refused", "the mail server refuses …")


@pytest.fixture
def forgetful() -> Iterator[int]:
    """A mail server that hangs up after the text."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"220 ready\r\n")
                for answer in (b"250 ok", b"250 ok", b"250 ok", b"354 go on"):
                    peer.recv(65_536)
                    peer.sendall(answer + b"\r\n")
                peer.recv(65_536)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(3)


def test_a_connection_lost_after_the_text_leaves_it_unknown(
    crm: CrmClient, forgetful: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_client, "TIMEOUT", 0.5)
    mail = MailClient("127.0.0.1", forgetful, "o@example.com", security="none")
    outcome = CustomerMailClient(crm, mail, lambda: AT).send(effect("customer_mail", MAIL, KEY))
    assert outcome.result == "unknown"
    assert "@" not in str(outcome.detail) and "张三" not in repr(outcome)
