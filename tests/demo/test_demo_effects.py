"""Where the product acts: WeCom, work orders, vouchers and mail, with the limits of the real ones."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Any

import pytest
import requests
from demo_client import Client

from demo.clock import Clock
from demo.wecom import WeCom


class Stopped(Clock):
    def now(self) -> float:
        return self.offset


@pytest.fixture
def wecom() -> WeCom:
    clock = Stopped(0)
    clock.offset = 1_000_000.0
    return WeCom(clock, "ww1", "secret", 100, "key")


def text(content: str = "你好", **more: Any) -> dict[str, Any]:
    return {
        "touser": "li.lei|han.mei",
        "agentid": 100,
        "msgtype": "text",
        "text": {"content": content},
    } | more


def token(wecom: WeCom) -> str:
    return str(wecom.token("ww1", "secret")["access_token"])


def test_wecom_tokens_are_shared_and_expire(wecom: WeCom) -> None:
    assert wecom.token("other", "secret")["errcode"] == 40013
    assert wecom.token("ww1", "wrong")["errcode"] == 40001
    first = token(wecom)
    assert token(wecom) == first
    wecom.clock.offset += 7201
    assert wecom.send(first, text())["errcode"] == 42001
    assert wecom.send("unknown", text())["errcode"] == 40014


def test_wecom_delivers_to_those_it_knows(wecom: WeCom) -> None:
    answer = wecom.send(token(wecom), text(touser="li.lei|gone-wang"))
    assert (answer["errcode"], answer["invaliduser"]) == (0, "gone-wang")
    assert wecom.received[0]["to"] == ["li.lei"]
    assert wecom.send(token(wecom), text(touser="gone-wang"))["errcode"] == 81013


def test_wecom_delivers_an_identical_body_once_within_the_interval(wecom: WeCom) -> None:
    once = text(enable_duplicate_check=1, duplicate_check_interval=14400)
    assert [wecom.send(token(wecom), once)["errcode"] for _ in range(3)] == [0, 0, 0]
    assert len(wecom.received) == 1
    wecom.send(token(wecom), once | text("another"))
    assert len(wecom.received) == 2
    wecom.clock.offset += 14401
    wecom.send(token(wecom), once)
    assert len(wecom.received) == 3


def test_wecom_counts_bytes_and_not_characters(wecom: WeCom) -> None:
    assert wecom.send(token(wecom), text("好" * 682 + "ab"))["errcode"] == 0  # 2048 bytes
    assert wecom.send(token(wecom), text("好" * 683))["errcode"] == 40058
    assert wecom.send(token(wecom), text(""))["errcode"] == 44004
    assert wecom.send(token(wecom), text(msgtype="voice"))["errcode"] == 40008


def test_the_robot_takes_twenty_messages_a_minute(wecom: WeCom) -> None:
    codes = [wecom.robot("key", text())["errcode"] for _ in range(21)]
    assert codes == [0] * 20 + [45009]
    wecom.clock.offset += 61
    assert wecom.robot("key", {"msgtype": "markdown_v2", "markdown_v2": {"content": "x" * 4096}})["errcode"] == 0
    assert wecom.robot("key", {"msgtype": "markdown", "markdown": {"content": "x" * 4097}})["errcode"] == 40058
    assert wecom.robot("other", text())["errcode"] == 93000
    assert wecom.robot("key", text(msgtype="image"))["errcode"] == 40008


def test_wecom_answers_200_to_everything(company: Client) -> None:
    we = company.at["wecom"]
    send = f"{we['url']}/cgi-bin/message/send?access_token=x"
    assert requests.post(send, data="{", timeout=5).json()["errcode"] == 40014
    robot = f"{we['url']}/cgi-bin/webhook/send?key={we['robot_key']}"
    assert requests.post(robot, json=text("over http"), timeout=5).json()["errcode"] == 0
    assert requests.get(f"{we['url']}/_received", timeout=5).json()[-1]["content"] == "over http"


def test_a_work_order_is_created_once_per_key(company: Client) -> None:
    tickets = company.at["tickets"]
    url = f"{tickets['url']}/tickets"
    login = {"Authorization": f"Bearer {tickets['token']}"}
    assert requests.post(url, json={"title": "x"}, timeout=5).status_code == 401
    keyed = login | {"Idempotency-Key": "inc-1/work_order"}
    first, again = (requests.post(url, json={"title": "催拣货"}, headers=keyed, timeout=5) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    found = requests.get(url, params={"key": "inc-1/work_order"}, headers=login, timeout=5).json()["tickets"]
    assert [one["id"] for one in found] == [first.json()["id"]]
    number = first.json()["id"]
    assert (
        requests.patch(f"{url}/{number}", json={"state": "closed"}, headers=login, timeout=5).json()["state"]
        == "closed"
    )
    assert requests.patch(f"{url}/{number}", json={"state": "?"}, headers=login, timeout=5).status_code == 422
    blind = [requests.post(url, json={"title": "x"}, headers=login, timeout=5).json()["id"] for _ in range(2)]
    assert len(set(blind)) == 2


def test_a_voucher_needs_a_key_and_is_issued_once(company: Client) -> None:
    vouchers = company.at["vouchers"]
    url = f"{vouchers['url']}/vouchers"
    login = {"Authorization": f"Bearer {vouchers['token']}"}
    body = {"order_no": "SO1", "amount_minor": 2000, "currency": "CNY", "reason": "late"}
    assert requests.post(url, json=body, headers=login, timeout=5).status_code == 400
    keyed = login | {"Idempotency-Key": "inc-1/voucher"}
    codes = [requests.post(url, json=body, headers=keyed, timeout=5).status_code for _ in range(2)]
    assert codes == [201, 200]
    other = requests.post(url, json=body | {"amount_minor": 1}, headers=keyed, timeout=5)
    assert other.status_code == 409
    bad = login | {"Idempotency-Key": "bad"}
    assert requests.post(url, json=body | {"amount_minor": 1.5}, headers=bad, timeout=5).status_code == 422
    seen = requests.get(f"{vouchers['url']}/_received", timeout=5).json()
    issued = [one for one in seen if one["order_no"] == "SO1"]
    assert len(issued) == 1
    void = [requests.post(f"{url}/{issued[0]['id']}/void", headers=login, timeout=5).json()["state"] for _ in range(2)]
    assert void == ["void", "void"]


def test_mail_arrives_readable_and_refusals_are_kept(company: Client) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "致歉与补偿", "ops@example.com", "a@example.com"
    mail.set_content("您的订单已加急。")
    with smtplib.SMTP(company.at["smtp"]["host"], company.at["smtp"]["port"], timeout=5) as smtp:
        refused = smtp.send_message(mail, to_addrs=["a@example.com", "refused.b@example.com"])
    assert refused["refused.b@example.com"][0] == 550
    kept = company.control("GET", "_mails")[-1]
    assert (kept["subject"], kept["text"].strip()) == ("致歉与补偿", "您的订单已加急。")
    assert (kept["to"], kept["refused"]) == (["a@example.com"], ["refused.b@example.com"])
