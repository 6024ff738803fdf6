"""Connections that look whom they reached before they say anything.

Checking a name beforehand is not enough: it may resolve to another address a moment later.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

Check = Callable[[str], None]


def guarded_adapter(check: Check) -> HTTPAdapter:
    """An adapter without retries whose connections call ``check`` with the peer's address."""

    def checked(connection: socket.socket) -> socket.socket:
        try:
            check(str(connection.getpeername()[0]))
        except BaseException:
            connection.close()
            raise
        return connection

    class PlainConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return checked(super()._new_conn())

    class TlsConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return checked(super()._new_conn())

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = TlsConnection

    class GuardedAdapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}

    return GuardedAdapter(max_retries=0)
