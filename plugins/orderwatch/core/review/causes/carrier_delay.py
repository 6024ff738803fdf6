"""The orders of one carrier are late, those of the others in the same step are not."""

from __future__ import annotations

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts, Evidence, Fact


def check(facts: CauseFacts, rules: ReviewFile) -> Evidence:
    """Late on one manifest alone is the manifest's trouble; without enough orders of others, nobody can tell the
    carrier from the road."""
    said: dict[str, Fact] = {
        "orders": facts.with_carrier, "of": facts.orders, "carrier": facts.carrier, "batches": facts.traffic.batches,
        "others": facts.others.seen, "others_late": facts.others.late,
    }  # fmt: skip
    if not facts.with_carrier or facts.with_carrier / facts.orders < rules.least_share:
        return Evidence("no_match", facts=said)
    if facts.others.seen < rules.least_others:
        return Evidence("unknown", facts=said)
    # the shares compared without dividing: exactly on the limit counts
    oftener = facts.traffic.late * facts.others.seen >= rules.times_others * facts.others.late * facts.traffic.seen
    alone = oftener and facts.traffic.batches >= rules.least_batches
    share = facts.with_carrier / facts.orders if alone else 0.0
    return Evidence("match" if alone else "no_match", share, said)
