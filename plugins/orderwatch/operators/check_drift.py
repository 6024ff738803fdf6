"""Check whether the limits in force still fit reality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from orderwatch.edge import parking
from orderwatch.edge.address import page_of
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


RETRAINING: Final = "threshold_retraining"


class CheckDriftOperator(OrderwatchOperator):
    """Counts realised false alarms and misses, keeps them, and proposes an early retraining where they are too many.

    It retrains nothing. Returns the verdict of each step and of all together; succeeds whatever it finds. A run that
    is cleared shows what it found first.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)

    def execute(self, context: Context) -> Mapping[str, str]:
        from orderwatch.pipeline.drift import check_drift, in_words, step_of
        from orderwatch.store.database import business_now

        engine = self.engine()
        with engine.connect() as conn:
            now = business_now(conn)
        # the page of the DAG whose form starts a retraining
        results = check_drift(engine, self.policy(), str(context["run_id"]), page_of(RETRAINING), now)
        parking.say(context, in_words(results))
        return {step_of(row.node): row.verdict for row in results}
