"""Where playbooks act: work orders, warehouse commands, customer notes and website drafts keep their contracts."""

from __future__ import annotations

import contextlib
import smtplib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from typing import Any

import pytest
import requests
from demo_client import Client, Row

_numbers = count(1)


@pytest.fixture(autouse=True)
def healthy_afterwards(company: Client) -> Iterator[None]:
    yield
    company.control("DELETE", "_faults")


@pytest.fixture
def key() -> str:
    return f"inc-7/step:{next(_numbers)}"


def ask(company: Client, service: str, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
    at = company.at[service]
    login = {"Authorization": f"Bearer {at['token']}"} | headers
    return requests.request(method, f"{at['url']}{path}", json=body, headers=login, timeout=10)


def received(company: Client, service: str) -> list[Row]:
    answer = requests.get(f"{company.at[service]['url']}/_received", timeout=5)
    assert answer.status_code == 200
    return list(answer.json())


def command(company: Client, key: str, action: str, *outbound: str, reason: str = "customer is waiting") -> Row:
    biz = {"cmd_no": key, "action": action, "outbound_nos": list(outbound), "order_nos": [], "reason": reason}
    return company.wms(biz, method="wms.outbound.command")


def shipment(company: Client, *states: int) -> str:
    """An outbound order of the book in one of these states, not one of the broken records."""
    rows = [row for row in company.shipments() if row["state"] in states and not row["outbound_no"].startswith("OB00")]
    clean = [row for row in rows if row["order_no"] and row["order_no"][8:9] != "9"]
    return str(clean[-1]["outbound_no"])


def customer(company: Client) -> str:
    return str(company.people("customers", page_size=200)[0]["id"])


# --- work orders ---


def test_a_work_order_says_what_when_and_who_and_is_found_by_its_order(company: Client, key: str) -> None:
    body = {
        "title": "致电客户", "text": "…", "kind": "call", "priority": "urgent", "order_nos": ["SO-77"],
        "due": "2026-10-08T03:00:00+00:00", "assignee": "customer_service_supervisor",
    }  # fmt: skip
    made = ask(company, "tickets", "POST", "/tickets", body, **{"Idempotency-Key": key}).json()
    assert {name: made[name] for name in body} == body
    found = ask(company, "tickets", "GET", "/tickets?order_no=SO-77").json()["tickets"]
    assert [one["id"] for one in found] == [made["id"]]
    assert ask(company, "tickets", "GET", "/tickets?order_no=SO-78").json()["tickets"] == []


def test_a_key_stands_for_one_request_only(company: Client, key: str) -> None:
    keyed = {"Idempotency-Key": key}
    number = ask(company, "tickets", "POST", "/tickets", {"title": "a"}, **keyed).json()["id"]
    assert ask(company, "tickets", "POST", "/tickets", {"title": "b"}, **keyed).status_code == 409
    assert ask(company, "tickets", "PATCH", f"/tickets/{number}", {"state": "closed"}, **keyed).status_code == 409
    change, other = {"priority": "high", "note": "催"}, {"priority": "low"}
    again = {"Idempotency-Key": f"{key}/2"}
    codes = [
        ask(company, "tickets", "PATCH", f"/tickets/{number}", body, **again).status_code
        for body in (change, change, other)
    ]
    assert codes == [200, 200, 409]
    (ticket,) = [one for one in received(company, "tickets") if one["id"] == number]
    assert [(one["key"], one["priority"], one["note"]) for one in ticket["changes"]] == [(f"{key}/2", "high", "催")]
    assert (ticket["priority"], ticket["state"]) == ("high", "open")


def test_an_ended_work_order_stays_ended(company: Client) -> None:
    number = ask(company, "tickets", "POST", "/tickets", {"title": "a"}).json()["id"]
    bodies = [{"state": "cancelled"}, {"state": "cancelled"}, {"state": "open"}, {"title": "b"}]
    codes = [ask(company, "tickets", "PATCH", f"/tickets/{number}", body).status_code for body in bodies]
    assert codes == [200, 200, 409, 409]
    assert ask(company, "tickets", "PATCH", "/tickets/T-99999", {"title": "b"}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {}, {"title": ""}, {"title": 5}, {"title": "a", "kind": "wish"}, {"title": "a", "priority": "whenever"},
        {"title": "a", "due": "tomorrow"}, {"title": "a", "due": "2026-10-08T03:00:00"}, {"title": "a" * 201},
        {"title": "a", "order_nos": "SO1"}, {"title": "a", "colour": "red"}, {"title": "a", "state": "closed"},
    ],
)  # fmt: skip
def test_a_work_order_that_is_none_is_refused(company: Client, body: Row) -> None:
    assert ask(company, "tickets", "POST", "/tickets", body).status_code == 422


