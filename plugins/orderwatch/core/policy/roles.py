"""``roles.yaml``: who stands behind a role, and who is next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import ConfigDict, Field, RootModel, model_validator

from orderwatch.core.durations import Language
from orderwatch.core.policy.base import Strict, Text


class Person(Strict):
    """One person and how to reach them; the first language is the one they are written to in.

    ``login`` is the person's user name in Airflow, by which answers and take-overs are known to be theirs.
    """

    name: str
    wecom: str
    mail: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    languages: tuple[Language, ...] = Field(min_length=1)
    login: str | None = None


class Role(Strict):
    """A duty. The first person is asked first, then the others, then ``escalates_to``."""

    title: Text
    people: tuple[Person, ...] = Field(min_length=1)
    robot_group: str | None = None
    escalates_to: str | None = None


class RolesFile(RootModel[Mapping[str, Role]]):
    """All roles by code."""

    model_config = ConfigDict(strict=True, frozen=True)

    def role(self, code: str) -> Role:
        """Raises ``KeyError`` when there is no such role."""
        return self.root[code]

    @model_validator(mode="after")
    def _escalation_ends(self) -> Self:
        for code in self.root:
            seen, at = {code}, self.root[code].escalates_to
            while at is not None:
                if at not in self.root:
                    raise ValueError(f"{code} escalates to {at!r}, which is not a role")
                if at in seen:
                    raise ValueError(f"the escalation of {code} runs in a circle through {at}")
                seen.add(at)
                at = self.root[at].escalates_to
        return self
