"""WeCom as an Airflow connection (``orderwatch_wecom``)."""

from __future__ import annotations

from airflow.sdk import BaseHook

from orderwatch.hooks.wecom_client import WeComClient


class WeComHook(BaseHook):
    """Login is the corp id, password the application's secret; agent id and robot keys are in Extra."""

    conn_name_attr = "wecom_conn_id"
    default_conn_name = "orderwatch_wecom"
    conn_type = "orderwatch_wecom"
    hook_name = "Orderwatch WeCom"

    def __init__(self, wecom_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.wecom_conn_id = wecom_conn_id

    def client(self) -> WeComClient:
        """The client; raises ``ValueError`` naming what the connection lacks."""
        conn = self.get_connection(self.wecom_conn_id)
        extra = conn.extra_dejson
        if not (conn.host and conn.login and conn.password and extra.get("agent_id")):
            raise ValueError(
                f"connection {self.wecom_conn_id!r} needs host, corp id (login), secret (password) and agent_id"
            )
        return WeComClient(
            conn.host,
            conn.login,
            conn.password,
            int(extra["agent_id"]),
            dict(extra.get("robot_keys_secret") or {}),
        )
