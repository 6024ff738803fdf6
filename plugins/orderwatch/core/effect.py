"""One outward act and how it ended, in the words of the effect ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

Sink = Literal[
    "wecom_app",
    "wecom_robot",
    "mail",
    "work_order",
    "voucher",
    "warehouse",
    "crm_note",
    "crm_task",
    "customer_mail",
    "website",
]


@dataclass(frozen=True, slots=True)
class Effect:
    """A claimed effect: what to send, to whom, under which key. The payload is frozen since it was planned."""

    effect_id: int
    effect_key: str
    sink: Sink
    recipient: str
    payload: Mapping[str, Any]
    fence: int
    order_id: str | None = None
    late_in: int | None = None  # the node in which the order is late, where a customer or money is touched
    lease: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    ``delivered``: the sink said yes. ``refused``: it said no for good. ``not_sent``: proof that nothing
    happened, so it may be tried again after ``wait``. ``unknown``: nobody can say. ``called_off``: the order has moved
    on, nothing was sent and nothing is to be. ``put_off``: nobody could say whether it has, which is no fault of the
    sink. ``ref`` is the number that the sink gave to what it did.
    """

    result: Literal["delivered", "refused", "not_sent", "unknown", "called_off", "put_off"]
    detail: str | None = None
    wait: timedelta = timedelta(minutes=1)
    ref: str | None = None
