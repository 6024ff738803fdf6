"""The source itself was silent, wrong or off the clock: the incident is about it and about no order."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    del rules
    return Evidence("match", 1.0) if facts.kind == "source" else Evidence("no_match")
