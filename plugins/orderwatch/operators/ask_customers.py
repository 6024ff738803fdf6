"""Ask the customers of incidents that are over whether they would recommend us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orderwatch.edge import parking
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class AskCustomersOperator(OrderwatchOperator):
    """Writes down who is to be asked, asks them within every limit, and sends what may leave now.

    Returns how many were invited, asked, wait, are not asked, or have not answered in time. Cleared and run again, it
    asks nobody twice. What could not be sent yet is tried again by the next scan.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)

    def execute(self, context: Context) -> Mapping[str, int]:
        import secrets

        from orderwatch.notifiers.senders import Senders
        from orderwatch.pipeline.dispatch import dispatch
        from orderwatch.pipeline.survey.ask import Asking, ask, in_words
        from orderwatch.pipeline.survey.invite import invite
        from orderwatch.store.database import business_now
        from orderwatch.store.surveys import list_keys

        engine, policy, senders = self.engine(), self.policy(), Senders()
        with engine.connect() as conn:
            now = business_now(conn)
        has_links = bool(senders.addresses.base and senders.addresses.key)
        asking = Asking(engine, policy, senders.way, lambda: secrets.token_urlsafe(16), has_links)
        counts = {"invited": invite(engine, policy, now)} | ask(asking, now)
        with engine.connect() as conn:
            keys = list_keys(conn)
        if keys:
            sent = dispatch(engine, senders.by_sink(), only=keys, finders=senders.finders())
            self.log.info("surveys: %s", dict(sent) or "none may leave now")
        parking.say(context, in_words(counts))
        return counts
