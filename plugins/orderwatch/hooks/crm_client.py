"""The CRM as a place to act: notes in a customer's file, and how the customer is reached, asked when sending."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.payloads import CrmNote, PayloadError, read_payload
from orderwatch.hooks.json_api import JsonApi, Reply, in_path

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
        known = self._known(note, effect.effect_key)
        if isinstance(known, Outcome):
            return _nothing_written(known)
        if known is not None:
            return self._same(known, note)
        body = {"text": note.text, "order_no": note.order_id, "reference": effect.effect_key}
        reply = self.api.call("POST", _notes(note.customer_id), body=body)
        return reply.delivered("id") if isinstance(reply, Reply) else reply

    def find(self, effect: Effect) -> Outcome:
        """``delivered`` when the note of this effect is there, otherwise ``unknown``: it may still arrive."""
        try:
            note = read_payload(CrmNote, effect.payload)
        except PayloadError as error:
            return Outcome("unknown", str(error))
        known = self._known(note, effect.effect_key)
        if isinstance(known, Outcome):
            return Outcome("unknown", known.detail, known.wait)
        if known is None:
            return Outcome("unknown", "the CRM has no note with this reference")
        return Reply(known, None).delivered("id")

    def contact(self, customer_id: str) -> Contact | Outcome:
        """How to reach a customer. An ``Outcome`` is never ``unknown``: asking changes nothing."""
        reply = self.api.call("GET", f"/customers/{in_path(customer_id)}/contact")
        if isinstance(reply, Outcome):
            return _nothing_written(reply)
        told: Any = reply.data if isinstance(reply.data, dict) else {}
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

    def _known(self, note: CrmNote, key: str) -> Mapping[str, Any] | Outcome | None:
        """The note with this reference, ``None`` where there is none."""
        reply = self.api.call("GET", _notes(note.customer_id), query={"reference": key})
        if isinstance(reply, Outcome):
            return reply
        if not isinstance(reply.data, list):
            return Outcome("unknown", "the CRM's answer is not a list of notes")
        ours = (one for one in reply.data if isinstance(one, dict) and one.get("reference") == key)
        return next(ours, None)

    def _same(self, known: Mapping[str, Any], note: CrmNote) -> Outcome:
        if (known.get("text"), known.get("order_no")) != (note.text, note.order_id):
            return Outcome("refused", "the CRM has another note with this reference")
        return Reply(known, None).delivered("id")


def _notes(customer_id: str) -> str:
    return f"/customers/{in_path(customer_id)}/notes"


def _nothing_written(asked: Outcome) -> Outcome:
    """A question that went wrong: whatever happened to it, nothing was written yet."""
    return replace(asked, result="not_sent") if asked.result == "unknown" else asked
