"""``roles.yaml``: who stands behind a role, when they are there, and who is next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, RootModel, model_validator

from orderwatch.core.durations import Language
from orderwatch.core.policy.base import Strict, Text


class Away(Strict):
    """Days in the business zone, both included, on which a person is not asked."""

    first: date
    last: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last day {self.last} is before the first day {self.first}")
        return self


class Person(Strict):
    """One person and how to reach them; the first language is the one they are written to in.

    ``login`` is the person's user name in Airflow, by which answers and take-overs are known to be theirs.
    ``deputy`` is the WeCom id of whoever is asked instead on the days of ``away``.
    """

    name: str
    wecom: str
    mail: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    languages: tuple[Language, ...] = Field(min_length=1)
    login: str | None = None
    away: tuple[Away, ...] = ()
    deputy: str | None = None

    def is_away(self, day: date) -> bool:
        return any(one.first <= day <= one.last for one in self.away)


class Role(Strict):
    """A duty. Its people are asked first, all of them at once, then those of ``escalates_to``.

    ``on_duty``: around the clock, or in the hours of the calendar ``office``; outside of them, the next role that is
    on duty is asked as well.
    """

    title: Text
    people: tuple[Person, ...] = Field(min_length=1)
    robot_group: str | None = None
    escalates_to: str | None = None
    on_duty: Literal["always", "office"] = "always"


class RolesFile(RootModel[Mapping[str, Role]]):
    """All roles by code."""

    model_config = ConfigDict(strict=True, frozen=True)

    def role(self, code: str) -> Role:
        """Raises ``KeyError`` when there is no such role."""
        return self.root[code]

    def told(self, code: str) -> tuple[Person, ...]:
        """Everyone of the role, whether there or away."""
        return self.role(code).people

    def everybody(self) -> Iterator[Person]:
        """Every person, once for each role that they hold."""
        for role in self.root.values():
            yield from role.people

    def person(self, name: str) -> Person | None:
        """Whoever has this WeCom id, login or mail address, if anybody."""
        return next((one for one in self.everybody() if name in {one.wecom, one.login, one.mail}), None)

    def held_by(self, login: str) -> list[str]:
        """The codes of the roles that somebody holds under this name in Airflow."""
        return [code for code, role in self.root.items() if any(one.login == login for one in role.people)]

    def name_of(self, login: str) -> str:
        """The name of whoever logs in so; a login that no role knows stays as it is."""
        known = self.person(login)
        return known.name if known else login

    @model_validator(mode="after")
    def _people_agree(self) -> Self:
        known: dict[str, Person] = {}
        for one in self.everybody():
            if known.setdefault(one.wecom, one) != one:
                raise ValueError(f"{one.wecom} is written in two roles and not alike")
        for one in known.values():
            if one.deputy is not None and (one.deputy == one.wecom or one.deputy not in known):
                raise ValueError(f"the deputy of {one.wecom} is {one.deputy!r}, which is nobody else's WeCom id here")
        return self

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
