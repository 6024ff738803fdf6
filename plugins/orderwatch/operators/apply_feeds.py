"""Bring the validated rows into the orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class ApplyFeedsOperator(OrderwatchOperator):
    """Upserts orders, shipments, customers, wishes and complaints, and moves alert times and watermarks with them.

    Returns how many orders changed. One transaction: a rerun applies what is still staged, or nothing.
    """

    template_fields: Sequence[str] = ("scan_id",)

    def __init__(self, *, scan_id: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scan_id = scan_id

    def execute(self, context: Context) -> int:
        from orderwatch.pipeline.apply import apply_feeds
        from orderwatch.store.database import business_now

        engine = self.engine()
        with engine.connect() as conn:
            now = business_now(conn)
        changed = apply_feeds(engine, int(self.scan_id), now, self.policy())
        self.log.info("%s orders changed", changed)
        return changed
