"""Commands to the warehouse, in the WMS's own words: signed forms, and a "no" inside HTTP 200."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.payloads import PayloadError, WarehouseCommand, read_payload
from orderwatch.hooks.json_api import MENDED_BY_A_PERSON, JsonApi, Reply
from orderwatch.hooks.said import said

PATH: Final = "/router/rest"
METHOD: Final = "wms.outbound.command"
CLOCK_OFF: Final = 11
NOTHING_HAPPENED: Final[Mapping[int, tuple[timedelta, str]]] = {
    10: (MENDED_BY_A_PERSON, "it does not accept our key or signature"),
    CLOCK_OFF: (MENDED_BY_A_PERSON, "it does not accept our time stamp; set both clocks right"),
    21: (MENDED_BY_A_PERSON, "it does not know commands; is the right WMS connected?"),
    47: (timedelta(seconds=20), "it is asked too often"),
}
FOR_GOOD: Final[Mapping[int, str]] = {
    20: "the command is not one",
    30: "it does not know the shipment",
    31: "the shipment has left the warehouse",
    32: "the shipment is signed for",
    33: "the shipment is cancelled",
    34: "the command number was used for another command",
}


@dataclass(frozen=True)
class WarehouseClient:
    """An idempotent sink: the same command number and content again gets the first answer, other content is refused.

    Payload (`core.payloads.WarehouseCommand`): ``{"op": "prioritise|hold|release|recall", "order_ids": […],
    "shipment_ids": […], "reason"}``; one command is carried out for all its shipments or for none. The command number
    is the effect's key; ``ref`` is the warehouse's receipt. A code in neither table proves nothing: unknown.
    """

    api: JsonApi

    def send(self, effect: Effect) -> Outcome:
        try:
            command = read_payload(WarehouseCommand, effect.payload)
        except PayloadError as error:
            return Outcome("refused", str(error))
        biz = {
            "cmd_no": effect.effect_key,
            "action": command.op.upper(),
            "outbound_nos": list(command.shipment_ids),
            "order_nos": list(command.order_ids),
            "reason": command.reason,
        }
        reply = self._ask(biz)
        if isinstance(reply, Reply) and _code(reply) == CLOCK_OFF:
            self.api.renew(reply.date)  # another sender may have set the clock right meanwhile: asked again in any case
            reply = self._ask(biz)
        return _judge(reply, biz) if isinstance(reply, Reply) else reply

    def _ask(self, biz: Mapping[str, Any]) -> Reply | Outcome:
        form = {"method": METHOD, "biz": json.dumps(biz, ensure_ascii=False, sort_keys=True)}
        return self.api.call("POST", PATH, form=form)


def _code(reply: Reply) -> object:
    return reply.data.get("code") if isinstance(reply.data, dict) else None


def _judge(reply: Reply, biz: Mapping[str, Any]) -> Outcome:
    code = _code(reply)
    if type(code) is not int:
        return Outcome("unknown", "the warehouse answered without a code")
    if code == 0:
        return Reply(reply.data.get("data"), reply.date).delivered("receipt_no")
    if code in NOTHING_HAPPENED:
        wait, meaning = NOTHING_HAPPENED[code]
        return Outcome("not_sent", f"warehouse code {code}: {meaning}", wait)
    words = said({"msg": reply.data.get("msg")}, biz)
    if code in FOR_GOOD:
        return Outcome("refused", f"warehouse code {code}: {FOR_GOOD[code]} ({words})")
    return Outcome("unknown", f"warehouse code {code} is not documented ({words})")
