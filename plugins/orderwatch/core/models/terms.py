"""What a company has settled about its steps before anything is learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from orderwatch.core.policy import Policy
from orderwatch.core.words import NODES, Node


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what makes orders alike in it (most important first), and the clock that its limits run on.

    ``buffered`` steps get the regional buffer. ``daily`` steps decide at the last scan of the day only, because the
    evening answers what noon asks.
    """

    keys: tuple[str, ...]
    working: bool = False
    buffered: bool = False
    daily: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """All steps in the order in which an order passes them.

    ``final`` steps end at the customer. ``least`` completed passages make a cell of its own; fewer borrow from a
    coarser one. ``upper`` and ``lower`` are the percentiles whose distance is the regional buffer.
    """

    steps: Mapping[str, Step]
    final: frozenset[str]
    multiplier: Fraction
    least: int
    upper: int = 90
    lower: int = 50


def terms_of(policy: Policy) -> Terms:
    """What the policy files say about the five steps."""
    return _terms({node.code: _step(policy, node) for node in Node}, frozenset({Node.TRANSPORT.code}), policy)


def terms_like(steps: Mapping[str, str], policy: Policy) -> Terms:
    """The terms of steps under other names, each like the node of that code; their clock is wall time."""
    known = {name: replace(_step(policy, NODES[code]), working=False) for name, code in steps.items()}
    return _terms(known, frozenset(name for name, code in steps.items() if code == Node.TRANSPORT.code), policy)


def _step(policy: Policy, node: Node) -> Step:
    return Step(
        keys=policy.thresholds.keys.of(node),
        working=policy.node(node).working_time,
        buffered=node.code in policy.thresholds.buffer.nodes,
        daily=policy.node(node).decide == "end_of_day",
    )


def _terms(steps: Mapping[str, Step], final: frozenset[str], policy: Policy) -> Terms:
    rules = policy.thresholds
    return Terms(
        steps,
        final,
        Fraction(rules.multiplier),
        rules.min_samples,
        rules.buffer.upper_percent,
        rules.buffer.lower_percent,
    )
