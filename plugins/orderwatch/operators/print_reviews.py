"""Print the reviews that have been written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from orderwatch.edge import parking
from orderwatch.edge.address import page_of_ours
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class PrintReviewsOperator(OrderwatchOperator):
    """Puts the latest version of every review on paper, in Chinese and English, once per version.

    Returns how many were printed. Fails where one could not be; the others are. Skipped where this machine cannot
    print, with what it lacks beside the task.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)

    def execute(self, context: Context) -> int:
        from orderwatch.store.database import business_now
        from orderwatch.web.paper import PaperError, print_reviews

        engine = self.engine()
        with engine.connect() as conn:
            now = business_now(conn)
        try:
            done = print_reviews(engine, self.policy(), page_of_ours("").rstrip("/"), now)
        except PaperError as error:
            parking.say(context, str(error))
            raise AirflowSkipException(str(error)) from error
        said = ", ".join(f"{count} {what}" for what, count in done.items() if count)
        parking.say(context, said or "nothing to print")
        if done["failed"]:
            raise AirflowFailException(f"reviews not printed: {done['failed']}; the log above names each and why")
        return done["printed"]
