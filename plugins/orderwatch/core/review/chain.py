"""How long each link of the chain took, from the first late order to the close, and which one broke its limit first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from orderwatch.core.policy import Policy

Step = Literal["detected", "told", "acknowledged", "contacted", "resolved", "closed"]
MONTHS: Final = 12
"""Of the trend of a link, with that in which the incident was closed."""
STEPS: Final[tuple[Step, ...]] = ("detected", "told", "acknowledged", "contacted", "resolved", "closed")


@dataclass(frozen=True, slots=True)
class Usual:
    """How long it took in so many earlier incidents of the same level, in seconds; none where it never happened."""

    incidents: int
    p50_s: int | None
    p90_s: int | None


@dataclass(frozen=True, slots=True)
class Link:
    """``took_s``: none where it never happened; ``limit_s``: none where nobody has promised anything."""

    step: Step
    took_s: int | None
    limit_s: int | None
    broken: bool
    usual: Usual


def chain(
    took_s: Mapping[Step, int | None], limits: Mapping[Step, timedelta | None], usual: Mapping[Step, Usual]
) -> tuple[Link, ...]:
    """What never happened breaks its limit where the incident lasted longer than it."""
    lasted_s = next((s for s in (took_s["resolved"], took_s["closed"]) if s is not None), 0)

    def link(step: Step) -> Link:
        limit, took = limits.get(step), took_s[step]
        limit_s = None if limit is None else int(limit.total_seconds())
        broken = limit_s is not None and (lasted_s if took is None else took) > limit_s
        return Link(step, took, limit_s, broken, usual.get(step, Usual(0, None, None)))

    return tuple(link(step) for step in STEPS)


def limits_of(policy: Policy, level: int, wrote: bool) -> dict[Step, timedelta | None]:
    """Nobody has to write to customers where no playbook does."""
    rules = policy.review.limits
    return {
        "detected": rules.detected,
        "told": rules.told if level else None,  # level 0 goes into a digest
        "acknowledged": policy.grading.levels[level].acknowledge_within,
        "contacted": rules.contacted if wrote else None,
    }


def first_broken(links: Sequence[Link]) -> Step | None:
    """The link whose limit was over first, on the clock; none where all held."""
    broken = [one for one in links if one.broken]
    return min(broken, key=_over_at).step if broken else None


def _over_at(link: Link) -> int:
    """Seconds from the opening of the incident; late detection was over before it."""
    limit = link.limit_s or 0
    return limit - (link.took_s or 0) if link.step == "detected" else limit
