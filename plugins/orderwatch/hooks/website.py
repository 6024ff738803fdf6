"""The website as an Airflow connection (``orderwatch_website``)."""

from __future__ import annotations

from orderwatch.hooks.token_hook import TokenHook
from orderwatch.hooks.website_client import WebsiteClient


class WebsiteHook(TokenHook):
    """Puts drafts where a person publishes them."""

    conn_type = default_conn_name = "orderwatch_website"
    hook_name = "Orderwatch Website"
    called = "the website"

    def client(self) -> WebsiteClient:
        """The client; raises ``ValueError`` naming what the connection lacks."""
        return WebsiteClient(self.api())
