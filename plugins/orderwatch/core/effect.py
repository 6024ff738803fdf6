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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    ``delivered``: the sink said yes. ``refused``: it said no for good. ``not_sent``: proof that nothing
    happened, so it may be tried again after ``wait``. ``unknown``: nobody can say. ``ref`` is the number that the
    sink gave to what it did.
    """

    result: Literal["delivered", "refused", "not_sent", "unknown"]
    detail: str | None = None
    wait: timedelta = timedelta(minutes=1)
    ref: str | None = None
