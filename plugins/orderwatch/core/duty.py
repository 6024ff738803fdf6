"""Who of a role is there now, and who is asked next when nobody answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from orderwatch.core.calendar import WorkCalendar
from orderwatch.core.policy import Person, Policy, Role


@dataclass(frozen=True, slots=True)
class Duty:
    """The roles at one instant. ``office`` are the office's hours; where they are not known, everybody is on duty."""

    policy: Policy
    now: datetime
    office: WorkCalendar | None = None

    def role(self, code: str) -> Role:
        """Raises ``KeyError`` when there is no such role."""
        return self.policy.role(code)

    def people(self, code: str) -> tuple[Person, ...]:
        """Everyone of the role who is there, deputies in the place of those who are away, each once."""
        standing = (self._present(person) for person in self.role(code).people)
        return tuple({person.wecom: person for person in standing if person}.values())

    def on_duty(self, code: str) -> bool:
        """Whether anybody of the role is there and it is a time at which the role works."""
        always = self.role(code).on_duty == "always" or self.office is None
        return bool(self.people(code)) and (always or (self.office is not None and self.office.is_open(self.now)))

    def first_asked(self, owner: str, level: int, deputies: Sequence[str] = ()) -> tuple[str, ...]:
        """The roles that hear at once of something that belongs to ``owner``.

        The owner, if anybody of the role is there. If nobody is, or the hour is none of the role's, the next role in
        the line that is on duty as well. Level 0 waits for the morning. Where nobody in the whole line is there, the
        owner's people hear of it although they are away.
        """
        if self.on_duty(owner) or (level == 0 and self.people(owner)):
            return (owner,)
        others = [code for code in self._line(owner, deputies) if self.people(code)]
        on_duty = next((code for code in others if self.on_duty(code)), None)
        if self.people(owner):
            return (owner,) if on_duty is None else (owner, on_duty)
        return (on_duty or next(iter(others), owner),)

    def next_asked(self, owner: str, asked: Collection[str], heard: Collection[str]) -> str | None:
        """The role that hears next when nobody has answered, or none at the end of the line.

        A role of which everyone has ``heard`` (WeCom ids) is passed over. At the beginning everyone of the owner's
        role is told at once, so the first step goes to ``escalates_to`` already, unless the owner is another by now.
        Roles that are on duty come first.
        """
        waiting = [
            code
            for code in (owner, *self._line(owner))
            if code not in asked and not {person.wecom for person in self.people(code)} <= set(heard)
        ]
        return next((code for code in waiting if self.on_duty(code)), next(iter(waiting), None))

    def told(self, code: str) -> tuple[Person, ...]:
        """Whom a message to the role goes to: those who are there, or all of them if nobody is."""
        return self.people(code) or self.role(code).people

    def stands_for(self, person: Person) -> Person:
        """The person, or whoever is there in their place."""
        return self._present(person) or person

    def _present(self, person: Person) -> Person | None:
        """A deputy who is away as well has a deputy; whoever would come up twice is not there."""
        today = self.now.astimezone(ZoneInfo(self.policy.calendars.business_zone)).date()
        at: Person | None = person
        passed = set()
        while at is not None and at.is_away(today):
            passed.add(at.wecom)
            at = self.policy.roles.person(at.deputy) if at.deputy and at.deputy not in passed else None
        return at

    def _line(self, owner: str, deputies: Sequence[str] = ()) -> Iterator[str]:
        """Deputies, then the roles above the owner's, each once."""
        yield from (code for code in deputies if code != owner)
        above = self.role(owner).escalates_to
        while above is not None:
            if above not in deputies:
                yield above
            above = self.role(above).escalates_to
