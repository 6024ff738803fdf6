"""The warehouse's own systems had reported a fault on these orders."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, explains


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    return explains(facts.faulty, facts, rules.least_share, code=facts.fault_code)
