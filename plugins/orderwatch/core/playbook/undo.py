"""How an act is taken back: the order that its sink is given, with the number that the sink gave to what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from orderwatch.core.playbook.actions import ACTIONS

WITHDRAWN: Final = "撤回 withdrawn"
RELEASED: Final = "解除 released"
Payload = Mapping[str, Any]


def cancel_work_order(ref: str) -> Payload:
    return {"op": "cancel", "number": ref}


def void_voucher(ref: str, order_id: str | None, amount_minor: int, currency: str | None) -> Payload:
    about = {"order_id": order_id, "amount_minor": amount_minor, "currency": currency}
    return {"op": "void", **about, "reason": WITHDRAWN, "voucher": ref}


def _void(ref: str, done: Payload) -> Payload:
    return void_voucher(ref, done["order_id"], done["amount_minor"], done["currency"])


def _release(ref: str, done: Payload) -> Payload:
    return {"op": "release", "order_ids": done["order_ids"], "shipment_ids": done["shipment_ids"], "reason": RELEASED}


_UNDO: Final[Mapping[str, tuple[str, Callable[[str, Payload], Payload]]]] = MappingProxyType({
    "voucher.issue": ("voucher.void", _void),
    "work_order.create": ("work_order.cancel", lambda ref, _: cancel_work_order(ref)),
    "shipment.hold": ("shipment.release", _release),
})
_DONE_BY: Final = {
    ("voucher", "issue"): "voucher.issue",
    ("work_order", "create"): "work_order.create",
    ("warehouse", "hold"): "shipment.hold",
}


def undo(sink: str, ref: str | None, done: Payload) -> Payload | None:
    """The payload that takes back what was done by ``done``; ``None`` where nothing can.

    ``ref`` is the number that the sink gave. What can be taken back is what ``ACTIONS`` names an ``undo`` for.
    """
    action = _DONE_BY.get((sink, str(done.get("op"))))
    if action is None or not ref:
        return None
    name, write = _UNDO[action]
    return write(ref, done) if ACTIONS[action].undo == name else None
