"""Write the programme report of a month that is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from orderwatch.edge import parking
from orderwatch.edge.address import page_of_ours
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class WriteReportOperator(OrderwatchOperator):
    """Writes the month that the run's form names, or the last one that is over and those before it that are missing.

    Returns the new version of each month, 0 where it says what it said before. A month that is not over is refused.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)

    def execute(self, context: Context) -> Mapping[str, int]:
        from orderwatch.core.months import Month
        from orderwatch.pipeline.programme import in_words, write_reports
        from orderwatch.store.database import business_now

        engine, wanted = self.engine(), context["params"].get("month")
        with engine.connect() as conn:
            now = business_now(conn)
        try:
            month = Month.read(wanted) if wanted else None
            written = write_reports(engine, self.policy(), now, page_of_ours("programme"), month)
        except ValueError as error:
            raise AirflowFailException(f"nothing written: {error}") from error
        parking.say(context, in_words(written))
        return {str(one.month): one.version for one in written}
