"""Putting a version in force over a million open orders while orders change and scans look: who waits, what is missed.

    make bench-activation

One thread moves everything to another version; one changes orders, a hundred at a time, by the project's own
statements, and takes the time that it waits for the lock; one asks for late orders as a scan does. Afterwards nothing
may be stale (a second pass moves nothing) and every order that is late by the new version must be found.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import numpy as np
from sqlalchemy import Engine, text

from orderwatch.core.policy import Policy, load_policy
from orderwatch.core.words import Node
from orderwatch.local import postgres
from orderwatch.paths import POLICY
from orderwatch.pipeline.activate import activate, follow
from orderwatch.store.candidates import read_candidates
from orderwatch.store.database import Lock, connect, hold, run
from orderwatch.store.migrate import migrate

NOW: Final = datetime(2026, 10, 8, 2, tzinfo=UTC)
WAIT_MS: Final = 200
PLANT: Final = """
insert into node_policy
select n, false, 'carrier', 'none', 86400 * 90, 0, 0 from generate_series(1, 5) as n;
insert into cell (node, category, region, channel)
select n, 'c' || c, 'r' || r, 'x' from generate_series(1, 5) n, generate_series(1, 20) c, generate_series(1, 40) r;
insert into threshold_version (model, learned_at, window_from, window_to, stages, policy_version)
select 'formula', :now, cast(:now as timestamptz) - interval '1 day', :now, 1, 'bench' from generate_series(1, 2);
insert into threshold
select v, cell_id, case v when 1 then 200000 else 194000 end + cell_id, 50000, 0, 100, 'cell'
from cell, generate_series(1, 2) as v;
insert into threshold_decision (version, decision, decided_by, reason, at)
values (1, 'in_force', 'bench', 'bench', :now);
insert into threshold_active (version, moved_at) values (1, :now);
insert into orders (order_id, version, status, kind, payment, channel, region, category, customer_id, warehouse,
    paid_at, value_minor, currency)
select 'SO' || i, :now, 'open', 'normal', 'paid', 'x', 'r', 'c', 'C' || i % 1000, 'WH', :now, 100, 'CNY'
from generate_series(1, :orders) i;
insert into order_stage (order_id, node, cell_id, entered_at)
select 'SO' || i, c.node, c.cell_id, cast(:now as timestamptz) - interval '1 s' * (i % 199000)
from generate_series(1, :orders) i join cell c on c.cell_id = 1 + i % 4000;
insert into order_alert (order_id, node, cell_id, entered_at, alert_at, threshold_s)
select s.order_id, s.node, s.cell_id, s.entered_at, s.entered_at + t.threshold_s * interval '1 s', t.threshold_s
from order_stage s join threshold t on t.cell_id = s.cell_id and t.version = 1;
"""
CHANGE: Final = """
insert into alert_input (order_id, node, cell_id, entered_at)
select order_id, node, cell_id, entered_at + interval '1 s' from order_alert where order_id = any(:ids)
"""


class Others:
    """Those who go on meanwhile: one changes orders, one looks for late ones."""

    def __init__(self, engine: Engine, policy: Policy, orders: int) -> None:
        self.engine, self.policy, self.orders = engine, policy, orders
        self.over = Event()
        self.waits: list[float] = []
        self.looks = 0
        self.threads = [Thread(target=self._change), Thread(target=self._look)]

    def _change(self) -> None:
        dice = np.random.default_rng(5)
        while not self.over.is_set():
            ids = [f"SO{number}" for number in dice.integers(1, self.orders, 100)]
            begun = time.perf_counter()
            with self.engine.begin() as conn:
                hold(conn, Lock.ALERTS)
                self.waits.append(time.perf_counter() - begun)
                run(conn, "alerts/create_alert_input")
                conn.execute(text(CHANGE), {"ids": sorted(set(ids))})
                run(conn, "alerts/calculate", version=None)
                run(conn, "alerts/upsert_alerts", now=NOW)
            time.sleep(0.05)

    def _look(self) -> None:
        while not self.over.is_set():
            with self.engine.connect() as conn:
                sum(1 for _ in read_candidates(conn, list(Node), NOW, NOW - timedelta(hours=4)))
            self.looks += 1
            time.sleep(0.5)


def measure(engine: Engine, policy: Policy, orders: int) -> dict[str, Any]:
    others = Others(engine, policy, orders)
    for thread in others.threads:
        thread.start()
    time.sleep(1)
    calm = len(others.waits)
    begun = time.perf_counter()
    moved = activate(engine, policy, 2, "bench", "bench", NOW)
    seconds = time.perf_counter() - begun
    busy = others.waits[calm:]
    others.over.set()
    for thread in others.threads:
        thread.join()
    stale = follow(engine, policy, NOW)
    with engine.connect() as conn:
        late = conn.execute(text("""
            select count(*) from order_alert as a join threshold as t on a.cell_id = t.cell_id and t.version = 2
            where a.entered_at + t.threshold_s * interval '1 s' <= :now
        """), {"now": NOW}).scalar_one()  # fmt: skip
        found = sum(1 for _ in read_candidates(conn, list(Node), NOW, NOW - timedelta(hours=4)))
    waits = [1000 * one for one in busy]
    return {
        "moved": moved,
        "seconds": round(seconds, 1),
        "stale": stale,
        "late": late,
        "lost": late - found,
        "writers": len(waits),
        "looks": others.looks,
        "wait_ms": {
            "median": round(statistics.median(waits), 1),
            "p95": round(float(np.percentile(waits, 95)), 1),
            "most": round(max(waits), 1),
        },
        "limit_ms": WAIT_MS,
        "within": stale == 0 and late == found and max(waits) < WAIT_MS,
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--orders", type=int, default=1_000_000)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        server = postgres.start(Path(folder) / "pg")
        try:
            postgres.create_database(server, "bench")
            url = postgres.url_of(server, "bench")
            migrate(url)
            engine = connect(url)
            with engine.begin() as conn:
                for part in PLANT.split(";\n")[:-1]:
                    conn.execute(text(part), {"now": NOW, "orders": chosen.orders})
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
                conn.execute(text("vacuum analyze"))
            result = measure(engine, load_policy(POLICY), chosen.orders)
            engine.dispose()
        finally:
            postgres.stop(Path(folder) / "pg")
    print(json.dumps({"orders": chosen.orders, **result, "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
