"""The net promoter score: would customers recommend us, from 0 to 10?

Promoters answer 9 or 10, passives 7 or 8, detractors 0 to 6. The score is the share of promoters less the share of
detractors, in whole points from -100 to +100, and stands beside the number of answers that it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass

LOWEST, HIGHEST = 0, 10


@dataclass(frozen=True, slots=True)
class Answers:
    """How many answered in which way."""

    promoters: int
    passives: int
    detractors: int

    @property
    def n(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def nps(self) -> int | None:
        """Whole points, halves away from zero; none where nobody has answered: that is no score of 0."""
        if not self.n:
            return None
        net = self.promoters - self.detractors
        points = (200 * abs(net) + self.n) // (2 * self.n)
        return points if net >= 0 else -points


def count_answers(scores: list[int]) -> Answers:
    """Answers by what they say of us. Raises ``ValueError`` for a score that the scale does not have."""
    if wrong := [one for one in scores if not LOWEST <= one <= HIGHEST]:
        raise ValueError(f"a score is {LOWEST} to {HIGHEST}, not {wrong[0]}")
    promoters = sum(one >= 9 for one in scores)
    detractors = sum(one <= 6 for one in scores)
    return Answers(promoters, len(scores) - promoters - detractors, detractors)
