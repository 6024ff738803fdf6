"""Many orders in the step of this warehouse were late, of one wave as of the other: it was short of hands."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, Fact


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    """Late in one wave alone is the wave's trouble; and a handful of orders says nothing about hands."""
    here = facts.here
    said: dict[str, Fact] = {
        "orders": facts.in_place, "of": facts.orders, "place": facts.place, "seen": here.seen, "late": here.late,
        "batches": here.batches,
    }  # fmt: skip
    if not facts.in_place or facts.in_place / facts.orders < rules.least_share:
        return Evidence("no_match", facts=said)
    if here.seen < rules.least_seen:
        return Evidence("unknown", facts=said)
    slow = here.seen - here.late < rules.slow_below * here.seen and here.batches >= rules.least_batches
    return Evidence("match" if slow else "no_match", facts.in_place / facts.orders if slow else 0.0, said)
