"""Outgoing mail as an Airflow connection (``orderwatch_mail``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from airflow.sdk import BaseHook

from orderwatch.hooks.mail_client import MailClient, Security

TLS_FROM_THE_START = 465  # RFC 8314
SUBMISSION = 587


class MailHook(BaseHook):
    """Our own type *Orderwatch Mail*, or Airflow's SMTP: host, port, login and password as usual.

    Extra: ``from_email``, and ``security`` (``starttls``, ``tls`` or ``none``). Without it port 465 speaks TLS from
    the first byte and every other port begins with STARTTLS, unless ``disable_tls`` says that the mailbox is local.
    """

    conn_name_attr = "conn_id"
    default_conn_name = "orderwatch_mail"
    conn_type = "orderwatch_mail"
    hook_name = "Orderwatch Mail"

    def __init__(self, conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.conn_id = conn_id

    def client(self) -> MailClient:
        """The client; raises ``ValueError`` naming what the connection lacks."""
        conn = self.get_connection(self.conn_id)
        extra = conn.extra_dejson
        if not (conn.host and extra.get("from_email")):
            raise ValueError(f"connection {self.conn_id!r} needs host and from_email")
        self._refuse_what_we_do_not_do(extra)
        security = self._security(extra, conn.port)
        port = conn.port or (TLS_FROM_THE_START if security == "tls" else SUBMISSION)
        return MailClient(conn.host, port, extra["from_email"], conn.login, conn.password, security)

    def _security(self, extra: Mapping[str, Any], port: int | None) -> Security:
        asked: Any = extra.get("security")
        if asked is not None:
            if asked not in get_args(Security):
                raise ValueError(f"connection {self.conn_id!r}: security must be {', '.join(get_args(Security))}")
            chosen: Security = asked
            return chosen
        if port == TLS_FROM_THE_START and not extra.get("disable_ssl"):
            return "tls"
        return "none" if extra.get("disable_tls") else "starttls"

    def _refuse_what_we_do_not_do(self, extra: Mapping[str, Any]) -> None:
        if extra.get("ssl_context") == "none":
            raise ValueError(
                f"connection {self.conn_id!r}: ssl_context none would trust anybody; "
                "let SSL_CERT_FILE name the mail server's own authority instead"
            )
        if extra.get("auth_type") == "oauth2":
            raise ValueError(f"connection {self.conn_id!r}: auth_type oauth2 is not supported; use login and password")
