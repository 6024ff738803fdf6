"""The ERP: orders as the company keeps them."""

from __future__ import annotations

from orderwatch.hooks.sources.hook import SourceHook


class ErpHook(SourceHook):
    """Reads orders; OAuth2 client credentials, keyset pages."""

    conn_type = default_conn_name = "orderwatch_erp"
    hook_name = "Orderwatch ERP"
    source_name = "erp"
