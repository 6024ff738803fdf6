"""The WMS: what the warehouse and the carrier did to an order, and what they are asked to do."""

from __future__ import annotations

from airflow.sdk.log import mask_secret

from orderwatch.hooks.json_api import JsonApi
from orderwatch.hooks.logins import SourceLogin
from orderwatch.hooks.sources.hook import SourceHook
from orderwatch.hooks.warehouse_client import WarehouseClient


class WmsHook(SourceHook):
    """Reads shipments and gives commands; signed forms, errors inside HTTP 200."""

    conn_type = default_conn_name = "orderwatch_wms"
    hook_name = "Orderwatch WMS"
    source_name = "wms"

    def client(self) -> WarehouseClient:
        """What gives commands; raises ``ConfigError`` or ``SourceError`` naming what the connection lacks."""
        endpoint = self.endpoint()
        login = SourceLogin(self.config, endpoint, clock=self._clock, tell_secret=mask_secret)
        return WarehouseClient(JsonApi("the warehouse", endpoint, login))
