"""Remind the owners of improvements, measure what was done, and send the digest of the week."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orderwatch.edge import parking
from orderwatch.edge.address import base_address, page_of_ours
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class RemindOwnersOperator(OrderwatchOperator):
    """Each reminder, measure and digest once, however often it runs; returns how many there were."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)

    def execute(self, context: Context) -> Mapping[str, int]:
        from orderwatch.core.addresses import Addresses
        from orderwatch.pipeline.announce import Announcement
        from orderwatch.pipeline.measure_improvements import measure_improvements
        from orderwatch.pipeline.remind_improvements import remind_of_improvements
        from orderwatch.pipeline.tell_week import tell_week
        from orderwatch.store.database import business_now

        policy = self.policy()
        with self.engine().begin() as conn:
            now = business_now(conn)
            about = Announcement(policy, None, now, page_of_ours("improvements"), Addresses(base_address()))
            done = {
                "measured": measure_improvements(conn, policy, now),
                "reminded of": remind_of_improvements(conn, about),
                "digest of the week": int(tell_week(conn, about)),
            }
        said = ", ".join(f"{count} {what}" for what, count in done.items() if count)
        parking.say(context, said or "nobody to remind")
        return done
