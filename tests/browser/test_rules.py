"""From false alarms to a rule in a browser: dismissed, proposed, tried in the shadow, activated by another person.

The last of the files: it moves the company's clock by two weeks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from playwright.sync_api import expect

from bench.rehearsal.stage import Stage
from orderwatch.local.demo import advance
from tests.browser.person import Person

LogIn = Callable[..., Person]
LEARNING: Final = "rule_learning"
ENOUGH: Final = 5  # least_support of learning.yaml


def held_appointments(stage: Stage) -> list[int]:
    """The incidents about what sales has entered early, as whoever knows the company recognises them."""
    truth = stage.demo.company_get("control", "/_truth")
    really = {one["order_id"] for one in truth["anomalies"] if one.get("really") == "placeholder"}
    rows = stage.execute(
        "select incident_id, dedup_key from incident where kind = 'single' and state = 'open' order by incident_id"
    )
    return [row.incident_id for row in rows if row.dedup_key.split(":")[1] in really]


def learn(stage: Stage) -> None:
    stage.demo.api.unpause(LEARNING)
    run_id = stage.demo.api.trigger(LEARNING)
    stage.wait("what is learned", lambda: stage.demo.api.run(LEARNING, run_id)["state"] in {"success", "failed"})
    assert stage.demo.api.run(LEARNING, run_id)["state"] == "success"


def test_what_was_dismissed_by_hand_becomes_a_rule_that_a_second_person_activates(stage: Stage, log_in: LogIn) -> None:
    advance(stage.demo.folder, timedelta(hours=4))
    stage.scan()
    stage.pause_scan()
    incidents = held_appointments(stage)
    assert len(incidents) >= ENOUGH
    supervisor = log_in("operations")
    for incident in incidents[:ENOUGH]:
        supervisor.open(f"incident/{incident}?lang=en")
        supervisor.do("Dismiss", dismissed_as="not_an_order", reason="sales hold an appointment")
    learn(stage)

    manager = log_in("admin")
    manager.open("rules?lang=en")
    manager.picture("rules.proposed")
    manager.page.get_by_role("link", name="sales").first.click()
    expect(manager.page.locator(".pred")).to_contain_text("sales")
    manager.picture("rule.proposed")
    assert not manager.faults()
    manager.do("Take into the shadow", reason="five of five")
    expect(manager.page.locator("main")).to_contain_text("a second person has to activate it")
    place = manager.page.url.partition("/orderwatch/")[2]

    advance(stage.demo.folder, timedelta(days=14))
    manager.open(place)
    expect(manager.page.get_by_role("button", name="Activate…")).to_have_count(0)
    director = log_in("director")
    director.open(place)
    director.do("Activate", reason="nothing real was hidden")
    expect(director.page.locator(".facts-line").first).to_contain_text("active")
    director.picture("rule.active")
    assert stage.execute("select state from learned_rule") == [("active",)]
