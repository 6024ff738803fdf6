"""How each sink of the ledger is reached through Airflow's connections."""

from __future__ import annotations

from functools import cached_property

from orderwatch.core.effect import Effect, Outcome
from orderwatch.hooks.mail import MailHook
from orderwatch.hooks.mail_client import MailClient
from orderwatch.hooks.wecom import WeComHook
from orderwatch.hooks.wecom_client import WeComClient
from orderwatch.pipeline.dispatch import Send


class Senders:
    """Connections are read when the first effect needs them: one that is missing stops only its own sinks."""

    @cached_property
    def _wecom(self) -> WeComClient:
        return WeComHook().client()

    @cached_property
    def _mail(self) -> MailClient:
        return MailHook().client()

    def to_person(self, effect: Effect) -> Outcome:
        return self._wecom.send_to_person(effect.recipient, effect.payload["text"])

    def to_group(self, effect: Effect) -> Outcome:
        return self._wecom.send_to_group(effect.recipient, effect.payload["text"])

    def to_mailbox(self, effect: Effect) -> Outcome:
        payload = effect.payload
        return self._mail.send(effect.effect_key, effect.recipient, payload["subject"], payload["text"])

    def by_sink(self) -> dict[str, Send]:
        """Sink of the ledger to the sender that reaches it."""
        return {"wecom_app": self.to_person, "wecom_robot": self.to_group, "mail": self.to_mailbox}
