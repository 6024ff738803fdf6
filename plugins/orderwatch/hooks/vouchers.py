"""The voucher service as an Airflow connection (``orderwatch_vouchers``)."""

from __future__ import annotations

from orderwatch.hooks.token_hook import TokenHook
from orderwatch.hooks.voucher_client import VoucherClient


class VouchersHook(TokenHook):
    """Issues vouchers and takes them back."""

    conn_type = default_conn_name = "orderwatch_vouchers"
    hook_name = "Orderwatch Vouchers"
    called = "the voucher service"

    def client(self) -> VoucherClient:
        """The client; raises ``ValueError`` naming what the connection lacks."""
        return VoucherClient(self.api())
