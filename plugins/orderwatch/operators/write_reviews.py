"""Write the reviews of incidents that are over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from orderwatch.edge import parking
from orderwatch.edge.address import base_address, page_of
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class WriteReviewsOperator(OrderwatchOperator):
    """Writes every review that is wanted or has news, whatever started the run, and plans what people have to hear.

    Returns how many were written, reminded of and late. Fails where one could not be written; the others are.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)

    def execute(self, context: Context) -> Mapping[str, int]:
        from orderwatch.core.addresses import Addresses
        from orderwatch.pipeline.announce import Announcement
        from orderwatch.pipeline.remind_reviews import in_words, remind_of_reviews
        from orderwatch.pipeline.review import write_reviews
        from orderwatch.store.database import business_now

        engine, policy = self.engine(), self.policy()
        with engine.connect() as conn:
            now = business_now(conn)
        written = write_reviews(engine, policy, now, str(context["run_id"]))
        link = page_of(self.dag_id, str(context["run_id"]))
        told = remind_of_reviews(engine, Announcement(policy, None, now, link, Addresses(base_address())))
        parking.say(context, in_words(written, told))
        if written["failed"]:
            raise AirflowFailException(f"reviews not written: {written['failed']}; the log above names each and why")
        return {**written, **told}
