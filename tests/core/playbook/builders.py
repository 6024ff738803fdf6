"""Playbooks and facts in which a test states only what matters.

A plain playbook tells the owner of a single incident of level 1; plain facts are an ordinary order late in picking.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from orderwatch.core.playbook.facts import Facts
from orderwatch.core.playbook.load import Loaded, load_playbook, parse_playbook
from orderwatch.core.policy.base import Text
from orderwatch.paths import PLAYBOOKS

SHIPPED = sorted(PLAYBOOKS.glob("*.yaml"))
TELL = "{tell: {title: {zh-CN: 通知, en: tell}, action: owner.tell}}"
PLAIN = {
    "title": "{zh-CN: 例子, en: example}",
    "purpose": "{zh-CN: 例子, en: example}",
    "owner": "operations_manager",
    "state": "active",
    "match": "{kinds: [single], levels: [1]}",
    "limits": "{spend: {currency: CNY, amount_minor: 20000}, customer_messages: 1, runtime: 12h}",
    "steps": TELL,
    "tests": "[{name: any incident of its kind}]",
}


def written(name: str = "example", **fields: str) -> str:
    """The text of a playbook, one field a line, with these fields instead."""
    return "\n".join(f"{field}: {value}" for field, value in ({"playbook": name} | PLAIN | fields).items())


def make_playbook(name: str = "example", **fields: str) -> Loaded:
    return parse_playbook(f"{name}.yaml", written(name, **fields))


def shipped(name: str) -> Loaded:
    return load_playbook(Path(PLAYBOOKS / f"{name}.yaml"))


def make_facts(**groups: dict[str, Any]) -> Facts:
    """``make_facts(order={"tier": "vip"})``."""
    facts = Facts()
    return replace(facts, **{group: replace(getattr(facts, group), **given) for group, given in groups.items()})


def make_text(zh: str, en: str = "words") -> Text:
    return Text.model_validate({"zh-CN": zh, "en": en})
