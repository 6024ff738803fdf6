"""What an act that waits would send, in words, with whoever gets it masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderwatch.core.durations import Language
from orderwatch.core.playbook.texts import money
from orderwatch.web.pictures.words import say

SHOWN = 600  # characters of a text


@dataclass(frozen=True, slots=True)
class WouldSend:
    """``to``: masked; ``subject`` and ``text`` as they would be read."""

    what: str
    to: str
    subject: str
    text: str


def would_send(sink: str, recipient: str, payload: Mapping[str, Any], language: Language) -> WouldSend:
    """Of a letter that exists in several languages, the one in the reader's."""
    texts = payload.get("texts")
    if isinstance(texts, Mapping) and texts:
        letter = texts.get(language) or next(iter(texts.values()))
        title = letter.get("subject") or letter.get("title") or ""
        return WouldSend(_what(sink, payload, language), mask(recipient), title, str(letter.get("text", ""))[:SHOWN])
    text = str(payload.get("text") or payload.get("reason") or "")
    return WouldSend(_what(sink, payload, language), mask(recipient), str(payload.get("title") or ""), text[:SHOWN])


def mask(name: str) -> str:
    """Enough of a customer's number to compare it with a paper, and not enough to look somebody up."""
    return f"{name[:2]}…{name[-2:]}" if len(name) > 5 else f"{name[:1]}…"


def _what(sink: str, payload: Mapping[str, Any], language: Language) -> str:
    if sink == "voucher" and payload.get("op") == "issue":
        amount = money(int(payload["amount_minor"]), str(payload["currency"]))
        return say(language, f"补偿券 {amount}", f"a voucher of {amount}")
    words = {
        "customer_mail": ("给客户的邮件", "a mail to the customer"),
        "voucher": ("收回补偿券", "taking a voucher back"),
        "work_order": ("工单", "a work order"),
        "website": ("网站公告草稿", "a draft for the website"),
        "crm_note": ("客户档案备注", "a note in the customer's file"),
        "crm_task": ("呼叫中心任务", "a task of the call centre"),
    }
    commands = {
        "release": ("通知仓库放行", "the warehouse lets it go"),
        "hold": ("通知仓库扣住", "the warehouse stops it"),
        "recall": ("通知承运商召回", "the parcel is called back"),
        "prioritise": ("通知仓库优先", "the warehouse does it first"),
    }
    if sink == "warehouse":
        return say(language, *commands.get(str(payload.get("op")), ("仓库指令", "an order to the warehouse")))
    return say(language, *words.get(sink, (sink, sink)))
