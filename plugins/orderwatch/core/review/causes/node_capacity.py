"""The step let through far fewer orders than it usually does, so those that came in had to wait."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, Fact


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    """A step of which too little is known, and an incident of one order, say nothing about hands."""
    said: dict[str, Fact] = {"orders": facts.in_place, "of": facts.orders, "place": facts.place, "passed": facts.passed}
    if facts.usual is None or facts.usual < rules.least_usual or facts.orders < 2:
        return Evidence("unknown", facts=said)
    said["usual"] = round(facts.usual)
    share = facts.in_place / facts.orders
    slow = facts.passed < rules.slow_below * facts.usual
    return Evidence("match" if slow and share >= rules.least_share else "no_match", share if slow else 0.0, said)
