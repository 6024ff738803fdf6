"""The key that signs links: ``ORDERWATCH_LINK_KEY``, or the password of the connection ``orderwatch_links``."""

from __future__ import annotations

import os

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException


def link_key() -> bytes:
    """At least 32 bytes; empty where nobody has set one, and then no link is valid."""
    given = os.environ.get("ORDERWATCH_LINK_KEY")
    if given is None:
        try:
            given = BaseHook.get_connection("orderwatch_links").password or ""
        except AirflowNotFoundException:
            return b""
    return given.encode()
