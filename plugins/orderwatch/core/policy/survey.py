"""``survey.yaml``: which customers are asked whether they would recommend us, when, and how often at the most."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Strict

Level = Literal[0, 1, 2, 3]


class SurveyFile(Strict):
    """``after`` and ``within`` count from the close; ``others_per_week``: customers without any late order."""

    after: Duration
    within: Duration
    valid_for: Duration
    not_again_within: Duration
    levels: tuple[Level, ...]
    at_once: Annotated[int, Field(ge=1, le=5000)]
    others_per_week: Annotated[int, Field(ge=0, le=5000)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.after >= self.within:
            raise ValueError("within must be longer than after: nobody would ever be asked")
        if self.valid_for > self.not_again_within:
            raise ValueError("not_again_within is shorter than valid_for: one customer would have two open surveys")
        return self
