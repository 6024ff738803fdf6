"""These orders only held an appointment slot."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, explains


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    return explains(facts.placeholder, facts, rules.least_share)
