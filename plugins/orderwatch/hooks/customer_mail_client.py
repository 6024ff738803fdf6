"""A mail to a customer: the address is asked for at the moment of sending and forgotten afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from orderwatch.core.addresses import NOWHERE, Addresses
from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.payloads import CustomerMail, Letter, PayloadError, read_payload
from orderwatch.core.survey.place import with_link
from orderwatch.hooks.crm_client import CrmClient
from orderwatch.hooks.crm_task_client import NO_LINK
from orderwatch.hooks.mail_client import MailClient
from orderwatch.hooks.said import without_people


@dataclass(frozen=True)
class CustomerMailClient:
    """A blind sink: after the text was handed over nobody can ask whether it arrived.

    Payload (`core.payloads.CustomerMail`): ``{"customer_id", "texts": {"zh-CN": {"subject", "text"}, "en":
    {"subject", "text"}}}``, sent in the customer's language, otherwise in Chinese. The Message-ID is made of the
    effect's key. No outcome holds an address or a name, and there is no ``ref``. A survey's link is sealed only here.
    """

    crm: CrmClient
    mail: MailClient
    clock: Callable[[], datetime]
    addresses: Addresses = NOWHERE

    def send(self, effect: Effect) -> Outcome:
        try:
            payload = read_payload(CustomerMail, effect.payload)
        except PayloadError as error:
            return Outcome("refused", str(error))
        contact = self.crm.contact(payload.customer_id)
        if isinstance(contact, Outcome):
            return contact
        letter = payload.letter_in(contact.language)
        text = self._text(payload, letter)
        if text is None:
            return Outcome("not_sent", NO_LINK)
        outcome = self.mail.send(effect.effect_key, contact.email, letter.subject, text, self.clock())
        return replace(outcome, detail=outcome.detail and without_people(outcome.detail))

    def _text(self, mail: CustomerMail, letter: Letter) -> str | None:
        if mail.survey is None:
            return letter.text
        return with_link(letter.text, mail.customer_id, mail.survey, self.addresses)
