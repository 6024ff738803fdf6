"""The addresses of links for people without a login, as this installation is reached."""

from __future__ import annotations

from airflow.sdk.configuration import conf

from orderwatch.core.addresses import Addresses
from orderwatch.hooks.link_key import link_key


def addresses() -> Addresses:
    """Without ``api.base_url`` or a key, no link can be made."""
    return Addresses(str(conf.get("api", "base_url", fallback="")).rstrip("/"), link_key())