def test_a_voucher_is_voided_once_whoever_asks(company: Client, key: str) -> None:
    body = {"order_no": "SO9", "amount_minor": 2000, "currency": "CNY", "reason": "late"}
    number = ask(company, "vouchers", "POST", "/vouchers", body, **{"Idempotency-Key": key}).json()["id"]
    for again in ("/a", "/b"):
        void = ask(company, "vouchers", "POST", f"/vouchers/{number}/void", **{"Idempotency-Key": key + again})
        assert (void.status_code, void.json()["state"], void.json()["voided"]["key"]) == (200, "void", f"{key}/a")
    assert ask(company, "vouchers", "POST", "/vouchers/V-99999/void").status_code == 404


# --- the warehouse ---


def test_a_command_is_carried_out_once_and_seen(company: Client, key: str) -> None:
    outbound = shipment(company, 10, 20, 30)
    first, again = (command(company, key, "PRIORITISE", outbound) for _ in range(2))
    assert (first["code"], first) == (0, again)
    (seen,) = [one for one in received(company, "wms") if one["cmd_no"] == key]
    assert (seen["action"], seen["outbound_nos"], seen["receipt_no"]) == (
        "PRIORITISE",
        [outbound],
        first["data"]["receipt_no"],
    )
    assert command(company, key, "HOLD", outbound)["code"] == 34
    assert [command(company, f"{key}/{action}", action, outbound)["code"] for action in ("HOLD", "RELEASE")] == [0, 0]


def test_a_command_that_comes_too_late_is_refused_for_all_its_shipments(company: Client, key: str) -> None:
    waiting, shipped, signed = (shipment(company, *states) for states in ((10, 20, 30), (40,), (50,)))
    assert command(company, key, "PRIORITISE", waiting, shipped)["code"] == 31
    assert [command(company, key, action, shipped)["code"] for action in ("HOLD", "RELEASE")] == [31, 31]
    assert command(company, key, "RECALL", signed)["code"] == 32
    assert command(company, key, "PRIORITISE", shipment(company, 90))["code"] == 33
    assert command(company, key, "PRIORITISE", "OB-nowhere") == {"code": 30, "msg": "unknown outbound OB-nowhere"}
    assert not any(one["cmd_no"] == key for one in received(company, "wms"))
    assert command(company, key, "RECALL", shipped)["code"] == 0  # the carrier can still turn round


def test_a_command_that_is_none_is_refused(company: Client, key: str) -> None:
    assert command(company, key, "BURN", shipment(company, 10))["code"] == 20
    assert command(company, key, "HOLD")["code"] == 20
    assert command(company, "", "HOLD", shipment(company, 10))["code"] == 20
    assert company.wms({"cmd_no": key}, method="wms.outbound.command")["code"] == 20
    assert company.wms({}, method="wms.outbound.delete")["code"] == 21
    biz = {"cmd_no": key, "action": "HOLD", "outbound_nos": ["x"], "order_nos": [], "reason": "r"}
    assert company.wms(biz, method="wms.outbound.command", sign="0" * 32)["code"] == 10


# --- the customer ---


