"""What playbooks have done, told by the sinks and not by our own log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

Act = tuple[str, str, str | None, str]  # key, sink, text, state
Received = Sequence[Mapping[str, Any]]

SINKS: Final[Mapping[str, str]] = {
    "wecom": "/_received",
    "tickets": "/_received",
    "vouchers": "/_received",
    "wms": "/_received",
    "crm": "/_received",
    "website": "/_received",
    "control": "/_mails",
}


def without_answers(messages: Received, acts: Sequence[Act]) -> list[Mapping[str, Any]]:
    """The scan's own alerts: everything received that no playbook has sent."""
    texts = {text for _, sink, text, _ in acts if text and sink.startswith("wecom")}
    mails = {_message_id(key) for key, _, _, _ in acts}
    return [one for one in messages if one.get("content") not in texts and one.get("message_id") not in mails]


def describe(acts: Sequence[Act], received: Mapping[str, Received], waiting: int, began: datetime) -> dict[str, Any]:
    """How many acts there were, how many are not settled, and the seconds from the scan's start to the last arrival."""
    arrivals = [datetime.fromisoformat(one["received_at"]) for all_of in received.values() for one in all_of]
    return {
        "responses": len({key.split("-")[2] for key, _, _, _ in acts if "-inc-" in key}),
        "acts_delivered": sum(state == "delivered" for _, _, _, state in acts),
        "acts_unsettled": sum(state in {"planned", "sending", "unknown", "needs_human"} for _, _, _, state in acts),
        "awaiting_person": waiting,
        "last_act_seconds": round(max(((at - began).total_seconds() for at in arrivals), default=0.0), 1),
    }


def _message_id(key: str) -> str:
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@orderwatch>"
