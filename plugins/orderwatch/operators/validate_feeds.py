"""Let only records through that make sense, and keep the others with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class ValidateFeedsOperator(OrderwatchOperator):
    """Runs each feed's Great Expectations suite; returns accepted and refused records per feed.

    The full result is on the task's *Orderwatch* tab and in its log. A feed that fails critically is held
    back as a whole and reported by the detection as a source incident; this task itself does not fail for it.
    """

    template_fields: Sequence[str] = ("scan_id",)

    def __init__(self, *, scan_id: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scan_id = scan_id

    def execute(self, context: Context) -> Mapping[str, Mapping[str, int]]:
        from orderwatch.pipeline.validate import validate_feeds
        from orderwatch.store.database import business_now

        if self.scan_id is None:
            raise AirflowSkipException("the scan was not opened; see the task open_scan")
        engine = self.engine()
        with engine.connect() as conn:
            now = business_now(conn)
        return validate_feeds(engine, int(self.scan_id), now)
