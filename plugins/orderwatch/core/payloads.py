"""What the ledger holds for each sink that acts: written once by the planner, read by the client that sends it.

The payload is frozen JSON. Customers appear by their number only: names and addresses never enter the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from orderwatch.core.durations import Language
from orderwatch.core.policy.base import Strict

Name = Annotated[str, Field(min_length=1, max_length=200)]
Prose = Annotated[str, Field(min_length=1, max_length=10_000)]
Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"[^.\s]")]  # "." and ".." would be other addresses


class WorkOrder(Strict):
    """Work for a person. ``create`` needs title, kind, priority and orders; the others need the ``number``.

    ``update`` changes what is given and leaves the rest; its ``text`` is added to the work order's history.
    """

    op: Literal["create", "update", "cancel"]
    title: Name | None = None
    text: Prose | None = None
    kind: Literal["call", "task", "meeting"] | None = None
    priority: Literal["low", "normal", "high", "urgent"] | None = None
    order_ids: tuple[Id, ...] = ()
    due_at: AwareDatetime | None = None
    assignee_role: Name | None = None
    number: Id | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.op != "create" and self.number is None:
            raise ValueError(f"{self.op} needs the number of the work order")
        if self.op == "create" and None in (self.title, self.kind, self.priority):
            raise ValueError("create needs title, kind and priority")
        return self


class Voucher(Strict):
    """Compensation for one order, in minor units of the currency; ``void`` needs only the ``voucher`` to take back."""

    op: Literal["issue", "void"]
    order_id: Id | None = None
    amount_minor: Annotated[int, Field(ge=0)] = 0
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    reason: Prose | None = None
    voucher: Id | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.op == "void" and self.voucher is None:
            raise ValueError("void needs the number of the voucher")
        if self.op == "issue" and not (self.order_id and self.amount_minor and self.currency and self.reason):
            raise ValueError("issue needs order_id, currency, reason and an amount_minor above 0")
        return self


class WarehouseCommand(Strict):
    """One command for all its shipments or for none; where one may fail alone, plan one effect for each."""

    op: Literal["prioritise", "hold", "release", "recall"]
    order_ids: tuple[Id, ...] = ()
    shipment_ids: Annotated[tuple[Id, ...], Field(min_length=1)]
    reason: Prose


class CrmNote(Strict):
    """A note in the customer's file, for the colleague who takes the next call."""

    customer_id: Id
    order_id: Id | None = None
    text: Prose


class SurveyAsked(Strict):
    """The link of a survey without its seal, which is put on when the letter leaves: the ledger lets nobody answer."""

    invitation_id: int
    until: AwareDatetime
    link_id: Id


class CrmTask(Strict):
    """Work of the call centre on one customer: a survey by telephone. ``{link}`` in the text becomes its link."""

    customer_id: Id
    order_id: Id | None = None
    title: Name
    text: Prose
    due_at: AwareDatetime
    survey: SurveyAsked


class Letter(Strict):
    """A mail in one language."""

    subject: Name
    text: Prose


class CustomerMail(Strict):
    """A mail to a customer in every language that it may be sent in; the customer's own one is chosen when sending.

    With ``survey``, ``{link}`` in the text becomes the link of that survey.
    """

    customer_id: Id
    texts: Annotated[dict[Language, Letter], Field(min_length=1)]
    survey: SurveyAsked | None = None

    def letter_in(self, language: str) -> Letter:
        """In this language, otherwise in Chinese, otherwise in the one there is."""
        letters = {str(code): letter for code, letter in self.texts.items()}
        return letters.get(language) or letters.get("zh-CN") or next(iter(letters.values()))


class Notice(Strict):
    """A notice in one language."""

    title: Name
    text: Prose


class WebsiteDraft(Strict):
    """A draft for the website; a person publishes it or does not."""

    texts: Annotated[dict[Language, Notice], Field(min_length=1)]


class PayloadError(ValueError):
    """The payload is not what its sink needs; the text names the fields and repeats none of their values."""


Kind = TypeVar("Kind", bound=Strict)


def read_payload(kind: type[Kind], payload: Mapping[str, Any]) -> Kind:
    """The payload as its kind; raises ``PayloadError``."""
    try:
        return kind.model_validate_json(json.dumps(dict(payload)))
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or kind.__name__}: {one['msg']}"
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise PayloadError(f"the payload is not a {kind.__name__}: {wrong}"[:300]) from None
