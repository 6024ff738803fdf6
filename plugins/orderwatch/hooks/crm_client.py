"""The CRM as a place to act: notes in a customer's file, and how the customer is reached, asked when sending."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.payloads import CrmNote, PayloadError, read_payload
from orderwatch.hooks.crm_records import find_once, nothing_written, write_once
from orderwatch.hooks.json_api import JsonApi, in_path

Way = Literal["mail", "call", "opted_out", "none"]
"""How a customer wants to be asked something."""
_ADDRESS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,190}")


@dataclass(frozen=True, slots=True)
class Contact:
    """How a customer is reached. It is never stored and never shown: even its ``repr`` names nobody."""

    customer_id: str
    email: str = field(repr=False)
    language: str
    name: str = field(repr=False)


@dataclass(frozen=True)
class CrmClient:
    """A queryable sink: the CRM recognises no repetition, but its notes carry our reference and can be found by it.

    Payload (`core.payloads.CrmNote`): ``{"customer_id", "order_id", "text"}``. The reference is the effect's key;
    ``ref`` is the number of the note.
    """

    api: JsonApi

    def send(self, effect: Effect) -> Outcome:
        """Look for the note first: writing it twice makes two. Not finding it proves nothing after a lost answer."""
        try:
            note = read_payload(CrmNote, effect.payload)
        except PayloadError as error:
            return Outcome("refused", str(error))
        body = {"text": note.text, "order_no": note.order_id}
        return write_once(self.api, _notes(note.customer_id), effect.effect_key, body, "note")

    def find(self, effect: Effect) -> Outcome:
        """``delivered`` when the note of this effect is there, otherwise ``unknown``: it may still arrive."""
        try:
            note = read_payload(CrmNote, effect.payload)
        except PayloadError as error:
            return Outcome("unknown", str(error))
        return find_once(self.api, _notes(note.customer_id), effect.effect_key, "note")

    def contact(self, customer_id: str) -> Contact | Outcome:
        """How to reach a customer. An ``Outcome`` is never ``unknown``: asking changes nothing."""
        told = self._told(customer_id)
        return told if isinstance(told, Outcome) else _contact(customer_id, told)

    def way(self, customer_id: str) -> Way | Outcome:
        """By mail or by telephone, or not at all; an ``Outcome`` where the CRM gives no answer now.

        Whoever prefers the telephone, or has no usable mail address, is called if there is a number.
        """
        told = self._told(customer_id)
        if isinstance(told, Outcome):
            return "none" if told.result == "refused" else told
        contact = _contact(customer_id, told)
        if isinstance(contact, Outcome) and contact.result != "refused":
            return "opted_out" if contact.result == "called_off" else contact
        by_mail = isinstance(contact, Contact)
        if told.get("phone") and (told.get("prefers") == "phone" or not by_mail):
            return "call"
        return "mail" if by_mail else "none"

    def _told(self, customer_id: str) -> Mapping[str, Any] | Outcome:
        reply = self.api.call("GET", f"/customers/{in_path(customer_id)}/contact")
        if isinstance(reply, Outcome):
            return nothing_written(reply)
        return reply.data if isinstance(reply.data, dict) else {}


def _contact(customer_id: str, told: Mapping[str, Any]) -> Contact | Outcome:
    email, name = told.get("email"), told.get("name")
    if told.get("opt_out", False) is not False:  # anything but a plain no is a wish to be left alone
        return Outcome("called_off", "the customer does not want to be written to")
    if email is None and "email" in told:
        return Outcome("refused", "the CRM has no mail address of the customer")
    if not isinstance(email, str):
        return Outcome("not_sent", "the CRM's answer lacks email")
    if not _ADDRESS.fullmatch(email):
        return Outcome("refused", "what the CRM has is not a mail address that we can write to")
    return Contact(customer_id, email, str(told.get("language") or ""), str(name or ""))


def _notes(customer_id: str) -> str:
    return f"/customers/{in_path(customer_id)}/notes"
