"""Orderwatch's own PostgreSQL as an Airflow connection (``orderwatch_db``, type Postgres)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from airflow.sdk import BaseHook
from sqlalchemy import URL, Engine

from orderwatch.store.database import connect

# what libpq itself understands (https://www.postgresql.org/docs/current/libpq-connect.html) and people set
PASSED_ON: Final = frozenset({
    "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir", "sslsni", "sslnegotiation",
    "sslcertmode", "ssl_min_protocol_version", "ssl_max_protocol_version", "channel_binding", "require_auth",
    "gssencmode", "krbsrvname", "passfile", "hostaddr", "application_name", "target_session_attrs",
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
})  # fmt: skip


class DatabaseHook(BaseHook):
    """The door to our tables; ``host`` may be the folder of a Unix socket, Extra holds libpq's options (sslmode …)."""

    default_conn_name = "orderwatch_db"

    def __init__(self, conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.conn_id = conn_id

    def engine(self) -> Engine:
        """An engine on our schema; raises ``ValueError`` for another type, and for an Extra that is not passed on."""
        conn = self.get_connection(self.conn_id)
        if conn.conn_type not in {"postgres", "postgresql"}:
            raise ValueError(f"connection {self.conn_id!r} must be of type Postgres, not {conn.conn_type!r}")
        query = self._options(conn.extra_dejson)
        socket = (conn.host or "").startswith("/")
        if socket and conn.host:
            query["host"] = conn.host
        url = URL.create(
            "postgresql",
            conn.login,
            conn.password,
            None if socket else conn.host,
            conn.port,
            conn.schema or "orderwatch",
            query,
        )
        return connect(url.render_as_string(hide_password=False))

    def _options(self, extra: Mapping[str, Any]) -> dict[str, str]:
        """Extra as libpq's options. Leaving one out silently could mean: connect without the encryption asked for."""
        given = {name: value for name, value in extra.items() if value not in (None, "")}
        if unknown := sorted(given.keys() - PASSED_ON):
            raise ValueError(
                f"connection {self.conn_id!r}: Extra holds {', '.join(unknown)}, which is not passed on to PostgreSQL; "
                f"take it out (`options` and `connect_timeout` are set by Orderwatch itself)"
            )
        if wrong := sorted(name for name, value in given.items() if type(value) not in (str, int)):
            raise ValueError(f"connection {self.conn_id!r}: {', '.join(wrong)} in Extra must be text or a number")
        return {name: str(value) for name, value in given.items()}
