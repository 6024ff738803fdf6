"""Tell the owners what the ledger holds for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class NotifyOwnersOperator(OrderwatchOperator):
    """Sends every planned message once; returns how many attempts ended in which way.

    Fails when a message was refused, could not be sent yet, or nobody can say whether it arrived, so that a person
    looks; clearing the task sends only what has not been sent.
    """

    def execute(self, context: Context) -> Mapping[str, int]:
        from orderwatch.notifiers.live_orders import LiveOrders
        from orderwatch.notifiers.senders import Senders
        from orderwatch.pipeline.dispatch import dispatch
        from orderwatch.store.database import business_clock

        if context["params"].get("dry_run"):
            raise AirflowSkipException("dry run: nobody is told, not even what earlier scans left to tell")
        senders = Senders()
        engine = self.engine()
        recheck = LiveOrders(business_clock(engine), self.policy().calendars.business_zone).recheck
        results = dispatch(engine, senders.by_sink(), finders=senders.finders(), recheck=recheck)
        self.log.info("messages: %s", dict(results) or "none to send")
        missing = {result: n for result, n in results.items() if result not in {"delivered", "called_off"}}
        if missing:
            raise AirflowFailException(  # a retry in ten seconds would find nothing to send and look like success
                f"messages not (surely) delivered: {missing}; the log above names each and why. "
                "those not_sent or put_off are tried again at the next scan"
            )
        return dict(results)
