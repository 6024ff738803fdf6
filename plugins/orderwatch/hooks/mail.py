"""Outgoing mail as an Airflow connection (``orderwatch_mail``, type SMTP)."""

from __future__ import annotations

from airflow.sdk import BaseHook

from orderwatch.hooks.mail_client import MailClient


class MailHook(BaseHook):
    """Host, port, login and password as usual; Extra: ``from_email``, and ``disable_tls`` for a local mailbox."""

    default_conn_name = "orderwatch_mail"

    def __init__(self, conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.conn_id = conn_id

    def client(self) -> MailClient:
        """The client; raises ``ValueError`` naming what the connection lacks."""
        conn = self.get_connection(self.conn_id)
        extra = conn.extra_dejson
        if not (conn.host and extra.get("from_email")):
            raise ValueError(f"connection {self.conn_id!r} needs host and from_email")
        return MailClient(
            conn.host,
            conn.port or 587,
            extra["from_email"],
            conn.login,
            conn.password,
            start_tls=not extra.get("disable_tls", False),
        )
