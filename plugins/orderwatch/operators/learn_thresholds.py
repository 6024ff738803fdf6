"""Learn what is normal for orders like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class LearnThresholdsOperator(OrderwatchOperator):
    """Learns a new threshold version from completed orders and puts it in force.

    Returns the version and what it was learned from. Fails, and leaves the version in force, when a feed of this
    run did not come in or the history does not cover every step.
    """

    template_fields: Sequence[str] = ("scan_id",)

    def __init__(self, *, scan_id: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scan_id = scan_id

    def execute(self, context: Context) -> Mapping[str, int]:
        from orderwatch.pipeline.learn import learn_thresholds
        from orderwatch.store.database import business_now

        engine = self.engine()
        with engine.connect() as conn:
            now = business_now(conn)
        try:
            learned = learn_thresholds(engine, self.policy(), int(self.scan_id), now, str(context["run_id"]))
        except ValueError as error:
            raise AirflowFailException(f"nothing learned, the limits stay as they are: {error}") from error
        self.log.info("thresholds %s", learned)
        return learned
