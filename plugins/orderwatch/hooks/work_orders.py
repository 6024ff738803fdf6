"""The work order system as an Airflow connection (``orderwatch_work_orders``)."""

from __future__ import annotations

from orderwatch.hooks.token_hook import TokenHook
from orderwatch.hooks.work_order_client import WorkOrderClient


class WorkOrdersHook(TokenHook):
    """Opens, changes and cancels work orders."""

    conn_type = default_conn_name = "orderwatch_work_orders"
    hook_name = "Orderwatch Work Orders"
    called = "the work order system"

    def client(self) -> WorkOrderClient:
        """The client; raises ``ValueError`` naming what the connection lacks."""
        return WorkOrderClient(self.api())
