"""What the ledger may hold for each sink: complete, in our words, and without a person's name or address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from orderwatch.core.payloads import (
    CrmNote,
    CustomerMail,
    PayloadError,
    Voucher,
    WarehouseCommand,
    WebsiteDraft,
    WorkOrder,
    read_payload,
)

CREATE: dict[str, Any] = {"op": "create", "title": "t", "kind": "call", "priority": "high", "order_ids": ["SO1"]}
ISSUE: dict[str, Any] = {"op": "issue", "order_id": "SO1", "amount_minor": 1, "currency": "CNY", "reason": "r"}
COMMAND: dict[str, Any] = {"op": "hold", "shipment_ids": ["OB1"], "reason": "r"}
TEXT: dict[str, Any] = {"subject": "s", "text": "t"}


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (WorkOrder, CREATE),
        (WorkOrder, {"op": "update", "number": "T-1", "text": "news"}),
        (WorkOrder, {"op": "cancel", "number": "T-1"}),
        (Voucher, ISSUE),
        (Voucher, ISSUE | {"op": "void", "voucher": "V-1"}),
        (Voucher, {"op": "void", "voucher": "V-1", "amount_minor": 0, "currency": None}),
        (WarehouseCommand, COMMAND),
        (CrmNote, {"customer_id": "C1", "text": "t"}),
        (CustomerMail, {"customer_id": "C1", "texts": {"en": TEXT}}),
        (WebsiteDraft, {"texts": {"zh-CN": {"title": "t", "text": "t"}}}),
    ],
)
def test_a_complete_payload_is_read(kind: Any, payload: dict[str, Any]) -> None:
    assert isinstance(read_payload(kind, payload), kind)


@pytest.mark.parametrize(
    ("kind", "payload", "told"),
    [
        (WorkOrder, CREATE | {"title": None}, "create needs title"),
        (WorkOrder, CREATE | {"kind": "wish"}, "kind"),
        (WorkOrder, CREATE | {"due_at": "2026-10-08T03:00:00"}, "due_at"),
        (WorkOrder, {"op": "update", "text": "x"}, "update needs the number"),
        (WorkOrder, {"op": "cancel", "number": ".."}, "number"),
        (Voucher, ISSUE | {"amount_minor": 0}, "amount_minor"),
        (Voucher, ISSUE | {"amount_minor": 1.5}, "amount_minor"),
        (Voucher, ISSUE | {"amount_minor": "1"}, "amount_minor"),
        (Voucher, ISSUE | {"currency": "yuan"}, "currency"),
        (Voucher, ISSUE | {"amount_minor": -1}, "amount_minor"),
        (Voucher, ISSUE | {"reason": None}, "issue needs"),
        (Voucher, ISSUE | {"op": "void"}, "void needs the number"),
        (WarehouseCommand, COMMAND | {"shipment_ids": []}, "shipment_ids"),
        (WarehouseCommand, COMMAND | {"op": "burn"}, "op"),
        (CrmNote, {"customer_id": "..", "text": "t"}, "customer_id"),
        (CrmNote, {"customer_id": "C1", "text": ""}, "text"),
        (CustomerMail, {"customer_id": "C1", "texts": {}}, "texts"),
        (CustomerMail, {"customer_id": "C1", "texts": {"fr": TEXT}}, "texts"),
        (CustomerMail, {"customer_id": "C1", "email": "li@example.com", "texts": {"en": TEXT}}, "email"),
        (WebsiteDraft, {"texts": {"en": TEXT}}, "title"),
    ],
)
def test_an_incomplete_one_is_refused_by_the_names_of_its_fields(kind: Any, payload: dict[str, Any], told: str) -> None:
    with pytest.raises(PayloadError, match=told) as found:
        read_payload(kind, payload)
    assert "li@example.com" not in str(found.value) and "burn" not in str(found.value)


def test_what_was_read_is_what_was_written() -> None:
    written = read_payload(WorkOrder, CREATE | {"due_at": "2026-10-08T11:00:00+08:00"})
    assert written.due_at == datetime(2026, 10, 8, 3, tzinfo=UTC)
    assert read_payload(WorkOrder, written.model_dump(mode="json")) == written


@pytest.mark.parametrize(("language", "subject"), [("en", "Sorry"), ("zh-CN", "抱歉"), ("fr", "抱歉"), ("", "抱歉")])
def test_a_customer_is_written_to_in_their_language_or_in_chinese(language: str, subject: str) -> None:
    texts = {"en": TEXT | {"subject": "Sorry"}, "zh-CN": TEXT | {"subject": "抱歉"}}
    mail = read_payload(CustomerMail, {"customer_id": "C1", "texts": texts})
    assert mail.letter_in(language).subject == subject
