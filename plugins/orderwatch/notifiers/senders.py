"""How each sink of the ledger is reached through Airflow's connections."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from orderwatch.core.effect import Effect, Outcome
from orderwatch.hooks.mail import MailHook
from orderwatch.hooks.mail_client import MailClient
from orderwatch.hooks.wecom import WeComHook
from orderwatch.hooks.wecom_client import WeComClient
from orderwatch.pipeline.dispatch import Send

WRONG_CONNECTION = timedelta(minutes=10)


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
        return {
            "wecom_app": self._once_connected("_wecom", self.to_person),
            "wecom_robot": self._once_connected("_wecom", self.to_group),
            "mail": self._once_connected("_mail", self.to_mailbox),
        }

    def _once_connected(self, client: str, send: Send) -> Send:
        """A connection that is missing or wrong proves that nothing was sent; a person mends it, and it is."""

        def attempt(effect: Effect) -> Outcome:
            try:
                getattr(self, client)
            except Exception as error:
                return Outcome("not_sent", f"the connection cannot be used: {error}", WRONG_CONNECTION)
            return send(effect)

        return attempt
