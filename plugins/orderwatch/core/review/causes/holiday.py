"""A public holiday on which nobody worked lay within the waiting of these orders."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, explains


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    return explains(facts.over_holiday, facts, rules.least_share, holiday=facts.holiday)
