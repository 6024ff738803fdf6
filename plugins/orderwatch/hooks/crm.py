"""The CRM: who the customer is and what the customer asked for."""

from __future__ import annotations

from orderwatch.hooks.sources.hook import SourceHook


class CrmHook(SourceHook):
    """Reads customers and delay requests; HTTP Basic, pages by Link header."""

    conn_type = default_conn_name = "orderwatch_crm"
    hook_name = "Orderwatch CRM"
    source_name = "crm"
