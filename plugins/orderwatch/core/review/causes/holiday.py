"""A public holiday on which nobody worked lay within the waiting of these orders, and of others that were late."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, explains


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    """A holiday holds up more than one carrier: where the orders of the others came in time, it explains nothing."""
    found = explains(facts.over_holiday, facts, rules.least_share, holiday=facts.holiday, batches=facts.others.batches)
    if found.outcome == "match" and facts.others.batches < rules.least_batches:
        return Evidence("no_match", facts=found.facts)
    return found
