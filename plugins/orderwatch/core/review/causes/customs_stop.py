"""These parcels are held at the border or lack papers: no waiting moves them."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, explains


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    return explains(facts.customs, facts, rules.least_share)
