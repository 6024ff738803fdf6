"""What the connections of systems that act for us have in common: an address and a token."""

from __future__ import annotations

from typing import ClassVar

from airflow.sdk import BaseHook
from airflow.sdk.log import mask_secret

from orderwatch.hooks.json_api import JsonApi
from orderwatch.hooks.logins import Token
from orderwatch.hooks.sources.errors import EndpointRefused
from orderwatch.hooks.sources.hook import endpoint_of


class TokenHook(BaseHook):
    """Host is the address, password the token; Extra: ``allow_private`` and ``timeout`` as for the sources."""

    conn_name_attr = "conn_id"
    default_conn_name: ClassVar[str]
    conn_type: ClassVar[str]
    hook_name: ClassVar[str]
    called: ClassVar[str]  # in the ledger's words

    def __init__(self, conn_id: str | None = None) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name

    def api(self) -> JsonApi:
        """The door; raises ``ValueError`` naming what the connection lacks."""
        conn = self.get_connection(self.conn_id)
        if not (conn.host and conn.password):
            raise ValueError(f"connection {self.conn_id!r} needs host and token (password)")
        mask_secret(conn.password)
        try:
            return JsonApi(self.called, endpoint_of(conn, self.conn_id), Token(conn.password))
        except EndpointRefused as error:
            raise ValueError(f"connection {self.conn_id!r}: {error.what}") from None
