"""Every shipped playbook from its first step to its last, on the ledger, with every way out counted."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import Engine

from orderwatch.core.playbook.decide import in_order
from orderwatch.core.playbook.load import load_playbook
from orderwatch.paths import PLAYBOOKS
from orderwatch.pipeline.dispatch import dispatch

from .answering import Answering, important
from .desk import HOUR, Desk

SHIPPED = sorted(file.stem for file in PLAYBOOKS.glob("*.yaml"))
GOOD_ENDS = {"done", "skipped", "again"}
OF_KIND = {
    "batch_transport": "batch", "batch_warehouse": "batch", "mass_delay": "mass_delay", "source_outage": "source",
    "stock_out": "stock_out", "system_failure": "system_failure", "triage_check": "triage",
}  # fmt: skip
LOGINS = ("admin",)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("value", [8_000, 900_000], ids=["small", "large"])
def test_it_goes_through_and_a_second_run_does_nothing_more(engine: Engine, name: str, value: int) -> None:
    desk = Desk(engine)
    important(desk, value=900_000)
    kind = OF_KIND.get(name, "single")
    desk.ask_to_change("alter table incident disable trigger user")
    desk.ask_to_change(f"update incident set kind = '{kind}', dedup_key = '{kind}:X:{name}'")
    desk.ask_to_change(f"update orders set value_minor = {value}")
    answering = Answering(desk, name)
    first = go_through(answering)
    assert {state for states in first.values() for state in states} <= GOOD_ENDS, first
    assert any("done" in states for states in first.values())
    dispatch(desk.engine, answering.sinks.senders())
    before = Counter(answering.sinks.count())
    go_through(answering)
    dispatch(desk.engine, answering.sinks.senders())
    assert answering.sinks.count() == before


def go_through(answering: Answering) -> dict[str, list[str]]:
    """Perform every step in its order; whoever is asked says yes. Step to the states in which it ended."""
    loaded = load_playbook(PLAYBOOKS / f"{answering.playbook}.yaml")
    ended: dict[str, list[str]] = {}
    for step_id in in_order(loaded.playbook):
        step = loaded.playbook.steps[step_id]
        if step.gate is None:
            result = answering.perform(step_id)
        else:
            result = answering.ask(step_id)
            while result.state == "asks":
                result = answering.answer("approve", *LOGINS, step=step_id)
        ended.setdefault(step_id, []).append(result.state)
        answering.desk.advance(HOUR / 60)
    return ended
