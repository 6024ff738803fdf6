"""What each step does for the facts of an incident, and why in words."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.core.playbook.conditions import ConditionError
from orderwatch.core.playbook.decide import (
    Decision,
    choose,
    decide,
    facts_given,
    failed_tests,
    in_order,
    matches,
    offer,
    walk,
)  # fmt: skip

from .builders import make_facts, make_playbook, shipped

SINGLE = {"kind": "single", "level": 1}


def vip(**order: Any) -> Any:
    return make_facts(incident=SINGLE, order={"tier": "vip"} | order, limit={"auto_approve_minor": 5_000})


# --- which playbook ---


@pytest.mark.parametrize(
    ("match", "incident", "fits"),
    [
        ("", {}, True),
        ("", {"level": 2}, False),
        ("", {"kind": "batch"}, False),
        (", nodes: [print]", {}, False),
        (", nodes: [print]", {"nodes": ("print", "pick")}, True),
        (", when: incident.orders > 2", {"orders": 2}, False),
        (", when: incident.orders > 2", {"orders": 3}, True),
    ],
)
def test_a_playbook_answers_the_incidents_it_names(match: str, incident: dict[str, Any], fits: bool) -> None:
    loaded = make_playbook(match=f"{{kinds: [single], levels: [1]{match}}}")
    assert matches(loaded.playbook, make_facts(incident=SINGLE | incident)) is fits


def test_a_source_stands_in_no_node() -> None:
    loaded = make_playbook(match="{kinds: [source], levels: [3], nodes: [pick]}")
    assert matches(loaded.playbook, make_facts(incident={"kind": "source", "level": 3, "nodes": ()}))


def test_the_highest_priority_is_chosen_then_the_first_name() -> None:
    plain, other = make_playbook("plain"), make_playbook("other")
    first = make_playbook("first", match="{kinds: [single], levels: [1], priority: 5}")
    facts = make_facts(incident=SINGLE)
    assert choose([plain, first, other], facts) is first
    assert choose([plain, other], facts) is other
    assert choose([plain], make_facts(incident={"level": 0})) is None


@pytest.mark.parametrize("state", ["draft", "shadow", "retired"])
def test_only_an_active_playbook_is_chosen(state: str) -> None:
    assert choose([make_playbook(state=state)], make_facts(incident=SINGLE)) is None


# --- what a step does ---


def test_a_step_that_is_not_needed_says_why() -> None:
    decision = decide(shipped("single_important"), "approve_voucher", vip(value_minor=60_000))
    assert decision == Decision(
        "not_needed",
        "offer.amount_minor > limit.auto_approve_minor (offer.amount_minor=600, limit.auto_approve_minor=5000)",
        600,
    )


@pytest.mark.parametrize(("value", "does"), [(500_099, "not_needed"), (500_100, "asks")])
def test_a_person_is_asked_from_one_fen_above_the_limit(value: int, does: str) -> None:
    assert decide(shipped("single_important"), "approve_voucher", vip(value_minor=value)).does == does


@pytest.mark.parametrize(
    ("order", "amount"),
    [
        ({"value_minor": 60_000}, 600),
        ({"value_minor": 60_099}, 600),
        ({"value_minor": 2_000_000}, 20_000),
        ({"value_minor": 2_000_100}, 20_000),
        ({"value_minor": 99}, 0),
        ({"value_minor": -5_000}, 0),
        ({"value_minor": 60_000, "currency": "USD"}, 0),
    ],
)
def test_an_offer_is_within_its_limit_and_never_below_nothing(order: dict[str, Any], amount: int) -> None:
    assert offer(shipped("single_important"), "issue_voucher", vip(**order)) == amount


def test_nothing_is_paid_and_nobody_is_asked_about_an_offer_of_nothing() -> None:
    decisions = walk(shipped("single_important"), vip(value_minor=60_000, currency="USD"))
    assert decisions["issue_voucher"] == Decision("not_needed", "there is nothing to offer in USD")
    assert decisions["approve_voucher"].does == "not_needed"
    assert decisions["apologise"].does == "acts"


def test_a_refusal_stops_what_needs_it_and_nothing_else() -> None:
    decisions = walk(shipped("single_important"), vip(value_minor=900_000), approved=False)
    assert decisions["issue_voucher"] == Decision("refused", "approve_voucher said no", 9_000)
    assert {decisions[step].does for step in ("apologise", "hurry_warehouse", "confirm")} == {"acts"}


def test_steps_come_after_all_that_they_wait_for() -> None:
    order = in_order(shipped("single_important").playbook)
    assert order.index("hurry_warehouse") > order.index("call_customer")
    assert order[-1] == "confirm"


def test_a_condition_without_an_answer_is_told() -> None:
    loaded = make_playbook(
        steps="{tell: {title: {zh-CN: 通知, en: tell}, action: owner.tell, when: 1 / order.value_minor > 0}}"
    )
    with pytest.raises(ConditionError, match="divide by zero"):
        decide(loaded, "tell", make_facts())


# --- the tests inside a file ---


def test_facts_of_a_test_begin_with_an_incident_that_is_answered() -> None:
    playbook = shipped("single_transport").playbook
    facts = facts_given(playbook, {"order.tier": "vip", "incident.nodes": ["transport", "pick"]})
    assert (facts.incident.kind, facts.incident.level, facts.order.node) == ("single", 1, "transport")
    assert (facts.order.tier, facts.incident.nodes) == ("vip", ("transport", "pick"))


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("{name: it, steps: {tell: acts}}", []),
        ("{name: it, steps: {tell: {does: acts}}}", []),
        ("{name: it, matches: false, given: {incident.level: 2}}", []),
        ("{name: it, matches: false}", ["it: the playbook answers this incident"]),
        ("{name: it, given: {incident.level: 2}}", ["it: the playbook does not answer this incident"]),
        (
            "{name: it, given: {incident.level: 2}, steps: {tell: acts}}",
            ["it: the playbook does not answer this incident"],
        ),
        ("{name: it, steps: {tell: not_needed}}", ["it: tell acts, not not_needed"]),
        ("{name: it, steps: {tell: {does: acts, amount_minor: 5}}}", ["it: tell over 0, not 5"]),
        (
            "{name: it, given: {order.still_late: false}, steps: {tell: acts}}",
            ["it: tell not_needed (order.still_late (order.still_late=False)), not acts"],
        ),
    ],
)
def test_a_test_that_does_not_hold_is_a_sentence(test: str, told: list[str]) -> None:
    steps = "{tell: {title: {zh-CN: 通知, en: tell}, action: owner.tell, when: order.still_late}}"
    assert failed_tests(make_playbook(steps=steps, tests=f"[{test}]")) == told


def test_a_test_without_an_answer_fails_in_words() -> None:
    deep = "[1,1,1,1,1,1,1,1,1].all(a, " * 6 + "true" + ")" * 6
    loaded = make_playbook(match=f"{{kinds: [single], levels: [1], when: '{deep}'}}")
    assert ["Iteration budget exceeded" in wrong for wrong in failed_tests(loaded)] == [True]
