"""The CRM: who the customer is, what the customer asked for, and what colleagues should know."""

from __future__ import annotations

from airflow.sdk.log import mask_secret

from orderwatch.hooks.crm_client import CrmClient
from orderwatch.hooks.json_api import JsonApi
from orderwatch.hooks.logins import SourceLogin
from orderwatch.hooks.sources.hook import SourceHook


class CrmHook(SourceHook):
    """Reads customers, their wishes and complaints (HTTP Basic, pages by Link header); writes notes."""

    conn_type = default_conn_name = "orderwatch_crm"
    hook_name = "Orderwatch CRM"
    source_name = "crm"

    def client(self) -> CrmClient:
        """What writes notes; raises ``ConfigError`` or ``SourceError`` naming what the connection lacks."""
        endpoint = self.endpoint()
        login = SourceLogin(self.config, endpoint, clock=self._clock, tell_secret=mask_secret)
        return CrmClient(JsonApi("the CRM", endpoint, login))
