"""How much does a scan cost that looks for newly late orders among many open ones?

Baseline: what a notebook would do: fetch every open order, join its limit, compare. Candidate: the scan's own
statement on the partial index of materialised alert times. Both must find exactly the planted orders before any
time is taken; they alternate in one run, and the result is their ratio.
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

import pandas as pd
from sqlalchemy import Connection, text

from orderwatch.core.words import Node
from orderwatch.local import postgres
from orderwatch.store.candidates import read_candidates
from orderwatch.store.database import connect
from orderwatch.store.migrate import migrate

NOW = datetime(2026, 10, 8, 2, tzinfo=UTC)
PLANT = """
insert into node_policy
select n, false, 'carrier', 'none', 86400 * 90, 0, 0 from generate_series(1, 5) as n;
insert into cell (node, category, region, channel)
select n, 'c' || c, 'r' || r, 'x' from generate_series(1, 5) n, generate_series(1, 20) c, generate_series(1, 40) r;
insert into threshold_version (model, learned_at, window_from, window_to, stages, policy_version)
values ('formula', :now, cast(:now as timestamptz) - interval '1 day', :now, 1, 'bench');
insert into threshold select 1, cell_id, 100000 + cell_id, 50000, 0, 100, 'cell' from cell;
insert into threshold_decision (version, decision, decided_by, reason, at)
values (1, 'in_force', 'bench', 'bench', :now);
insert into threshold_active (version, moved_at) values (1, :now);
insert into orders (order_id, version, status, kind, payment, channel, region, category, customer_id, warehouse,
    paid_at, value_minor, currency)
select 'SO' || i, :now, 'open', 'normal', 'paid', 'x', 'r', 'c', 'C' || i % 1000, 'WH', :now, 100, 'CNY'
from generate_series(1, :orders) as i;
insert into order_stage (order_id, node, cell_id, entered_at)
select 'SO' || i, c.node, c.cell_id,
    cast(:now as timestamptz) - (case when i % (:orders / :late) = 0 then 200000 else i % 90000 end) * interval '1 s'
from generate_series(1, :orders) as i join cell as c on c.cell_id = 1 + i % 4000;
insert into order_alert (order_id, node, cell_id, entered_at, alert_at, threshold_s)
select s.order_id, s.node, s.cell_id, s.entered_at, s.entered_at + t.threshold_s * interval '1 s', t.threshold_s
from order_stage as s join threshold as t on t.cell_id = s.cell_id;
"""


def naive(conn: Connection) -> set[str]:
    """Everything out of the database, then pandas."""
    frame = pd.read_sql(text("select order_id, cell_id, entered_at from order_alert where judged_at is null"), conn)
    limits = pd.read_sql(text("select cell_id, threshold_s from threshold"), conn)
    joined = frame.merge(limits, on="cell_id")
    late = joined["entered_at"] + pd.to_timedelta(joined["threshold_s"], unit="s") <= NOW
    return set(joined.loc[late, "order_id"])


def indexed(conn: Connection) -> set[str]:
    """The scan's own question, context for the rules included."""
    return {one.order.order_id for one in read_candidates(conn, list(Node), NOW, NOW - timedelta(hours=4))}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--orders", type=int, default=1_000_000)
    options.add_argument("--late", type=int, default=1000)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        server = postgres.start(Path(folder) / "pg")
        try:
            postgres.create_database(server, "bench")
            url = postgres.url_of(server, "bench")
            migrate(url)
            engine = connect(url)
            with engine.begin() as conn:
                for part in PLANT.split(";\n")[:-1]:
                    conn.execute(text(part), {"now": NOW, "orders": chosen.orders, "late": chosen.late})
            with engine.connect() as conn:
                conn.execute(text("analyze"))
                if not naive(conn) == indexed(conn) or len(indexed(conn)) != chosen.late:
                    raise SystemExit("the two ways do not find the same orders: no time is worth taking")
                times: dict[str, list[float]] = {"naive": [], "indexed": []}
                for _ in range(chosen.runs):
                    for name, way in (("naive", naive), ("indexed", indexed)):
                        started = time.perf_counter()
                        way(conn)
                        times[name].append(time.perf_counter() - started)
            engine.dispose()
        finally:
            postgres.stop(Path(folder) / "pg")
    middle = {name: statistics.median(values) for name, values in times.items()}
    result = {
        "orders": chosen.orders,
        "late": chosen.late,
        "runs": chosen.runs,
        **{f"{name}_s": [round(min(v), 4), round(middle[name], 4), round(max(v), 4)] for name, v in times.items()},
        "ratio": round(middle["naive"] / middle["indexed"], 1),
        "load": os.getloadavg()[0],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
