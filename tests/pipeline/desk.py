"""A company on one desk: what the three systems say is written down by hand, the rest is the real pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Engine, text

from orderwatch.core.addresses import NOWHERE, Addresses
from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.document import dump
from orderwatch.core.models.model import Fitted
from orderwatch.core.models.spec import model_of
from orderwatch.core.models.terms import terms_of
from orderwatch.core.policy import Policy
from orderwatch.pipeline.activate import follow
from orderwatch.pipeline.apply import apply_feeds
from orderwatch.pipeline.detect import detect
from orderwatch.pipeline.policy import put_in_force
from orderwatch.pipeline.sources import feeds_of_all_sources
from orderwatch.store import scans
from orderwatch.store.database import as_json, business_now, copy_rows, run
from tests.pipeline.harness import the_policy

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
NOON: Final = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)  # a Wednesday
_runs = count(1)
Body = dict[str, Any]


def a_line(line_no: int = 1, **changes: Any) -> Body:
    plain = {
        "line_no": line_no, "sku": f"SKU-{line_no}", "category": "home", "quantity": 1, "price_minor": 10_000,
        "presale": False, "ship_by": None, "original_ship_by": None, "ship_within_s": None, "perishable": False,
        "bulky": False, "weight_g": 500, "fulfilment": "warehouse", "supplier": None,
        "supplier_acknowledged_at": None, "supplier_slot_at": None,
    }  # fmt: skip
    return plain | changes


def an_order(order_id: str = "SO1", **changes: Any) -> Body:
    """Paid and approved two days before noon."""
    plain = {
        "order_id": order_id, "version": NOON - HOUR, "status": "open", "kind": "normal", "payment": "paid",
        "channel": "jd", "region": "上海", "category": "home", "customer_id": f"C-{order_id}", "warehouse": "WH-SH",
        "paid_at": NOON - 50 * HOUR, "balance_paid_at": None, "approved_at": NOON - 49 * HOUR, "value_minor": 20_000,
        "currency": "CNY", "platform_deadline_at": None, "flags": [], "lines": [a_line()],
    }  # fmt: skip
    return plain | changes


def a_shipment(order_id: str = "SO1", **changes: Any) -> Body:
    """Printed two days before noon and waiting in picking since."""
    plain = {
        "shipment_id": order_id.replace("SO", "OB"), "order_id": order_id, "version": NOON - HOUR, "status": "open",
        "warehouse": "WH-SH", "wave_no": None, "manifest_no": None, "carrier": "SF", "created_at": NOON - 49 * HOUR,
        "printed_at": NOON - 48 * HOUR, "picked_at": None, "shipped_at": None, "signed_at": None,
        "shortage_skus": [], "fault_code": None, "packages": [], "customs_status": None,
        "customs_entered_at": None, "customs_route": None,
    }  # fmt: skip
    return plain | changes


def late_in_pick(*order_ids: str, **shipment: Any) -> Mapping[str, list[Body]]:
    """Orders that have waited in picking for two days, where the desk's limit is four working hours."""
    return {
        "orders": [an_order(one) for one in order_ids],
        "shipments": [a_shipment(one, **shipment) for one in order_ids],
    }


