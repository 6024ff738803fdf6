"""Every action says what it changes outside, where it is delivered, and how it is taken back."""

from __future__ import annotations

from typing import get_args

import pytest

from orderwatch.core.effect import Sink
from orderwatch.core.playbook.actions import ACTIONS, Undone
from orderwatch.core.playbook.reference import actions_table
from orderwatch.core.policy.base import Text


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_is_whole(name: str) -> None:
    action = ACTIONS[name]
    assert action.sink is None or action.sink in get_args(Sink)
    assert action.reversible == (action.undo is not None)
    assert action.undo is None or ACTIONS[action.undo].inputs is Undone
    assert action.nodes and len(action.stands_in) == len(action.nodes)
    assert (action.title.zh, action.title.en) != ("", "")


def test_every_way_back_leads_from_one_action() -> None:
    ways = [action.undo for action in ACTIONS.values() if action.undo]
    assert len(ways) == len(set(ways))
    assert {name for name, action in ACTIONS.items() if action.inputs is Undone} == set(ways)


def test_money_can_always_be_taken_back_and_a_mail_never() -> None:
    assert all(action.reversible for action in ACTIONS.values() if action.side_effect == "money")
    assert not any(action.reversible for action in ACTIONS.values() if action.side_effect == "customer")


def test_a_customer_or_money_act_is_about_one_order() -> None:
    assert {name for name, action in ACTIONS.items() if action.about_one_order} == {"mail.customer", "voucher.issue"}


def test_words_that_people_read_are_in_both_languages() -> None:
    for action in ACTIONS.values():
        for name, field in action.inputs.model_fields.items():
            assert (field.annotation is Text) == (name in {"subject", "text", "title", "reason"})


def test_the_table_names_every_action_with_its_way_back() -> None:
    lines = actions_table().splitlines()
    assert len(lines) == len(ACTIONS) + 2
    assert any("`voucher.issue`" in line and "| money | `voucher.void` | native |" in line for line in lines)
    assert any("`shipment.recall`" in line and line.endswith("| outbound, transport |") for line in lines)
