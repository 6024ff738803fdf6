"""Put a threshold version in force, and move open orders to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orderwatch.edge import parking
from orderwatch.edge.version_link import VersionReportLink
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class ActivateVersionOperator(OrderwatchOperator):
    """Switches at once, then moves the alert times of open orders in portions while scans go on; may be repeated."""

    operator_extra_links = (VersionReportLink(),)
    template_fields: Sequence[str] = ("version",)

    def __init__(self, *, version: Any, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)
        self.version = version

    def execute(self, context: Context) -> Mapping[str, int]:
        from orderwatch.pipeline.activate import activate
        from orderwatch.store.database import business_now

        engine, version = self.engine(), int(self.version)
        with engine.connect() as conn:
            now = business_now(conn)
        moved = activate(engine, self.policy(), version, "automation", f"learned by {context['run_id']}", now)
        parking.say(context, f"version {version} is in force; {moved} open orders moved")
        return {"version": version, "alert_times_moved": moved}
