"""``response.yaml``: what the automation may spend and say by itself, and whom it has to ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Strict
from orderwatch.core.policy.grading import Currency

MinorUnits = Annotated[int, Field(ge=0)]


class SpendingLimits(Strict):
    """Limits in minor units of one currency.

    ``auto_approve``: up to here a voucher needs nobody's word. ``per_order`` over all incidents, ``per_customer`` in
    90 days, ``per_day`` for the whole company: constraints of the database, whoever approves.
    """

    auto_approve: MinorUnits
    per_order: Annotated[int, Field(gt=0)]
    per_customer: Annotated[int, Field(gt=0)]
    per_day: Annotated[int, Field(gt=0)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.auto_approve <= self.per_order <= self.per_customer:
            raise ValueError("must grow: auto_approve, per_order, per_customer")
        return self


class ApprovalRight(Strict):
    """What a role may approve: one voucher ``up_to``, all vouchers of a day together ``per_day``, in minor units."""

    up_to: MinorUnits
    per_day: MinorUnits

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.up_to > self.per_day:
            raise ValueError("up_to is more than per_day: it could never be approved")
        return self


class CustomerMessages(Strict):
    """How often one customer is written to in a day, and the local hours in which nobody is."""

    per_day: Annotated[int, Field(ge=1, le=10)]
    quiet: str

    @field_validator("quiet")
    @classmethod
    def _two_times(cls, text: str) -> str:
        _span(text)
        return text

    def speaks_at(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first instant from ``now`` on that is not quiet."""
        begins, ends = _span(self.quiet)
        local = now.astimezone(zone)
        at = local.time().replace(tzinfo=None)
        inside = begins <= at < ends if begins <= ends else at >= begins or at < ends
        if not inside:
            return now
        day = local.date() + timedelta(days=1 if begins > ends and at >= begins else 0)
        return datetime.combine(day, ends, zone)


def _span(text: str) -> tuple[time, time]:
    try:
        begins, ends = (time.fromisoformat(part) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"{text!r} is no span of hours; write it like 22:00-08:00") from None
    return begins, ends


class ResponseFile(Strict):
    """Money by currency, who may approve how much, and how customers and owners are spoken to.

    ``campaigns``: what may be paid in a calendar month under one name, the ``once`` of a playbook's money step.
    ``repeat``: the waits before an incident that goes on is told again, one after the other and then the last one
    again and again. ``runs_per_scan``: how many playbook runs a scan begins at the most; a storm has one of its own.
    """

    money: Mapping[Currency, SpendingLimits]
    approval_rights: Mapping[str, Mapping[Currency, ApprovalRight]]
    campaigns: Mapping[str, Mapping[Currency, Annotated[int, Field(gt=0)]]] = {}
    customer_messages: CustomerMessages
    repeat: tuple[Duration, ...] = Field(min_length=1)
    runs_per_scan: Annotated[int, Field(ge=1, le=1000)]

    @model_validator(mode="after")
    def _known_currencies(self) -> Self:
        named = {f"approval_rights.{role}": tuple(rights) for role, rights in self.approval_rights.items()}
        named |= {f"campaigns.{name}": tuple(limits) for name, limits in self.campaigns.items()}
        for where, currencies in named.items():
            for currency in currencies:
                if currency not in self.money:
                    raise ValueError(f"{where} names {currency}, which has no limits in money")
        return self
