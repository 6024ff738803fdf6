"""Orderwatch's own PostgreSQL as an Airflow connection (``orderwatch_db``, type Postgres)."""

from __future__ import annotations

from airflow.sdk import BaseHook
from sqlalchemy import URL, Engine

from orderwatch.store.database import connect


class DatabaseHook(BaseHook):
    """The door to our tables; ``host`` may be the folder of a Unix socket."""

    default_conn_name = "orderwatch_db"

    def __init__(self, conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.conn_id = conn_id

    def engine(self) -> Engine:
        """An engine on our schema; raises ``ValueError`` when the connection is not PostgreSQL."""
        conn = self.get_connection(self.conn_id)
        if conn.conn_type not in {"postgres", "postgresql"}:
            raise ValueError(f"connection {self.conn_id!r} must be of type Postgres, not {conn.conn_type!r}")
        socket = (conn.host or "").startswith("/")
        url = URL.create(
            "postgresql",
            conn.login,
            conn.password,
            None if socket else conn.host,
            conn.port,
            conn.schema or "orderwatch",
            {"host": conn.host} if socket and conn.host else {},
        )
        return connect(url.render_as_string(hide_password=False))
