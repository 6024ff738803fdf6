"""What people have said about an alarm: the last word counts, and silence says nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from orderwatch.core.learned.attributes import Facts
from orderwatch.core.learned.rule import Kind
from orderwatch.core.words import Node

Said = Literal["not_an_order", "false_alarm", "real", "aside"]
Label = Literal["false", "real", "aside", "unanswered"]
FALSE: Final[Mapping[Kind, Said]] = {"check": "not_an_order", "exemption": "false_alarm"}
"""Which word speaks for which kind of rule: no order at all, or an order whose waiting was normal."""


@dataclass(frozen=True, slots=True)
class Word:
    """What was said when, also by a deed: whoever takes an incident on, or closes it with a cause, calls it real.

    ``aside``: known already, or healed by itself. That neither says that the alarm was wrong nor that it was right.
    """

    at: datetime
    said: Said


@dataclass(frozen=True, slots=True)
class Alarm:
    """One order that was alarmed in one node; ``dwell_s`` is how long it stayed, or has stayed until now, in the node's
    clock. ``told_with``: how many orders its incident has."""

    order_id: str
    node: Node
    incident_id: int
    at: datetime
    facts: Facts
    words: Sequence[Word]
    dwell_s: int
    left: bool
    told_with: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One order as evidence for or against a kind of rule."""

    order_id: str
    facts: Facts
    label: Label
    alarms: Sequence[Alarm]


def last_word(words: Iterable[Word]) -> Said | None:
    """Of two words at one instant the graver one: that the order was really late."""
    said = sorted(words, key=lambda word: (word.at, word.said == "real"))
    return said[-1].said if said else None


def cases_of(alarms: Iterable[Alarm], kind: Kind, node: Node | None) -> list[Case]:
    """Each order once, in the order of their numbers: a check is about the order, an exemption about one node."""
    by_order: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        if node is None or alarm.node is node:
            by_order[alarm.order_id].append(alarm)
    return [
        Case(order_id, of[-1].facts, _label(last_word(word for one in of for word in one.words), kind), of)
        for order_id, of in sorted(by_order.items())
    ]


def _label(said: Said | None, kind: Kind) -> Label:
    if said is None:
        return "unanswered"
    if said == FALSE[kind]:
        return "false"
    return "real" if said == "real" else "aside"
