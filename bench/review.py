"""What the review of an incident with ten thousand orders costs, beside reading its orders once.

Plants a failure of one warehouse's systems among as many orders again with which nothing is wrong, has the scan find
and a person close it, and reviews it twice, each time in a process of its own. Baseline: a process that reads the
incident's orders with their evidence, and does nothing with them. The last line is one JSON object; exit 0 only if
every claim holds: seconds, memory, and the same document from the second run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from bench.year.feed import LINE, Bodies
from bench.year.office import Office
from orderwatch.core.policy import load_policy
from orderwatch.local import postgres
from orderwatch.paths import POLICY
from orderwatch.pipeline.people.close import close
from orderwatch.pipeline.review import write_review
from orderwatch.store.database import business_now, connect
from orderwatch.store.migrate import migrate

NOON: Final = datetime(2025, 11, 19, 4, tzinfo=UTC)  # a Wednesday in Shanghai
HOUR: Final = timedelta(hours=1)
LIMITS: Final = {"seconds": 20, "mib": 500}
FOUR_HOURS: Final = """
insert into threshold_version (model, learned_at, window_from, window_to, stages, policy_version)
values ('formula', :noon, cast(:noon as timestamptz) - interval '1 day', :noon, 1, 'bench');
insert into threshold select 1, -n, 14400, 1, 0, 1, 'node' from generate_series(1, 5) as n;
insert into threshold_decision (version, decision, decided_by, reason, at)
values (1, 'in_force', 'bench', 'bench', :noon);
insert into threshold_active (version, moved_at) values (1, :noon);
"""
MEMBERS: Final = """
select a.*, o.*
from incident_member as m
inner join anomaly as a on m.anomaly_id = a.anomaly_id
inner join orders as o on a.order_id = o.order_id
"""


def review(url: str) -> dict[str, Any]:
    """The review itself, as the run of the reviews writes it."""
    engine, policy = connect(url), load_policy(POLICY)
    with engine.begin() as conn:
        written, _ = write_review(conn, policy, 1, business_now(conn))
    return {"sha": written.sha, "version": written.version}


def read_once(url: str) -> dict[str, Any]:
    with connect(url).connect() as conn:
        return {"rows": len(conn.execute(text(MEMBERS)).all())}


def measured(what: Callable[[str], dict[str, Any]], url: str) -> dict[str, Any]:
    began = time.perf_counter()
    said = what(url)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**said, "seconds": round(time.perf_counter() - began, 2), "mib": round(peak)}


def apart(what: Callable[[str], dict[str, Any]], url: str) -> dict[str, Any]:
    """In a fresh process, whose memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
        return fresh.submit(measured, what, url).result()


def bodies(count: int) -> Bodies:
    """So many orders on which the conveyor's fault code stands, and as many that came through."""
    told: Bodies = {"orders": [], "shipments": []}
    for n in range(2 * count):
        faulty, version = n < count, (NOON - HOUR).isoformat()
        told["orders"].append({
            "order_id": f"SO{n}", "version": version, "status": "open", "kind": "normal", "payment": "paid",
            "channel": "jd", "region": "上海", "category": "home", "customer_id": f"C{n}", "warehouse": "WH-SH",
            "paid_at": (NOON - 50 * HOUR).isoformat(), "balance_paid_at": None,
            "approved_at": (NOON - 49 * HOUR).isoformat(), "value_minor": 20_000, "currency": "CNY",
            "platform_deadline_at": None, "promised_at": None, "flags": [], "lines": [LINE | {"category": "home"}],
        })  # fmt: skip
        told["shipments"].append({
            "shipment_id": f"OB{n}", "order_id": f"SO{n}", "version": version, "status": "open", "warehouse": "WH-SH",
            "wave_no": f"W{n // 50}", "manifest_no": None, "carrier": "SF",
            "created_at": (NOON - 49 * HOUR).isoformat(), "printed_at": (NOON - 48 * HOUR).isoformat(),
            "picked_at": None if faulty else (NOON - HOUR).isoformat(), "shipped_at": None, "signed_at": None,
            "shortage_skus": [], "fault_code": "CONVEYOR-1" if faulty else None, "packages": [],
            "customs_status": None, "customs_entered_at": None, "customs_route": None,
        })  # fmt: skip
    return told


def plant(url: str, count: int) -> None:
    office = Office(url)
    office.set_time(int(NOON.timestamp()))
    office.load({})
    with office.engine.begin() as conn:
        for part in FOUR_HOURS.split(";\n")[:-1]:
            conn.execute(text(part), {"noon": NOON} if ":" in part else {})
    office.scan(bodies(count))
    office.do(close, 1, "system", "the conveyor's controller")
    with office.engine.begin() as conn:
        conn.execute(text("analyze"))
    office.engine.dispose()


def measure(url: str, count: int) -> dict[str, Any]:
    plant(url, count)
    plain, first, second = apart(read_once, url), apart(review, url), apart(review, url)
    holds = {
        "orders": plain["rows"] == count,
        "seconds": first["seconds"] <= LIMITS["seconds"],
        "mib": first["mib"] <= LIMITS["mib"],
        "same": (first["sha"], first["version"]) == (second["sha"], second["version"]),
    }
    return {
        "orders": plain["rows"],
        "seconds": first["seconds"],
        "mib": first["mib"],
        "read_once": {"seconds": plain["seconds"], "mib": plain["mib"]},
        "ratio": round(first["seconds"] / plain["seconds"], 1),
        "again": {"seconds": second["seconds"], "same_document": holds["same"]},
        "load": round(os.getloadavg()[0], 2),
        "limits": LIMITS,
        "missed": [name for name, held in holds.items() if not held],
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--orders", type=int, default=10_000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="orderwatch-") as folder:
        server = postgres.start(Path(folder) / "pg")
        try:
            postgres.create_database(server, "bench")
            url = postgres.url_of(server, "bench")
            migrate(url)
            result = measure(url, chosen.orders)
        finally:
            postgres.stop(Path(folder) / "pg")
    print(json.dumps(result))
    return 0 if not result["missed"] else 1


if __name__ == "__main__":
    sys.exit(main())
