"""What a playbook may ask: the typed facts of an incident, of one of its orders, and of the offer made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Final, Literal

Kind = Literal["int", "string", "bool", "strings"]
Fact = int | str | bool | list[str]


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """The incident as a whole; ``cause`` is what its orders share, ``orders`` how many are late in it now.

    ``reported`` is what a person has found wrong (``wrong_item``), ``note`` that person's words; empty if nobody has.
    """

    id: int = 1
    level: int = 0
    kind: str = "single"
    cause: str = ""
    orders: int = 1
    nodes: tuple[str, ...] = ("pick",)
    owner: str = ""
    minutes_open: int = 0
    reported: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One order as our books have it now; ``node`` is where it is late, ``minutes_late`` wall time since it became so.

    ``still_late`` is false once it has moved on, been cancelled or refunded.
    """

    id: str = "SO1"
    value_minor: int = 0
    currency: str = "CNY"
    tier: str = "regular"
    channel: str = "jd"
    region: str = ""
    category: str = ""
    warehouse: str = ""
    customer: str = "C1"
    node: str = "pick"
    minutes_late: int = 0
    still_late: bool = True


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """The compensation: what is proposed, before the voucher is issued, and what was issued, afterwards."""

    amount_minor: int = 0
    currency: str = "CNY"
    voucher: str = ""


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """What the policy allows without asking a person, in the order's currency."""

    auto_approve_minor: int = 0


GROUPS: Final = MappingProxyType({
    "incident": IncidentFacts,
    "order": OrderFacts,
    "offer": OfferFacts,
    "limit": LimitFacts,
})
_KINDS: Final[Mapping[str, Kind]] = {"int": "int", "str": "string", "bool": "bool", "tuple[str, ...]": "strings"}
VARIABLES: Final[Mapping[str, Kind]] = MappingProxyType({
    f"{group}.{field.name}": _KINDS[str(field.type)] for group, facts in GROUPS.items() for field in fields(facts)
})
"""Every variable of conditions and texts with its type, ``order.value_minor`` for example."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known at one moment about one incident and one of its orders."""

    incident: IncidentFacts = IncidentFacts()
    order: OrderFacts = OrderFacts()
    offer: OfferFacts = OfferFacts()
    limit: LimitFacts = LimitFacts()

    def flat(self) -> dict[str, Fact]:
        """``order.value_minor`` to its value."""
        return {
            name: _plain(getattr(getattr(self, name.partition(".")[0]), name.partition(".")[2])) for name in VARIABLES
        }

    def nested(self) -> dict[str, dict[str, Any]]:
        """``order`` to its facts, as texts want them."""
        return {
            group: {field.name: getattr(getattr(self, group), field.name) for field in fields(facts)}
            for group, facts in GROUPS.items()
        }


def _plain(value: Any) -> Fact:
    plain: Fact = list(value) if isinstance(value, tuple) else value
    return plain
