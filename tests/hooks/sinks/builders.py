"""One effect and one client per sink that acts, so that a test states only what matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pytest_httpserver import HTTPServer

from orderwatch.core.effect import Effect, Outcome
from orderwatch.hooks.crm_client import CrmClient
from orderwatch.hooks.customer_mail_client import CustomerMailClient
from orderwatch.hooks.json_api import JsonApi
from orderwatch.hooks.logins import Login, SourceLogin, Token
from orderwatch.hooks.mail_client import MailClient
from orderwatch.hooks.sources.config import load_source
from orderwatch.hooks.sources.endpoint import Endpoint
from orderwatch.hooks.voucher_client import VoucherClient
from orderwatch.hooks.warehouse_client import WarehouseClient
from orderwatch.hooks.website_client import WebsiteClient
from orderwatch.hooks.work_order_client import WorkOrderClient
from orderwatch.paths import POLICY

KEY = "inc-7/apology:1"
AT = datetime(2026, 10, 8, 2, 0, tzinfo=UTC)
Send = Callable[[Effect], Outcome]

WORK_ORDER: dict[str, Any] = {
    "op": "create", "title": "致电客户", "text": "SO1 已晚两天", "kind": "call", "priority": "urgent",
    "order_ids": ["SO1"], "due_at": "2026-10-08T03:00:00Z", "assignee_role": "customer_service_supervisor",
}  # fmt: skip
UPDATE: dict[str, Any] = {"op": "update", "number": "T-00001", "text": "仓库已发货", "priority": "low"}
CANCEL: dict[str, Any] = {"op": "cancel", "number": "T-00001", "text": "已解决"}
VOUCHER: dict[str, Any] = {
    "op": "issue", "order_id": "SO1", "amount_minor": 2000, "currency": "CNY", "reason": "延迟致歉"
}  # fmt: skip
VOID: dict[str, Any] = VOUCHER | {"op": "void", "voucher": "V-00001"}
COMMAND: dict[str, Any] = {
    "op": "prioritise", "order_ids": ["SO1"], "shipment_ids": ["OB1"], "reason": "客户在等"
}  # fmt: skip
NOTE: dict[str, Any] = {"customer_id": "C00001", "order_id": "SO1", "text": "已致歉并补偿"}
TASK: dict[str, Any] = {
    "customer_id": "C00001", "order_id": "SO1", "title": "电话回访", "text": "请记在这里：{link}?lang=zh-CN",
    "due_at": "2026-10-15T02:00:00Z",
    "survey": {"invitation_id": 7, "until": "2026-10-15T02:00:00Z", "link_id": "once"},
}  # fmt: skip
MAIL: dict[str, Any] = {
    "customer_id": "C00001",
    "texts": {"zh-CN": {"subject": "致歉", "text": "抱歉"}, "en": {"subject": "Our apology", "text": "Sorry"}},
}
DRAFT: dict[str, Any] = {
    "texts": {"zh-CN": {"title": "公告", "text": "延迟"}, "en": {"title": "Notice", "text": "Late"}}
}


def effect(sink: Any, payload: Mapping[str, Any], key: str = KEY) -> Effect:
    return Effect(1, key, sink, "somebody", payload, 1)


def near(url: str, *, login: str = "", password: str = "the-password", timeout: float = 5.0) -> Endpoint:
    """A system on this machine; waiting is the one thing about a real one that a test need not share."""
    return Endpoint(url.rstrip("/"), login, password, allow_private=True, timeout=timeout, connect_timeout=0.5)


def api(endpoint: Endpoint, login: Login | None = None, name: str = "the system") -> JsonApi:
    return JsonApi(name, endpoint, login or Token(endpoint.password))


def source_api(source: str, endpoint: Endpoint, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> JsonApi:
    config = load_source(POLICY / "sources" / f"{source}.yaml")
    return api(endpoint, SourceLogin(config, endpoint, clock=clock), f"the {source}")


@dataclass(frozen=True)
class Door:
    """One act of one client: its effect, where it knocks, and what a good answer is."""

    sink: str
    payload: dict[str, Any]
    method: str
    path: str
    send: Callable[[Endpoint, Effect], Outcome]
    good: Any = field(default_factory=lambda: {"id": "X-1"})
    prepare: Callable[[HTTPServer], Any] = lambda server: None

    def act(self, endpoint: Endpoint, key: str = KEY) -> Outcome:
        return self.send(endpoint, effect(self.sink, self.payload, key))


def _nobody_knows_the_note(server: HTTPServer) -> None:
    server.expect_request("/customers/C00001/notes", method="GET").respond_with_json([])


def _work_order(endpoint: Endpoint, one: Effect) -> Outcome:
    return WorkOrderClient(api(endpoint)).send(one)


def _voucher(endpoint: Endpoint, one: Effect) -> Outcome:
    return VoucherClient(api(endpoint)).send(one)


def _warehouse(endpoint: Endpoint, one: Effect) -> Outcome:
    return WarehouseClient(source_api("wms", endpoint)).send(one)


def _note(endpoint: Endpoint, one: Effect) -> Outcome:
    return CrmClient(source_api("crm", endpoint)).send(one)


def _website(endpoint: Endpoint, one: Effect) -> Outcome:
    return WebsiteClient(api(endpoint)).send(one)


def _customer_mail(endpoint: Endpoint, one: Effect) -> Outcome:
    nowhere = MailClient("127.0.0.1", 1, "o@example.com", security="none")
    return CustomerMailClient(CrmClient(source_api("crm", endpoint)), nowhere, lambda: AT).send(one)


DOORS = {
    "work order": Door("work_order", WORK_ORDER, "POST", "/tickets", _work_order),
    "work order update": Door("work_order", UPDATE, "PATCH", "/tickets/T-00001", _work_order),
    "work order cancel": Door("work_order", CANCEL, "PATCH", "/tickets/T-00001", _work_order),
    "voucher": Door("voucher", VOUCHER, "POST", "/vouchers", _voucher),
    "voucher void": Door("voucher", VOID, "POST", "/vouchers/V-00001/void", _voucher),
    "warehouse": Door(
        "warehouse", COMMAND, "POST", "/router/rest", _warehouse, {"code": 0, "data": {"receipt_no": "X-1"}}
    ),
    "note": Door("crm_note", NOTE, "POST", "/customers/C00001/notes", _note, prepare=_nobody_knows_the_note),
    "website": Door("website", DRAFT, "PUT", f"/drafts/{KEY}", _website),
}
ASKING = {  # the questions before the act: nothing has happened yet, whatever becomes of them
    "note, looking first": Door("crm_note", NOTE, "GET", "/customers/C00001/notes", _note, []),
    "mail, asking for the address": Door("customer_mail", MAIL, "GET", "/customers/C00001/contact", _customer_mail),
}