def test_a_note_is_written_as_often_as_it_is_sent_and_found_by_its_reference(company: Client, key: str) -> None:
    crm, number = company.at["crm"], customer(company)
    url, login = f"{crm['url']}/customers/{number}/notes", (crm["user"], crm["password"])
    body = {"text": "已致歉", "order_no": "SO1", "reference": key}
    made = [requests.post(url, json=body, auth=login, timeout=5).json() for _ in range(2)]
    found = company.crm(f"customers/{number}/notes", reference=key).json()
    assert [one["id"] for one in found] == [one["id"] for one in made]
    assert company.crm(f"customers/{number}/notes", reference="other").json() == []
    assert [one["id"] for one in received(company, "crm") if one["reference"] == key] == [one["id"] for one in made]
    assert requests.post(url, json={"text": " "}, auth=login, timeout=5).status_code == 422
    assert requests.post(url, json=body | {"mood": "cross"}, auth=login, timeout=5).status_code == 422
    assert requests.post(url, json=body, auth=("a", "b"), timeout=5).status_code == 401


def test_a_customer_has_an_address_that_belongs_to_nobody(company: Client) -> None:
    number = customer(company)
    contact = company.crm(f"customers/{number}/contact").json()
    assert (contact["email"], contact["customer"]) == (f"{number.lower()}@example.com", number)
    languages = {company.crm(f"customers/C{at:05d}/contact").json()["language"] for at in range(1, 9)}
    assert languages == {"zh-CN", "en"}
    assert company.crm("customers/C99999/contact").status_code == 404
    assert requests.get(f"{company.at['crm']['url']}/customers/{number}/contact", timeout=5).status_code == 401


# --- the website ---


def test_only_a_person_publishes_a_draft(company: Client, key: str) -> None:
    site = company.at["website"]
    body = {"title": {"zh-CN": "公告", "en": "Notice"}, "body": {"zh-CN": "延迟", "en": "<b>late</b>"}}
    codes = [ask(company, "website", "PUT", f"/drafts/{key}", body).status_code for _ in range(2)]
    assert codes == [201, 200]
    other = body | {"title": {"en": "Other"}}
    assert ask(company, "website", "PUT", f"/drafts/{key}", other).status_code == 409
    assert requests.get(f"{site['url']}/notices", timeout=5).json() == []
    assert ask(company, "website", "POST", f"/drafts/{key}/publish").status_code == 403
    editor = {"Authorization": f"Bearer {site['editor_token']}"}
    assert (
        requests.post(f"{site['url']}/drafts/{key}/publish", headers=editor, timeout=5).json()["state"] == "published"
    )
    assert requests.get(f"{site['url']}/notices", timeout=5).json() == [body]
    assert requests.post(f"{site['url']}/drafts/{key}/discard", headers=editor, timeout=5).status_code == 409
    assert ask(company, "website", "PUT", f"/drafts/{key}", body).json()["state"] == "published"


def test_a_draft_can_be_discarded_and_stays_so(company: Client, key: str) -> None:
    site = company.at["website"]
    body = {"title": {"en": "Notice"}, "body": {"en": "late"}}
    ask(company, "website", "PUT", f"/drafts/{key}", body)
    editor = {"Authorization": f"Bearer {site['editor_token']}"}
    for _ in range(2):
        gone = requests.post(f"{site['url']}/drafts/{key}/discard", headers=editor, timeout=5)
        assert (gone.status_code, gone.json()["state"]) == (200, "discarded")
    assert requests.post(f"{site['url']}/drafts/none/discard", headers=editor, timeout=5).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {}, {"title": {"en": "a"}}, {"title": "a", "body": {"en": "b"}}, {"title": {"fr": "a"}, "body": {"en": "b"}},
        {"title": {}, "body": {"en": "b"}}, {"title": {"en": ""}, "body": {"en": "b"}},
    ],
)  # fmt: skip
def test_a_draft_that_is_none_is_refused(company: Client, key: str, body: Row) -> None:
    assert ask(company, "website", "PUT", f"/drafts/{key}", body).status_code == 422


# --- all of them ---


@pytest.fixture(scope="module")
def about(company: Client) -> Row:
    """A shipment that waits and a customer, looked up while nothing fails."""
    return {"shipment": shipment(company, 10, 20), "customer": customer(company)}


