"""What a perfect duty officer would say about one planted order."""

from __future__ import annotations

from dataclasses import dataclass

from demo.instants import NEVER


@dataclass(frozen=True, slots=True)
class Verdict:
    """Valid from ``since`` until ``until`` (epoch seconds) while the order stands in its planted node.

    ``reason`` is set exactly when the order is late but nobody should be alerted. ``group`` is filled in
    for batches by their wave or manifest. ``really`` is what only the staff can see: ``placeholder``.
    """

    kind: str = "single"  # single, batch, stock_out, system_failure, triage
    level: int = 0
    group: str | None = None
    reason: str | None = None
    since: int = 0
    until: int = NEVER
    really: str | None = None


SINGLE = Verdict()
IMPORTANT = Verdict(level=1)
PROMISE_BROKEN = Verdict(level=1)
BATCH = Verdict("batch", 2)
TRIAGE = Verdict("triage")


def suppressed(reason: str, until: int = NEVER) -> Verdict:
    return Verdict(reason=reason, until=until)
