"""What a playbook step can do: every act with its inputs, its side effect, and how it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from orderwatch.core.durations import Duration, format_duration
from orderwatch.core.policy.base import Strict, Text
from orderwatch.core.words import Node

SideEffect = Literal["none", "internal", "customer", "money"]
Idempotency = Literal["native", "query_first", "blind"]
RoleCode = Annotated[str, Field(pattern=r"^(owner|[a-z][a-z_]{1,39})$")]
StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Amount = Annotated[str, Field(description="CEL: a whole number of minor units", min_length=1)]
LONGEST: Final = timedelta(days=30)  # that a response may take
OPEN: Final = frozenset({"review", "print", "pick", "outbound", "transport"})
IN_HOUSE: Final = frozenset({"print", "pick", "outbound"})
PACKED: Final = frozenset({"outbound", "transport"})


def _sensible(span: timedelta) -> timedelta:
    if not timedelta() < span <= LONGEST:
        raise ValueError(f"{format_duration(span)} is not between 1s and {format_duration(LONGEST)}")
    return span


Span = Annotated[Duration, AfterValidator(_sensible)]
"""A duration within which a response can still help."""


class Nothing(Strict):
    """The act needs nothing to be said."""


class Letter(Strict):
    """A subject and a text."""

    subject: Text
    text: Text


class ToRole(Strict):
    """A text to the people of a role; ``owner`` is whoever owns the incident."""

    role: RoleCode = "owner"
    text: Text


class LetterToRole(Letter):
    """A mail to the people of a role."""

    role: RoleCode = "owner"


class WorkOrder(Strict):
    """Work for a person: to call, to do, or to meet; ``due`` counts from the moment it is opened."""

    kind: Literal["call", "task", "meeting"]
    role: RoleCode = "owner"
    priority: Literal["normal", "high", "urgent"] = "normal"
    title: Text
    text: Text
    due: Span


class WorkOrderNews(Strict):
    """News about a work order that the named step opened."""

    of: StepId
    text: Text


class Voucher(Strict):
    """A voucher over an amount, for a reason that the customer reads."""

    amount: Amount
    reason: Text


class Undone(Strict):
    """Takes back what the named step did."""

    of: StepId


class Because(Strict):
    """A reason that the warehouse reads."""

    reason: Text


class Note(Strict):
    """A note in the customer's file."""

    text: Text


class Notice(Strict):
    """A draft for the website; only a person publishes it."""

    title: Text
    text: Text


@dataclass(frozen=True, slots=True)
class Action:
    """One kind of act.

    ``sink`` is where the ledger delivers it (none for what changes nothing outside), ``nodes`` where the order must
    still stand, ``undo`` the action that takes it back; an act without one cannot be taken back.
    """

    title: Text
    inputs: type[Strict]
    side_effect: SideEffect
    sink: str | None
    idempotency: Idempotency = "native"
    undo: str | None = None
    nodes: frozenset[str] = OPEN

    @property
    def reversible(self) -> bool:
        return self.undo is not None

    @property
    def about_one_order(self) -> bool:
        """A customer or money act is always about one order, and asks again whether that is still late."""
        return self.side_effect in {"customer", "money"}

    @property
    def stands_in(self) -> tuple[str, ...]:
        """``nodes`` in the order in which an order passes them."""
        return tuple(node.code for node in Node if node.code in self.nodes)


def _text(zh: str, en: str) -> Text:
    return Text.model_validate({"zh-CN": zh, "en": en})


ACTIONS: Final[Mapping[str, Action]] = MappingProxyType({
    "owner.tell": Action(_text("通知负责人", "tell the owner"), Nothing, "internal", None, "blind"),
    "wecom.role": Action(_text("企业微信通知", "WeCom message"), ToRole, "internal", "wecom_app"),
    "wecom.group": Action(_text("企业微信群通知", "WeCom group message"), ToRole, "internal", "wecom_robot", "blind"),
    "mail.role": Action(_text("内部邮件", "mail to colleagues"), LetterToRole, "internal", "mail", "blind"),
    "mail.customer": Action(_text("致客户邮件", "mail to the customer"), Letter, "customer", "customer_mail", "blind"),
    "work_order.create": Action(
        _text("创建工单", "open a work order"), WorkOrder, "internal", "work_order", undo="work_order.cancel"
    ),
    "work_order.update": Action(_text("更新工单", "update the work order"), WorkOrderNews, "internal", "work_order"),
    "work_order.cancel": Action(_text("取消工单", "cancel the work order"), Undone, "internal", "work_order"),
    "voucher.issue": Action(_text("发放补偿券", "issue a voucher"), Voucher, "money", "voucher", undo="voucher.void"),
    "voucher.void": Action(_text("作废补偿券", "void the voucher"), Undone, "internal", "voucher"),
    "warehouse.prioritise": Action(
        _text("仓库优先处理", "warehouse priority"), Because, "internal", "warehouse", nodes=IN_HOUSE
    ),
    "shipment.hold": Action(
        _text("拦截发货", "hold the shipment"),
        Because,
        "internal",
        "warehouse",
        undo="shipment.release",
        nodes=IN_HOUSE,
    ),
    "shipment.release": Action(
        _text("解除拦截", "release the shipment"), Undone, "internal", "warehouse", nodes=IN_HOUSE
    ),
    "shipment.recall": Action(
        _text("召回错发包裹", "recall the shipment"), Because, "internal", "warehouse", nodes=PACKED
    ),
    "customer.note": Action(_text("客户备注", "note on the customer"), Note, "internal", "crm_note", "query_first"),
    "website.draft": Action(_text("官网公告草稿", "website notice draft"), Notice, "internal", "website"),
    "incident.confirm": Action(_text("确认处置完成", "confirm the response"), Nothing, "none", None),
})  # fmt: skip
"""Every act by its name in a playbook."""
