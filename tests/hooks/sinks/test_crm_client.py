"""The CRM recognises nothing, but can be asked: a note is looked for by its reference before it is written."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from orderwatch.hooks.crm_client import Contact, CrmClient
from orderwatch.hooks.json_api import JsonApi
from orderwatch.hooks.logins import SourceLogin
from orderwatch.hooks.sources.config import load_source
from orderwatch.paths import POLICY

from .builders import KEY, NOTE, effect, near, source_api
from .conftest import Company

NOTES, CONTACT = "/customers/C00001/notes", "/customers/C00001/contact"


@pytest.fixture
def crm(httpserver: HTTPServer) -> CrmClient:
    return CrmClient(source_api("crm", near(httpserver.url_for(""), login="me", timeout=0.5)))


def ours(**changes: Any) -> dict[str, Any]:
    return {"id": "N-7", "reference": KEY, "text": NOTE["text"], "order_no": "SO1"} | changes


@pytest.mark.parametrize(("mode", "at_once"), [("answer_lost", "delivered"), ("lands_late", "unknown")])
def test_a_note_whose_answer_was_lost_is_found_when_it_is_there_and_not_written_again(
    company: Company, key: str, mode: str, at_once: str
) -> None:
    """Not being there yet proves nothing: the request may still be on its way."""
    one = effect("crm_note", NOTE, key)
    assert failing_when_it_writes(company, mode).send(one).result == "unknown"
    assert company.crm.find(one).result == at_once
    time.sleep(0.5)
    found = company.crm.find(one)
    assert (found.result, company.crm.send(one)) == ("delivered", found)
    (seen,) = [note for note in company.received("crm") if note["reference"] == key]
    assert found.ref == seen["id"]


def failing_when_it_writes(company: Company, mode: str) -> CrmClient:
    """The question before still goes through."""

    class Api(JsonApi):
        def call(self, method: str, path: str, **more: Any) -> Any:
            if method == "POST":
                company.fail("crm", mode, seconds=0.3)
            return super().call(method, path, **more)

    crm = company.at["crm"]
    endpoint = near(crm["url"], login=crm["user"], password=crm["password"])
    login = SourceLogin(load_source(POLICY / "sources" / "crm.yaml"), endpoint)
    return CrmClient(Api("the CRM", endpoint, login))


def test_of_several_notes_the_one_with_our_reference_counts(httpserver: HTTPServer, crm: CrmClient) -> None:
    """A CRM that does not know the parameter answers with all notes of the customer."""
    httpserver.expect_request(NOTES).respond_with_json([ours(id="N-1", reference="x"), "noise", None, ours()])
    assert crm.find(effect("crm_note", NOTE)).ref == "N-7"
    assert crm.send(effect("crm_note", NOTE)).ref == "N-7"
    assert [request.method for request, _ in httpserver.log] == ["GET", "GET"]


def test_the_reference_with_another_text_is_refused(httpserver: HTTPServer, crm: CrmClient) -> None:
    httpserver.expect_request(NOTES).respond_with_json([ours(text="…")])
    assert crm.send(effect("crm_note", NOTE)).result == "refused"
    assert crm.find(effect("crm_note", NOTE)).result == "delivered"


@pytest.mark.parametrize(
    "answer",
    [
        Response("", 500), Response("", 429), Response("{}", 401), Response('{"detail": "gone"}', 404),
        Response("<html>"), Response("[]"), Response('{"notes": []}'), Response("", 302),
        Response(json.dumps([ours(id=None)])),
    ],
)  # fmt: skip
def test_whatever_else_is_answered_to_the_question_leaves_it_unknown(
    httpserver: HTTPServer, crm: CrmClient, answer: Response
) -> None:
    """Anything but unknown would let the ledger send a second note while the first may still arrive."""
    httpserver.expect_request(NOTES).respond_with_response(answer)
    assert crm.find(effect("crm_note", NOTE)).result == "unknown"
    assert crm.find(effect("crm_note", {"customer_id": 5})).result == "unknown"


def test_a_contact_shows_nobody(httpserver: HTTPServer, crm: CrmClient) -> None:
    told = {
        "customer": "C00001", "email": "zhang.san@example.com", "language": "en", "name": "张三", "opt_out": False
    }  # fmt: skip
    httpserver.expect_request(CONTACT).respond_with_json(told)
    contact = crm.contact("C00001")
    assert contact == Contact("C00001", "zhang.san@example.com", "en", "张三")
    assert "zhang" not in repr(contact) and "张三" not in repr(contact)
    login = httpserver.log[0][0].authorization
    assert login is not None and (login.username, login.password) == ("me", "the-password")


@pytest.mark.parametrize(
    ("told", "result"),
    [
        ({"email": None}, "refused"),
        ({"email": "zhang.san@example.com", "opt_out": True}, "called_off"),
        ({"email": "zhang.san@example.com", "opt_out": "yes"}, "called_off"),
        ({"email": "nobody"}, "refused"),
        ({"email": "a@example.com\nBcc: all@example.com"}, "refused"),
        ({"email": "a@example.com, b@example.com"}, "refused"),
        ({"email": "李@example.com"}, "refused"),
        ({"email": 7}, "not_sent"),
        ({"name": "张三"}, "not_sent"),
        ([], "not_sent"),
    ],
)
def test_a_contact_without_a_usable_address_is_none(
    httpserver: HTTPServer, crm: CrmClient, told: Any, result: str
) -> None:
    httpserver.expect_request(CONTACT).respond_with_json(told)
    outcome = crm.contact("C00001")
    assert not isinstance(outcome, Contact)
    assert outcome.result == result
    assert "@" not in str(outcome.detail) and "张三" not in str(outcome.detail)


def test_a_customers_number_cannot_lead_to_another_address(httpserver: HTTPServer, crm: CrmClient) -> None:
    httpserver.expect_request("/customers/C1/../../admin?x=/contact").respond_with_json({"email": "a@example.com"})
    crm.contact("C1/../../admin?x=")
    assert httpserver.log[0][0].environ["RAW_URI"] == "/customers/C1%2F..%2F..%2Fadmin%3Fx%3D/contact"
