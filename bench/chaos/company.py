"""A company that exists in the books only: late orders, their incidents, and nine effects on each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bench.chaos.marks import mark
from orderwatch.store import ledger
from orderwatch.store.database import business_now
from orderwatch.store.guards import BUDGET, refusal
from orderwatch.store.ledger import StepAct

SINKS: Final = (
    "voucher", "work_order", "warehouse", "website", "crm_note", "wecom_app", "wecom_robot", "mail", "customer_mail",
)  # fmt: skip
SIDE: Final = {"voucher": "money", "customer_mail": "customer"}
ONCE: Final = {"voucher": "late_delivery", "customer_mail": "apology"}  # whatever incident asks for it
WORTH_DOING: Final = timedelta(days=30)  # the company's clock runs fast in a run; nothing is to expire
ORDERS_OF_A_CUSTOMER: Final = 12
LEASE: Final = timedelta(seconds=1)  # in place of two minutes; a call has half of it

SET_UP: Final = """
insert into node_policy values (2, false, 'office', 'none', 86400, 0, 0);
insert into cell (node, category, region, channel) values (2, 'c', 'r', 'x');
insert into money_policy values ('CNY', 5000, 20000, 36000, 1500000, 'Asia/Shanghai');
update sink set lease = interval '1 second';
update sink set key_retention = interval '3 seconds' where class = 'queryable';
update sink set per_minute = 6000 where per_minute is not null;
"""
AN_ORDER: Final = """
insert into orders (order_id, version, status, kind, payment, channel, region, category, customer_id, warehouse,
    paid_at, value_minor, currency)
values (:order, :now, 'open', 'normal', 'paid', 'x', 'r', 'c', :customer, 'WH', :now, 900000, 'CNY');
insert into order_alert (order_id, node, cell_id, entered_at, alert_at, judged_at, verdict)
select :order, 2, cell_id, :now, :now, :now, 'anomaly' from cell;
insert into anomaly (order_id, node, verdict, level, entered_at, alert_at, detected_at, evidence, explanation)
values (:order, 2, 'anomaly', 1, :now, :now, :now, '{}', '{}')
"""
AN_INCIDENT: Final = """
with made as (
    insert into incident (dedup_key, kind, level, owner_role, observed_at, opened_at)
    values (:key, 'single', 1, 'operations_manager', :now, :now) returning incident_id
)
insert into incident_member (incident_id, anomaly_id)
select made.incident_id, a.anomaly_id from made, anomaly as a where a.order_id = :order
returning incident_id
"""


@dataclass
class Plans:
    """What has been asked for so far, as the one who asked remembers it."""

    dice: Random
    orders: int = 0
    asked: Counter[str] = field(default_factory=Counter)  # by mark; how many effects the ledger has taken for it
    no_budget: int = 0

    def more(self, conn: Connection) -> list[str]:
        """One more late order with its nine effects, by chance with a rerun and a second incident that asks again;
        returns the marks, which count when the transaction has been committed."""
        self.orders += 1
        order = f"SO{self.orders}"
        now = business_now(conn)
        values = {"order": order, "now": now, "customer": f"C{self.orders // ORDERS_OF_A_CUSTOMER}"}
        for statement in AN_ORDER.split(";\n"):
            conn.execute(text(statement), values)
        taken = self._respond(conn, order, "a")
        if self.dice.random() < 0.2:
            taken += self._respond(conn, order, "b", only=tuple(ONCE))
        return taken

    def ask_again(self, conn: Connection) -> list[str]:
        """Some earlier order: its run is repeated, or another incident wants the same."""
        order = f"SO{self.dice.randint(1, max(self.orders, 1))}"
        episode = f"c{self.dice.randrange(10**9)}"
        known = conn.execute(text("select 1 from orders where order_id = :order"), {"order": order})
        if known.one_or_none() is None:  # it was taken back: a frozen worker held what it needed
            return []
        return self._respond(conn, order, episode, only=tuple(ONCE))

    def move_on(self, conn: Connection) -> None:
        """Some order has left the step in which it was late."""
        order = f"SO{max(1, self.orders - self.dice.randrange(12))}"
        conn.execute(
            text("update anomaly set closed_at = business_now() where order_id = :order and closed_at is null"),
            {"order": order},
        )

    def _respond(self, conn: Connection, order: str, episode: str, only: tuple[str, ...] = SINKS) -> list[str]:
        now = business_now(conn)
        values = {"order": order, "now": now, "key": f"single:{order}:{episode}"}
        incident = conn.execute(text(AN_INCIDENT), values).scalar_one()
        taken = []
        for sink in only:
            about = act(incident, order, sink, amount=100 * self.dice.randint(10, 50))
            level = self.dice.randint(0, 3)
            taken += [mark(order, sink)] * self._intend(conn, about, sink, level)
            if self.dice.random() < 0.1:
                taken += [mark(order, sink)] * self._intend(conn, about, sink, level)
        return taken

    def _intend(self, conn: Connection, about: StepAct, sink: str, level: int) -> bool:
        try:
            with conn.begin_nested():
                return intend(conn, about, sink, level) is not None
        except DBAPIError as error:
            if refusal(error) not in BUDGET:
                raise
            self.no_budget += 1
            return False


def act(incident: int, order: str, sink: str, *, amount: int, group: int = 1) -> StepAct:
    side = SIDE.get(sink, "internal")
    return StepAct(
        incident_id=incident,
        step=sink,
        attempt_group=group,
        slot=order,
        order_id=order,
        customer_id=f"C{int(order.removeprefix('SO')) // ORDERS_OF_A_CUSTOMER}",
        side_effect=side,
        amount_minor=amount if side == "money" else 0,
        currency="CNY" if side == "money" else None,
        incident_cap_minor=20_000 if side == "money" else None,
        business_key=f"{ONCE[sink]}:{order}" if sink in ONCE else None,
    )


def intend(conn: Connection, about: StepAct, sink: str, level: int) -> int | None:
    """Write it into the ledger by the same door as a playbook step."""
    order = str(about.order_id)
    return ledger.plan(
        conn,
        key=f"inc-{about.incident_id}-{sink}-{about.attempt_group}-{order}",
        family="response",
        sink=sink,
        recipient=_recipient(sink, order),
        payload=_payload(sink, order, about),
        level=level,
        now=business_now(conn),
        valid_for=WORTH_DOING,
        incident_ids=[int(about.incident_id or 0)],
        about=about,
    )


def _recipient(sink: str, order: str) -> str:
    return {"wecom_app": "li.ting", "wecom_robot": "operations", "mail": "li.ting@staff.example"}.get(sink, order)


def _payload(sink: str, order: str, about: StepAct) -> Mapping[str, Any]:
    words = f"[{mark(order, sink)}]"
    match sink:
        case "voucher":
            amount = {"amount_minor": about.amount_minor, "currency": "CNY"}
            return {"op": "issue", "order_id": order, "reason": words, **amount}
        case "work_order":
            return {"op": "create", "title": words, "kind": "call", "priority": "urgent", "order_ids": [order]}
        case "warehouse":
            return {"op": "prioritise", "order_ids": [order], "shipment_ids": [f"OB-{order}"], "reason": words}
        case "website":
            return {"texts": {"zh-CN": {"title": words, "text": "公告"}}}
        case "crm_note":
            return {"customer_id": about.customer_id, "order_id": order, "text": words}
        case "customer_mail":
            return {"customer_id": about.customer_id, "texts": {"zh-CN": {"subject": words, "text": "抱歉"}}}
    return {"subject": words, "text": words}