def act(company: Client, service: str, key: str, about: Row) -> Any:
    """One act at this service; its answer."""
    match service:
        case "tickets":
            return ask(company, service, "POST", "/tickets", {"title": key}, **{"Idempotency-Key": key})
        case "vouchers":
            body = {"order_no": key, "amount_minor": 1, "currency": "CNY", "reason": "r"}
            return ask(company, service, "POST", "/vouchers", body, **{"Idempotency-Key": key})
        case "website":
            return ask(company, service, "PUT", f"/drafts/{key}", {"title": {"en": key}, "body": {"en": "b"}})
        case "wms":
            return command(company, key, "HOLD", about["shipment"])
        case _:
            crm = company.at["crm"]
            url = f"{crm['url']}/customers/{about['customer']}/notes"
            return requests.post(
                url, json={"text": "t", "reference": key}, auth=(crm["user"], crm["password"]), timeout=5
            )


@pytest.mark.parametrize("service", ["tickets", "vouchers", "wms", "crm", "website"])
def test_a_lost_answer_hides_an_act_that_happened(company: Client, service: str, key: str, about: Row) -> None:
    company.fault(service=service, mode="answer_lost", times=1)
    with pytest.raises(requests.ConnectionError):
        act(company, service, key, about)
    assert [one for one in received(company, service) if key in one.values()] != []


@pytest.mark.parametrize("service", ["tickets", "vouchers", "wms", "crm", "website"])
def test_an_act_can_land_when_its_sender_has_long_given_up(company: Client, service: str, key: str, about: Row) -> None:
    company.fault(service=service, mode="lands_late", times=1, seconds=0.3)
    with pytest.raises(requests.ConnectionError):
        act(company, service, key, about)
    assert not [one for one in received(company, service) if key in one.values()]
    time.sleep(0.5)
    assert len([one for one in received(company, service) if key in one.values()]) == 1


@pytest.mark.parametrize("service", ["tickets", "vouchers", "wms", "crm", "website"])
@pytest.mark.parametrize("mode", ["down", "http_500", "http_429"])
def test_a_service_that_does_not_act_keeps_nothing(
    company: Client, service: str, mode: str, key: str, about: Row
) -> None:
    company.fault(service=service, mode=mode, times=1)
    with contextlib.suppress(requests.ConnectionError, AssertionError):
        act(company, service, key, about)
    assert not [one for one in received(company, service) if key in one.values()]


@pytest.mark.parametrize("service", ["tickets", "vouchers", "wms", "crm", "website", "wecom", "smtp"])
def test_every_act_is_stamped_with_both_clocks(company: Client, service: str, key: str, about: Row) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    if service == "wecom":
        we = company.at["wecom"]
        body = {"msgtype": "text", "text": {"content": key}}
        requests.post(f"{we['url']}/cgi-bin/webhook/send?key={we['robot_key']}", json=body, timeout=5)
        (seen,) = [one for one in received(company, "wecom") if one["content"] == key]
    elif service == "smtp":
        send_mail(company, key)
        seen = next(one for one in company.control("GET", "_mails") if one["subject"] == key)
        assert seen["message_id"] == "<1@orderwatch>"
    else:
        act(company, service, key, about)
        seen = next(one for one in received(company, service) if key in one.values())
    came = datetime.fromisoformat(seen["received_at"])
    assert before <= came <= datetime.now(UTC)
    assert seen["received_at"].endswith("Z") and len(seen["received_at"]) == len("2026-10-08T10:07:00.123Z")
    assert abs(datetime.fromisoformat(seen["at"]).timestamp() - (time.time() + company.offset)) < 5


def send_mail(company: Client, subject: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"], mail["Message-ID"] = subject, "o@x.cn", "a@x.cn", "<1@orderwatch>"
    mail.set_content("…")
    with smtplib.SMTP(company.at["smtp"]["host"], company.at["smtp"]["port"], timeout=5) as smtp:
        smtp.send_message(mail)
