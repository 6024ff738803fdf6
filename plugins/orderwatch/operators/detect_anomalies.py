"""Find the orders that are late without excuse and make incidents of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, AssetAlias

from orderwatch.edge.address import base_address, page_of
from orderwatch.edge.assets import CLOSED, CLOSED_ALIAS
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class DetectAnomaliesOperator(OrderwatchOperator):
    """Judges every order whose alert time has come and writes incidents, silence with its reason, and alerts to send.

    Returns the counts of the scan. Judges by the time it runs, not by the run's logical date, so that a run
    cleared a week later raises nothing from a week ago. A dry run judges everything and keeps nothing.
    """

    template_fields: Sequence[str] = ("scan_id",)

    def __init__(self, *, scan_id: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scan_id = scan_id

    def execute(self, context: Context) -> Mapping[str, int]:
        import secrets

        from orderwatch.core.addresses import Addresses
        from orderwatch.hooks.link_key import link_key
        from orderwatch.pipeline.detect import detect
        from orderwatch.pipeline.sources import feeds_of_all_sources

        link = page_of(self.dag_id, str(context["run_id"]))
        addresses = Addresses(base_address(), link_key(), lambda: secrets.token_urlsafe(16))
        counts = detect(self.engine(), self.policy(), int(self.scan_id), feeds_of_all_sources(), link, addresses)
        self._tell_of_closed(context, counts["incidents_closed"])
        return counts

    def _tell_of_closed(self, context: Context, closed: int) -> None:
        """Reviews begin at once; where the event is lost, or a dry run has closed nothing, the sweep comes by."""
        if not closed or not self.outlets or context["params"].get("dry_run"):
            return
        context["outlet_events"][AssetAlias(CLOSED_ALIAS)].add(Asset(CLOSED), extra={"closed": closed})
