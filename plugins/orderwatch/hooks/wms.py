"""The WMS: what the warehouse and the carrier did to an order."""

from __future__ import annotations

from orderwatch.hooks.sources.hook import SourceHook


class WmsHook(SourceHook):
    """Reads shipments; signed forms, errors inside HTTP 200."""

    conn_type = default_conn_name = "orderwatch_wms"
    hook_name = "Orderwatch WMS"
    source_name = "wms"
