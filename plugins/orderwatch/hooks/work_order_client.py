"""Work orders: opened, changed and cancelled under the effect's key, which the system honours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.payloads import PayloadError, WorkOrder, read_payload
from orderwatch.hooks.json_api import JsonApi, Reply, in_path


@dataclass(frozen=True)
class WorkOrderClient:
    """An idempotent sink: the same key and content again is answered with the same work order, other content refused.

    Payload (`core.payloads.WorkOrder`): ``{"op": "create", "title", "text", "kind": "call|task|meeting", "priority":
    "low|normal|high|urgent", "order_ids": […], "due_at": "2026-10-08T03:00:00+00:00", "assignee_role"}``;
    ``{"op": "update", "number", …}`` with what changes, where ``text`` is added to the history; ``{"op": "cancel",
    "number", "text"}``. ``ref`` is the number of the work order.
    """

    api: JsonApi

    def send(self, effect: Effect) -> Outcome:
        try:
            order = read_payload(WorkOrder, effect.payload)
        except PayloadError as error:
            return Outcome("refused", str(error))
        if order.number is None:
            method, path, body = "POST", "/tickets", _fields(order) | _given({"text": order.text})
        else:
            method, path, body = "PATCH", f"/tickets/{in_path(order.number)}", _changes(order)
        reply = self.api.call(method, path, body=body, key=effect.effect_key)
        return reply.delivered("id") if isinstance(reply, Reply) else reply


def _changes(order: WorkOrder) -> dict[str, Any]:
    said = _given({"note": order.text})
    return {"state": "cancelled"} | said if order.op == "cancel" else _fields(order) | said


def _fields(order: WorkOrder) -> dict[str, Any]:
    """The system's own words for what is given."""
    return _given({
        "title": order.title,
        "kind": order.kind,
        "priority": order.priority,
        "order_nos": list(order.order_ids) or None,
        "due": order.due_at.isoformat() if order.due_at else None,
        "assignee": order.assignee_role,
    })


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
