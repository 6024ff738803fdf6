"""The supplier who ships these orders never said that he has them."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, explains


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    """A source that was out may have known of his answer."""
    found = explains(facts.supplier_silent, facts, rules.least_share)
    silent = [source for source in rules.causes.supplier_silent.depends_on if source in facts.silent]
    if found.outcome == "match" and silent:
        return Evidence("unknown", facts={**found.facts, "silent": ", ".join(silent)})
    return found
