"""The seller moved the date that these customers had been promised."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, explains


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    return explains(facts.moved_by_seller, facts, rules.least_share)
