"""The warehouse was short of an article of these orders."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, explains


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    return explains(facts.short, facts, rules.least_share, sku=facts.sku)
