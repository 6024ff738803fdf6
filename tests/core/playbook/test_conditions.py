"""Conditions are checked when a file is loaded, and answer or say in words why not."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.core.playbook.conditions import LONGEST, Condition, ConditionError, Wanted, compile_condition
from orderwatch.core.playbook.facts import Facts

from .builders import make_facts


@pytest.mark.parametrize(
    ("source", "wanted", "answer"),
    [
        ("order.tier == 'vip'", "bool", True),
        ("order.value_minor > 60000", "bool", False),
        ("order.value_minor >= 60000", "bool", True),
        ("order.tier == 'svip' ? order.value_minor / 50 : order.value_minor / 100", "int", 600),
        ("'pick' in incident.nodes", "bool", True),
        ("incident.nodes.all(node, node == 'pick')", "bool", True),
        ("incident.cause.startsWith('W-')", "bool", False),
        ("order.still_late", "bool", True),
        ("size(incident.nodes)", "int", 1),
    ],
)
def test_an_expression_answers_for_its_facts(source: str, wanted: Wanted, answer: Any) -> None:
    facts = make_facts(order={"tier": "vip", "value_minor": 60_000})
    assert compile_condition(source, wanted).of(facts) == answer


@pytest.mark.parametrize(
    ("source", "wanted", "told"),
    [
        ("order.colour == 'red'", "bool", "character 6: there is no 'order.colour'; known are incident.id,"),
        ("colour", "bool", "there is no 'colour'"),
        ("order.value_minor", "bool", "answers int, but yes or no is needed here"),
        ("order.tier", "int", "answers string, but a whole number is needed here"),
        ("1.5", "int", "answers double, but a whole number"),
        ("dyn(1)", "int", "answers dyn"),
        ("order.tier > 5", "bool", "no matching overload"),
        ("order.tier + 1 == 2", "bool", "no matching overload"),
        ("order.value_minor >", "bool", "Syntax error"),
        ("", "bool", "Syntax error"),
        ("\x00", "bool", "Syntax error"),
        ("\ud800", "bool", "'\\ud800': "),
        ("9" * 30, "int", "invalid int literal"),
        ("(" * 200 + "true", "bool", "…'"),
        ("!" * LONGEST + "true", "bool", "longer than 500 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(source: str, wanted: Wanted, told: str) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(source, wanted)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("order.value_minor / offer.amount_minor > 1", "divide by zero"),
        ("incident.nodes[5] == 'pick'", "Index error"),
        ("order.region.matches('(')", "invalid regular expression"),
        ("order.value_minor * 9223372036854775807 > 0", "integer overflow"),
        ("[1,1,1,1,1,1,1,1,1].all(a, " * 6 + "true" + ")" * 6, "Iteration budget exceeded"),
    ],
)
def test_no_answer_is_a_condition_error(source: str, told: str) -> None:
    with pytest.raises(ConditionError, match="has no answer") as caught:
        compile_condition(source, "bool").of(make_facts(order={"value_minor": 3}))
    assert told in str(caught.value)


@pytest.mark.parametrize(("field", "value"), [("value_minor", 2**70), ("tier", "\ud800")])
def test_facts_that_no_condition_can_hold_are_a_condition_error(field: str, value: Any) -> None:
    with pytest.raises(ConditionError, match="has no answer"):
        compile_condition(f"order.{field} == order.{field}", "bool").of(make_facts(order={field: value}))


def test_an_expression_that_grows_without_end_ends() -> None:
    source = "order.region.matches('(a*)*b')"
    assert compile_condition(source, "bool").of(make_facts(order={"region": "a" * 5_000})) is False


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("1 == 2", False),
        ("false && order.value_minor > 5", False),
        ("order.value_minor > 5 && false", False),
        ("true || order.value_minor > 5", True),
        ("order.value_minor > 5", None),
        ("no such thing", None),
    ],
)
def test_what_no_fact_can_change_is_known_beforehand(source: str, answer: bool | None) -> None:
    assert Condition(source, "bool").without_facts() is answer


def test_the_same_expression_may_be_asked_again() -> None:
    condition = compile_condition("order.value_minor > 5", "bool")
    assert [condition.of(make_facts(order={"value_minor": amount})) for amount in (5, 6, 5)] == [False, True, False]
    assert condition.of(Facts()) is False