@dataclass
class Desk:
    """One installation at a Wednesday noon, with a limit of four hours for every step."""

    engine: Engine
    policy: Policy = field(default_factory=the_policy)
    addresses: Addresses = NOWHERE

    def __post_init__(self) -> None:
        self.set_time(NOON)
        put_in_force(self.engine, self.policy, NOON)
        self.set_limits(dict.fromkeys(range(1, 6), 4 * 3600))

    def now(self) -> datetime:
        with self.engine.connect() as conn:
            return business_now(conn)

    def set_time(self, now: datetime) -> None:
        with self.engine.begin() as conn:
            conn.execute(text("update clock set ahead = :now - clock_timestamp()"), {"now": now})

    def advance(self, step: timedelta) -> None:
        with self.engine.begin() as conn:
            conn.execute(text("update clock set ahead = ahead + :step"), {"step": step})

    def set_limits(self, seconds: Mapping[int, int], document: Mapping[str, Any] | None = None) -> None:
        """A version in force that knows whole nodes only, and perhaps a clock that goes by promises."""
        with self.engine.begin() as conn:
            version = conn.execute(
                text("""
                insert into threshold_version (
                    model, learned_at, window_from, window_to, stages, policy_version, document
                )
                values ('test', now(), now() - interval '1 day', now(), 1, 'test', cast(:document as jsonb))
                returning version
            """),
                {"document": None if document is None else json.dumps(document)},
            ).scalar_one()
            conn.execute(
                text("insert into threshold values (:v, :cell, :s, 1, 0, 1, 'node')"),
                [{"v": version, "cell": -node, "s": s} for node, s in seconds.items()],
            )
        self.use(version)

    def use(self, version: int) -> None:
        """From now on the version counts."""
        with self.engine.begin() as conn:
            run(conn, "thresholds/decide", version=version, decision="in_force", by="test", reason="test", now=NOON)
            run(conn, "thresholds/activate", version=version)
            run(conn, "thresholds/mark_moved", version=version, now=NOON)

    def set_promise_clock(self, name: str, fitted: Fitted | None = None) -> None:
        """The version in force goes by promises; nobody is late by time."""
        terms = terms_of(self.policy)
        model = model_of(name, terms)
        document = {**dump(model, fitted or model.fit(pd.DataFrame(), 0, Clocks()), terms), "rest": [6]}
        self.set_limits(dict.fromkeys(range(1, 6), 10 * 24 * 3600), document)

    def follow(self) -> int:
        """Move the alert times of all open orders; how many moved."""
        return follow(self.engine, self.policy, self.now())

    def open(self, *, dry_run: bool = False) -> int:
        with self.engine.begin() as conn:
            return scans.open_scan(
                conn, dag_id="desk", run_id=f"run-{next(_runs)}", purpose="scan", dry_run=dry_run, note=None,
                policy_version=self.policy.version, now=business_now(conn),
            )  # fmt: skip

    def bring_in(self, scan_id: int, silent: Iterable[str] = (), **feeds: Iterable[Body]) -> int:
        """Apply what the systems said; a feed that is not named said nothing new."""
        with self.engine.begin() as conn:
            now = business_now(conn)
            for source, names in feeds_of_all_sources().items():
                if source in silent:
                    continue
                for feed in names:
                    pull_id = scans.begin_pull(
                        conn, scan_id=scan_id, source=source, feed=feed, mode="changes", since=None, until=now
                    )
                    bodies = feeds.get(feed, ())
                    rows = ((pull_id, no, body["version"], as_json(body)) for no, body in enumerate(bodies))
                    copy_rows(conn, "feed_row", ("pull_id", "record_no", "version", "body"), rows)
                    scans.end_pull(conn, pull_id, "validated")
        return apply_feeds(self.engine, scan_id, self.now(), self.policy)

    def scan(self, silent: Iterable[str] = (), *, dry_run: bool = False, **feeds: Iterable[Body]) -> dict[str, int]:
        scan_id = self.open(dry_run=dry_run)
        self.bring_in(scan_id, silent, **feeds)
        return detect(
            self.engine, self.policy, scan_id, feeds_of_all_sources(), "http://airflow.example", self.addresses
        )

    def forget(self) -> None:
        """As if no system had ever said anything."""
        with self.engine.begin() as conn:
            conn.execute(text("truncate orders, shipment, customer, delay_request, complaint cascade"))

    def ask(self, question: str, **values: Any) -> list[Any]:
        """The rows of one question to the books; of one column, its values."""
        with self.engine.connect() as conn:
            rows = conn.execute(text(question), values).all()
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    def ask_to_change(self, change: str) -> None:
        """One statement, committed."""
        with self.engine.begin() as conn:
            conn.execute(text(change))

    def incidents(self) -> dict[str, str]:
        """Key to state, of every incident there ever was; of several with one key, the latest."""
        return dict(self.ask("select dedup_key, state from incident order by incident_id"))

    def told(self, family: str) -> set[tuple[str, str]]:
        """(sink, recipient) of every message of a family."""
        return set(self.ask("select sink, recipient from effect where family = :f", f=family))
