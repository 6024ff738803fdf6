"""What a rule answers: it matches, it does not, or the facts do not allow an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

Fact = str | int | bool | None
Evidence = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer on one order line in one node, with the facts that led to it.

    ``expected_until`` is set exactly when an exemption matches: the instant up to which waiting is normal;
    ``promise`` tells whether somebody was told that instant.
    """

    outcome: Literal["match", "no_match", "unknown"]
    evidence: Evidence = field(default_factory=dict)
    expected_until: datetime | None = None
    promise: bool = False

    @property
    def broken_promise(self) -> bool:
        """The rule would have matched, but the time it allows is over."""
        return self.evidence.get("broken_promise") is True


def match(**facts: Fact | datetime) -> Finding:
    return Finding("match", _facts(facts))


def no_match(reason: str, **facts: Fact | datetime) -> Finding:
    return Finding("no_match", {"reason": reason, **_facts(facts)})


def unknown(reason: str, **facts: Fact | datetime) -> Finding:
    return Finding("unknown", {"reason": reason, **_facts(facts)})


def waits_until(
    expected: datetime, *, now: datetime, grace: timedelta, promise: bool = True, **facts: Fact | datetime
) -> Finding:
    """Waiting is normal until ``expected``; once the grace after it has passed, it is not any more.

    ``promise`` tells whether somebody was told this time, so that passing it breaks a promise.
    """
    if expected + grace <= now:
        return no_match("expired", expected_until=expected, broken_promise=promise, **facts)
    return Finding("match", _facts(facts), expected, promise)


def _facts(facts: Mapping[str, Fact | datetime]) -> Evidence:
    return {
        name: fact.astimezone(UTC).isoformat() if isinstance(fact, datetime) else fact for name, fact in facts.items()
    }
