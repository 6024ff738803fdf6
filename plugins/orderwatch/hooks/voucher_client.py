"""Vouchers: money, so every request carries the effect's key, and the service honours it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.payloads import PayloadError, Voucher, read_payload
from orderwatch.hooks.json_api import JsonApi, Reply, in_path


@dataclass(frozen=True)
class VoucherClient:
    """An idempotent sink: the same key and content again is answered with the same voucher, other content refused.

    Payload (`core.payloads.Voucher`): ``{"op": "issue", "order_id", "amount_minor": 2000, "currency": "CNY",
    "reason"}``, and ``{"op": "void", "voucher": "V-00001"}``, where the other fields may stand but say nothing;
    voiding twice leaves it void. ``ref`` is the voucher.
    """

    api: JsonApi

    def send(self, effect: Effect) -> Outcome:
        try:
            voucher = read_payload(Voucher, effect.payload)
        except PayloadError as error:
            return Outcome("refused", str(error))
        path, body = _void(voucher) if voucher.op == "void" else _issue(voucher)
        reply = self.api.call("POST", path, body=body, key=effect.effect_key)
        return reply.delivered("id") if isinstance(reply, Reply) else reply


def _issue(voucher: Voucher) -> tuple[str, dict[str, Any]]:
    return "/vouchers", {
        "order_no": voucher.order_id,
        "amount_minor": voucher.amount_minor,
        "currency": voucher.currency,
        "reason": voucher.reason,
    }


def _void(voucher: Voucher) -> tuple[str, dict[str, Any]]:
    return f"/vouchers/{in_path(voucher.voucher or '')}/void", {}
