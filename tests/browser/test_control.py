"""People in control, in a real browser against the running system: what they do there really happens, and once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from bench.rehearsal.stage import Stage
from tests.browser.person import Person

LogIn = Callable[..., Person]


def held(stage: Stage) -> tuple[int, str]:
    """The incident and the order whose voucher waits for a person."""
    (found,) = stage.execute(
        "select incident_id, order_id from effect where sink = 'voucher' and state = 'held' order by effect_id limit 1"
    )
    return int(found.incident_id), str(found.order_id)


def vouchers(stage: Stage, order_id: str) -> int:
    """How many vouchers the company's own service has issued for the order."""
    received: list[dict[str, Any]] = stage.received()["vouchers"]  # type: ignore[assignment]
    return sum(order_id in str(one) for one in received)


def test_a_voucher_is_not_sent_while_a_person_has_paused_and_once_when_they_hand_back(
    stage: Stage, log_in: LogIn
) -> None:
    incident, order_id = held(stage)
    supervisor = log_in("operations")
    supervisor.open(f"incident/{incident}?lang=en")
    supervisor.do("Acknowledge", note="I am on it")
    expect(supervisor.page.locator(".facts-line").first).to_contain_text("acknowledged")
    supervisor.do("Pause", reason="I call the customer first")
    expect(supervisor.page.locator(".facts-line").first).to_contain_text("paused")
    supervisor.picture("paused")

    supervisor.open("approvals?lang=en")
    supervisor.picture("approvals")
    supervisor.do("Approve", reason="worth it")
    expect(supervisor.page.locator("main")).to_contain_text("Approved")
    stage.scan()
    assert vouchers(stage, order_id) == 0

    supervisor.open(f"incident/{incident}?lang=en")
    supervisor.do("Hand back", reason="she agrees")
    stage.wait("the voucher", lambda: vouchers(stage, order_id), 180)
    stage.scan()
    stage.pause_scan()
    assert vouchers(stage, order_id) == 1
    supervisor.open(f"incident/{incident}?lang=en")
    expect(supervisor.page.locator(".story")).to_contain_text("handed back")
    supervisor.picture("handed-back")


def test_a_response_is_rated(stage: Stage, log_in: LogIn) -> None:
    (incident,) = stage.execute("select incident_id from response order by incident_id limit 1")[0]
    person = log_in("operations")
    person.open(f"incident/{incident}?lang=zh-CN")
    person.do("评价", stars="4", words="快，但电话没有打通")
    expect(person.page.locator(".ratings")).to_contain_text("快，但电话没有打通")
    person.picture("rated")


def test_the_second_of_two_sees_what_the_first_has_changed(stage: Stage, log_in: LogIn) -> None:
    (incident,) = stage.execute(
        "select incident_id from incident where state = 'open' and level = 0 order by incident_id limit 1"
    )[0]
    first, second = log_in("admin"), log_in("operations", language="zh-CN")
    for one, language in ((first, "en"), (second, "zh-CN")):
        one.open(f"incident/{incident}?lang={language}")
    first.do("Acknowledge", note="mine")
    second.press("暂停…")
    dialog = second.page.locator("dialog[open]")
    dialog.locator("[name=reason]").fill("等一下")
    dialog.locator("button.main").click()
    expect(dialog.get_by_role("alert")).to_contain_text("刚刚被改过")
    second.picture("conflict")
