"""A condition that a person can read: at most three facts, all of which must hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from orderwatch.core.durations import Language
from orderwatch.core.learned.attributes import ATTRIBUTES, LONGEST, Facts, say_fact, values_of
from orderwatch.core.words import Order

MOST: Final = 3  # facts; more of them describe single orders and no kind of orders
PLACE: Final = {name: place for place, name in enumerate(ATTRIBUTES)}
"""The order in which facts are named."""


class Literal(NamedTuple):
    """One fact: ``entered_by``, ``sales``."""

    attribute: str
    value: str


Predicate = tuple[Literal, ...]


def predicate(pairs: Iterable[Iterable[str]]) -> Predicate:
    """The facts in their one order. Raises ValueError where one is unknown, empty, or there are too many."""
    literals = {Literal(*pair) for pair in pairs}
    if not 1 <= len(literals) <= MOST:
        raise ValueError(f"a rule names 1 to {MOST} facts, not {len(literals)}")
    for attribute, value in literals:
        if attribute not in ATTRIBUTES:
            raise ValueError(f"{attribute!r} is nothing that a rule may ask; there are: {', '.join(ATTRIBUTES)}")
        if not 1 <= len(value) <= LONGEST:
            raise ValueError(f"a value of {attribute} has 1 to {LONGEST} characters")
    return in_order(literals)


def in_order(literals: Iterable[Literal]) -> Predicate:
    return tuple(sorted(literals, key=lambda one: (PLACE[one.attribute], one.value)))


def holds(asked: Predicate, facts: Facts) -> bool:
    """Whether every fact is so; what nobody has said is never so."""
    return all(value in facts.get(attribute, ()) for attribute, value in asked)


def holds_for(asked: Predicate, order: Order) -> bool:
    """The same of an order, of which no more is read than is asked: a storm asks a hundred thousand."""
    return all(value in values_of(attribute, order) for attribute, value in asked)


def say_predicate(asked: Predicate, language: Language) -> str:
    """``entered by: sales and has an appointment``."""
    both = " 且 " if language == "zh-CN" else " and "
    return both.join(say_fact(attribute, value, language) for attribute, value in asked)
