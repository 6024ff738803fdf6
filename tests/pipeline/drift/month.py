"""A month at one desk, written down by hand: promises, alarms, complaints, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from orderwatch.core.policy import Policy
from orderwatch.pipeline.drift import check_drift
from tests.pipeline.desk import HOUR, NOON, Body, Desk, a_shipment, an_order
from tests.pipeline.harness import the_policy

DAY = timedelta(days=1)
DUE = NOON + 10 * DAY
MONDAY = NOON + 20 * DAY
PICK, TRANSPORT, ALL = 3, 5, 0
LINK = "http://airflow.example/dags/threshold_retraining"
COUNTS = (
    "alarms", "false_alarms", "acted_on", "no_truth", "earlier", "orders", "broken", "early", "misses", "by_complaint",
    "exempt", "invalid", "cancelled", "unknown",
)  # fmt: skip


def lenient(**changes: Any) -> Policy:
    """A few cases are enough to speak."""
    policy = the_policy()
    rules = policy.thresholds.drift.model_copy(
        update={"least_alarms": 3, "least_orders": 3, "least_broken": 3, **changes}
    )
    return policy.model_copy(update={"thresholds": policy.thresholds.model_copy(update={"drift": rules})})


@dataclass
class Month:
    """A desk at which orders were promised, alarmed and delivered; the version has been in force since ``NOON``."""

    desk: Desk
    feeds: dict[str, list[Body]] = field(default_factory=lambda: {"orders": [], "shipments": [], "complaints": []})
    alarms: list[Mapping[str, Any]] = field(default_factory=list)

    def order(
        self,
        order_id: str = "SO1",
        *,
        signed: datetime | None = DUE - HOUR,
        alarmed: datetime | None = None,
        promised: datetime | None = DUE,
        complained: datetime | None = None,
        node: int = TRANSPORT,
        **changes: Any,
    ) -> None:
        """In transport since the fifth day; delivered an hour before the promise breaks, where nothing else is said."""
        status = "completed" if signed else "open"
        self.feeds["orders"].append(an_order(order_id, status=status, promised_at=promised) | changes)
        self.feeds["shipments"].append(
            a_shipment(
                order_id, picked_at=NOON + 4 * DAY, shipped_at=NOON + 5 * DAY, signed_at=signed,
                status="signed" if signed else "open",
            )
        )  # fmt: skip
        if complained:
            self.complain(order_id, complained)
        if alarmed:
            self.alarm(order_id, alarmed, node)

    def complain(self, order_id: str, at: datetime, about: str = "late") -> None:
        self.feeds["complaints"].append({
            "complaint_id": f"CP-{order_id}-{about}", "order_id": order_id, "version": at, "customer_id": "C1",
            "complained_at": at, "about": about,
        })  # fmt: skip

    def alarm(self, order_id: str, at: datetime, node: int = TRANSPORT, **changes: Any) -> None:
        plain = {"order_id": order_id, "at": at, "node": node, "verdict": "anomaly", "version": None, "by": None}
        self.alarms.append(plain | changes)

    def happen(self) -> None:
        """On a Monday everything above is known."""
        self.desk.set_time(MONDAY)
        self.desk.bring_in(self.desk.open(), **self.feeds)
        with self.desk.engine.begin() as conn:
            for one in self.alarms:
                conn.execute(
                    text("""
                    insert into anomaly (
                        order_id, node, verdict, level, entered_at, alert_at, detected_at, closed_at,
                        threshold_version, evidence, explanation, reported_by
                    )
                    values (
                        :order_id, :node, :verdict, 0, :at, :at, :at, :at + interval '1 hour',
                        coalesce(:version, (select version from threshold_active)), '{}', '{}', :by
                    )
                """),
                    one,
                )

    def check(self, run_id: str = "monday", policy: Policy | None = None) -> dict[int, Any]:
        rows = check_drift(self.desk.engine, policy or lenient(), run_id, LINK, self.desk.now())
        return {row.node: row for row in rows}

    def counts(self, node: int = ALL) -> dict[str, int]:
        """What is not nought."""
        row = self.check()[node]
        return {name: getattr(row, name) for name in COUNTS if getattr(row, name)}

    def incident(self, order_id: str, state: str = "open") -> None:
        """The first alarm of the order belongs to an incident."""
        with self.desk.engine.begin() as conn:
            conn.execute(
                text("""
                with i as (
                    insert into incident (dedup_key, kind, level, state, owner_role, observed_at, opened_at, closed_at)
                    values (:o, 'single', 0, :state, 'x', now(), now(), case when :state = 'dismissed' then now() end)
                    returning incident_id
                )
                insert into incident_member (incident_id, anomaly_id)
                select i.incident_id, min(a.anomaly_id) from i, anomaly as a where a.order_id = :o group by 1
            """),
                {"o": order_id, "state": state},
            )

    def told(self) -> list[str]:
        return self.desk.ask("select recipient from effect where effect_key like 'drift:%' order by 1")
