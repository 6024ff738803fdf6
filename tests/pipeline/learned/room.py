"""A desk on which the same mistake comes again and again, with the people who say so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from orderwatch.pipeline.learn_rules import Asked, learn_rules
from orderwatch.pipeline.people.act import Seen
from orderwatch.pipeline.people.close import close
from orderwatch.pipeline.people.dismiss import dismiss
from orderwatch.pipeline.policy import put_in_force
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, a_shipment, an_order
from tests.pipeline.people.conftest import People

DAY = timedelta(days=1)
HELD = {"entered_by": "sales", "appointment_at": NOON + 30 * DAY, "category": "appliances"}
BOUGHT = {"entered_by": "customer", "appointment_at": NOON + 20 * DAY, "category": "appliances"}
BY_PHONE = {"entered_by": "sales", "appointment_at": None, "category": "appliances"}


class Room(People):
    """Whoever works at the desk; numbers of orders are given by the test."""

    def scan(self, *orders: dict[str, Any], **words: Any) -> dict[str, int]:
        """A quarter of an hour later; the orders have just become known and are late in picking."""
        self.desk.advance(15 * MINUTE)
        put_in_force(self.desk.engine, self.desk.policy, self.desk.now())
        shipments = [a_shipment(one["order_id"], **words) for one in orders]
        return self.desk.scan(orders=orders, shipments=shipments)

    def incident_of(self, order_id: str) -> int:
        (number, *_) = self.desk.ask(
            "select incident_id from incident join incident_member using (incident_id) join anomaly using (anomaly_id)"
            " where order_id = :o order by incident_id desc",
            o=order_id,
        )
        return int(number)

    def dismiss(self, order_id: str, what: str = "not_an_order", login: str = "manager") -> None:
        incident = self.incident_of(order_id)
        self.do(login, dismiss, self.seen(incident), what, "sales holds an appointment")

    def close(self, order_id: str, login: str = "manager") -> None:
        incident = self.incident_of(order_id)
        self.do(login, close, self.seen(incident), "external", "really late")

    def seen(self, incident_id: int = 1) -> Seen:
        return super().seen(incident_id)

    def learn(self, run_id: str = "run", **asked: Any) -> dict[str, Any]:
        about = Asked(**asked)
        return learn_rules(self.desk.engine, self.desk.policy, run_id, "http://airflow.example", self.desk.now(), about)

    def rules(self) -> list[Any]:
        """(number, state) of every rule."""
        return self.desk.ask("select rule_id, state from learned_rule order by rule_id")

    def decide(self, login: str, act: Any, *args: Any) -> Any:
        return self.do(login, act, *args)


def held(order_id: str, **changes: Any) -> dict[str, Any]:
    return an_order(order_id, **HELD | changes)


def bought(order_id: str, **changes: Any) -> dict[str, Any]:
    return an_order(order_id, **BOUGHT | changes)


def by_phone(order_id: str, **changes: Any) -> dict[str, Any]:
    return an_order(order_id, **BY_PHONE | changes)


def furnish(desk: Desk) -> Room:
    """With a hundred finished orders of all kinds that nobody was ever alarmed about."""
    put_in_force(desk.engine, desk.policy, desk.now())
    done = {"status": "completed", "version": NOON - HOUR}
    orders = [
        an_order(f"SO9{n:03d}", **done, category=("home", "appliances", "apparel")[n % 3],
                 entered_by=("customer", "sales")[n % 5 == 0], channel=("jd", "tmall")[n % 2])
        for n in range(100)
    ]  # fmt: skip
    signed = {"picked_at": NOON - 46 * HOUR, "shipped_at": NOON - 40 * HOUR, "signed_at": NOON - 20 * HOUR}
    shipments = [a_shipment(one["order_id"], status="signed", **signed) for one in orders]
    desk.scan(orders=orders, shipments=shipments)
    return Room(desk)


FALSE, REAL = [f"SO{n}" for n in range(1, 7)], [f"SO{n}" for n in range(11, 15)]


def alarm(room: Room) -> Room:
    """Six placeholders and four genuine orders are late."""
    genuine = [(bought, by_phone)[n % 2](one) for n, one in enumerate(REAL)]
    room.scan(*map(held, FALSE), *genuine)
    return room


def say_so(room: Room) -> Room:
    """The placeholders are dismissed as no orders, the genuine ones are closed with their cause."""
    alarm(room)
    for one in FALSE:
        room.dismiss(one)
    for one in REAL:
        room.close(one)
    return room
