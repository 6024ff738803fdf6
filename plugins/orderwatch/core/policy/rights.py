"""``rights.yaml``: what a role may do by hand, up to which level and which amount."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, RootModel

from orderwatch.core.policy.base import Strict
from orderwatch.core.policy.grading import Currency
from orderwatch.core.policy.response import MinorUnits

PersonAction = Literal[
    "acknowledge", "pause", "take_over", "hand_back", "merge", "snooze", "dismiss", "close", "raise_level",
    "lower_level", "release", "settle", "undo", "report", "rate", "silence", "end_silence", "quarantine",
    "activate_thresholds", "rules", "improve", "correct_cause",
]  # fmt: skip
Level = Annotated[int, Field(ge=0, le=3)]
NO_INCIDENT: Literal[3] = 3
"""The level of what is about more than one incident: a playbook, everything, a kind, the limits."""


class RoleRights(Strict):
    """``may``: the highest level per action. ``money``: the sum that one action may move, in minor units."""

    may: Mapping[PersonAction, Level]
    money: Mapping[Currency, MinorUnits] = {}

    def allows(self, action: PersonAction, level: int, amount_minor: int = 0, currency: str | None = None) -> bool:
        if self.may.get(action, -1) < level:
            return False
        return not amount_minor or self.money.get(currency or "", -1) >= amount_minor


class RightsFile(RootModel[Mapping[str, RoleRights]]):
    """The rights of every role by code; a role that is not named may do nothing by hand."""

    model_config = ConfigDict(strict=True, frozen=True)

    def who_may(
        self, action: PersonAction, level: int, amount_minor: int = 0, currency: str | None = None
    ) -> tuple[str, ...]:
        """The roles that may do this, in the order of the file."""
        return tuple(role for role, rights in self.root.items() if rights.allows(action, level, amount_minor, currency))

    def least(self, roles: Collection[str], action: PersonAction, owner: str | None = None) -> str | None:
        """Of several roles that may, the one to act in: the owner's, else the one with the least power."""
        if owner in roles:
            return owner
        return min(roles, key=lambda role: (self.root[role].may[action], role), default=None)
