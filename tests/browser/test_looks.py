"""How the pages look and read in a real browser: in Airflow, in both languages and themes, on a phone, to everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from bench.rehearsal.stage import Stage
from tests.browser.person import Person

LogIn = Callable[..., Person]
NARROWEST = 326  # pixels that Airflow leaves to a page on a phone


def places(stage: Stage) -> dict[str, str]:
    """Every page, with something on it."""
    dearest = "select incident_id from effect where sink = 'voucher' order by amount_minor desc limit 1"
    (incident,) = stage.execute(dearest)[0]
    (order,) = stage.execute("select order_id from anomaly order by anomaly_id limit 1")[0]
    return {
        "board": "board?",
        "orders": "orders?state=late&",
        "incident": f"incident/{incident}?",
        "order": f"order?q={order}&",
        "nothing": "order?q=no-such-order&",
        "version": "version?version=1&",
        "rules": "rules?",
        "approvals": "approvals?",
        "pauses": "pauses?",
        "quarantine": "quarantine?",
        "thresholds": "thresholds?",
        "improvements": "improvements?",
        "reviews": "reviews?",
        "programme": "programme?",
    }


def test_the_navigation_of_airflow_leads_to_the_board_and_its_links_lead_back(log_in: LogIn) -> None:
    person = log_in("operations")
    person.page.goto("/")
    strip = person.page.get_by_role("region", name="Order Health")
    expect(strip).to_contain_text("Next deadline")
    person.picture("home")
    person.page.get_by_role("link", name="Order Health").last.click()
    board = person.in_airflow()
    expect(board.get_by_role("heading", name="Live incidents")).to_be_visible()
    person.picture("board.in-airflow")
    board.get_by_role("link", name="single order late").first.click()
    board.get_by_role("link", name="Open the run in Airflow").click()
    person.page.wait_for_url("**/dags/playbook_*/runs/**")


def test_the_tab_of_a_playbooks_run_is_its_incident(stage: Stage, log_in: LogIn) -> None:
    (incident, playbook, run_id) = stage.execute("select incident_id, playbook, run_id from response limit 1")[0]
    person = log_in("viewer")
    person.page.goto(f"/dags/playbook_{playbook}/runs/{run_id}")
    person.page.get_by_role("link", name="Orderwatch").last.click()
    expect(person.in_airflow().locator(".crumb")).to_contain_text(f"#{incident}")
    person.picture("run-tab")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_is_seen_in_both_languages_and_themes_without_a_serious_fault(
    stage: Stage, log_in: LogIn, language: str, scheme: str
) -> None:
    person = log_in("operations", scheme=scheme, language=language)
    faults = {}
    for name, place in places(stage).items():
        answer = person.page.goto(f"/orderwatch/{place}lang={language}")
        assert answer is not None and answer.status == (404 if name == "nothing" else 200), name
        person.picture(f"{name}.{language}.{scheme}")
        faults[name] = person.faults()
    assert not any(faults.values()), faults


def test_nothing_needs_more_room_than_a_phone_has(stage: Stage, log_in: LogIn) -> None:
    person = log_in("operations", width=NARROWEST)
    for name, place in places(stage).items():
        person.page.goto(f"/orderwatch/{place}lang=zh-CN")
        person.picture(f"{name}.phone")
        wide = person.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= NARROWEST, (name, wide)


def test_dialogs_are_named_and_closed_by_the_keyboard(stage: Stage, log_in: LogIn) -> None:
    person = log_in("operations")
    person.open(places(stage)["incident"] + "lang=en")
    person.press("Pause…")
    dialog = person.page.get_by_role("dialog", name="Pause")
    expect(dialog).to_be_visible()
    person.picture("dialog.pause")
    assert not person.faults()
    person.page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_whoever_is_not_logged_in_is_led_to_the_login(stage: Stage, browser: object, log_in: LogIn) -> None:
    person = log_in("viewer")
    person.page.context.clear_cookies()
    answer = person.page.goto("/orderwatch/board")
    assert answer is not None and answer.status == 401
    expect(person.page.get_by_role("link").first).to_be_visible()
    person.picture("login")
