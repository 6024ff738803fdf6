"""The key that rating links are signed with: ``ORDERWATCH_RATING_KEY``, or the password of ``orderwatch_rating``."""

from __future__ import annotations

import os

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException


def rating_key() -> bytes:
    """At least 32 bytes; empty where nobody has set one, and then no link is valid."""
    given = os.environ.get("ORDERWATCH_RATING_KEY")
    if given is None:
        try:
            given = BaseHook.get_connection("orderwatch_rating").password or ""
        except AirflowNotFoundException:
            return b""
    return given.encode()
