"""Which clock may wake people: the best early warning whose false alarms stay under a limit, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orderwatch.core.backtest.scores import Score
from orderwatch.core.bounds import at_most
from orderwatch.core.models.spec import MODES


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model learned from one window: its figures, and how many it alerted, how many of them for nothing."""

    model: str
    window: str
    figures: Score
    alerted: int
    false: int

    @property
    def bound(self) -> float:
        """With 90 % confidence false alarms are no more than this share."""
        return at_most(self.false, self.alerted)

    def as_row(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "mode": next((mode for mode, model in MODES.items() if model == self.model), None),
            "window": self.window,
            **self.figures,
            "alerted": self.alerted,
            "false": self.false,
            "fa_bound": round(self.bound, 4),
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidate that may be published, or the reason why none may."""

    best: Candidate | None
    reason: str


def choose(candidates: Sequence[Candidate], most_false: float, least_alerts: int, prefer: str) -> Choice:
    """The highest ``prefer`` (a figure) among those with enough alerts and a bound on false alarms under the limit."""
    if not candidates:
        return Choice(None, "no candidate could be judged")
    spoken = [one for one in candidates if one.alerted >= least_alerts]
    if not spoken:
        most = max(one.alerted for one in candidates)
        return Choice(None, f"{most} alerts on orders that are over, and {least_alerts} are needed to judge a clock")
    feasible = [one for one in spoken if one.bound <= most_false]
    if not feasible:
        nearest = min(spoken, key=lambda one: one.bound)
        return Choice(
            None,
            f"every candidate may be wrong more often than in {most_false:.0%} of its alerts; the nearest is "
            f"{nearest.model} ({nearest.window}) with up to {nearest.bound:.1%}",
        )
    best = max(feasible, key=lambda one: (one.figures[prefer] or 0, -one.bound))
    said = f"{prefer} {best.figures[prefer]}, false alarms at most {best.bound:.1%} (limit {most_false:.0%})"
    return Choice(best, f"{best.model} learned from {best.window}: {said}")
