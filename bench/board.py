"""How long does the board take over a million open orders and five thousand live incidents?

Baseline ``counted_at_view``: the same numbers asked of the tables each time somebody looks, with the API's own list.
Candidate ``board``: the page as the web server reads and renders it, with what the scan has counted. They alternate in
one run; before any time is taken both must say the same numbers. The last line is one JSON object; exit 0 only if the
board needs at most 300 ms and 8 statements.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, event, text

from orderwatch.core.policy import Policy, load_policy
from orderwatch.core.words import Node
from orderwatch.local import postgres
from orderwatch.paths import POLICY
from orderwatch.pipeline.policy import put_in_force
from orderwatch.store import board as api
from orderwatch.store.database import business_now, connect, run
from orderwatch.store.migrate import migrate
from orderwatch.store.node_load import count_nodes
from orderwatch.web.health.board import Asked, read_board
from orderwatch.web.health.tabs import read_tabs
from orderwatch.web.pages import render

LIMITS: Final = {"milliseconds": 300, "statements": 8}
LOGIN: Final = "operations"
PLANT: Final = """
insert into cell (node, category, region, channel)
select n, 'c' || c, 'r' || r, 'x' from generate_series(1, 5) n, generate_series(1, 20) c, generate_series(1, 40) r;
insert into threshold_version (model, learned_at, window_from, window_to, stages, policy_version)
values ('formula', now(), now() - interval '1 day', now(), 1, 'bench');
insert into threshold select 1, cell_id, 100000 + cell_id, 50000, 0, 100, 'cell' from cell;
insert into threshold select 1, -n, 100000, 50000, 0, 100, 'node' from generate_series(1, 5) as n;
insert into threshold_decision (version, decision, decided_by, reason, at) values (1, 'in_force', 'bench', 'b', now());
insert into threshold_active (version, moved_at) values (1, now());
insert into orders (order_id, version, status, kind, payment, channel, region, category, customer_id, warehouse,
    paid_at, value_minor, currency)
select 'SO' || i, now(), 'open', 'normal', 'paid', 'x', 'r', 'c', 'C' || i % 1000, 'WH', now(), 100, 'CNY'
from generate_series(1, :orders) as i;
insert into order_alert (order_id, node, cell_id, entered_at, alert_at, threshold_s, judged_at, verdict, expected_until)
select
    'SO' || i, c.node, c.cell_id, now() - s.age, now() - s.age + interval '1 s' * (100000 + c.cell_id),
    100000 + c.cell_id, case when i <= :late then now() end, case when i <= :late then 'anomaly' end,
    case when i > :late and i % 50 = 0 then now() + interval '1 d' end
from generate_series(1, :orders) as i
join cell as c on c.cell_id = 1 + i % 4000
cross join lateral (
    select interval '1 s' * (
        case when i <= :late then 150000 + i % 60000 else cast(i as bigint) * 7919 % 90000 end
    ) as age
) as s;
insert into anomaly (order_id, node, verdict, level, entered_at, alert_at, detected_at, threshold_version, evidence,
    explanation)
select order_id, node, 'anomaly', 1, entered_at, alert_at, now(), 1, '{}', '{"zh-CN": "-", "en": "late"}'
from order_alert where verdict = 'anomaly' order by cast(substr(order_id, 3) as integer);
alter table effect disable trigger user;
insert into incident (dedup_key, kind, level, owner_role, observed_at, opened_at, acknowledge_by, state, closed_at)
select
    case when i = :incidents then 'mass_delay' else 'order:SO' || i || chr(58) || 'pick' end,
    case when i = :incidents then 'mass_delay' else 'single' end,
    case when i = :incidents then 3 else i % 3 end,
    (array['customer_service_supervisor', 'operations_manager', 'pick_lead'])[1 + i % 3],
    now(), now() - interval '1 s' * (i % 7200),
    case
        when i = :incidents then now() - interval '600 s'
        when i % 3 > 0 then now() + interval '1 s' * (i % 1800 - 300)
    end, 'open', cast(null as timestamptz)
from generate_series(1, :incidents) as i;
insert into incident (dedup_key, kind, level, owner_role, observed_at, opened_at, state, closed_at)
select 'order:OLD' || i || chr(58) || 'pick', 'single', 1, 'operations_manager', now(), now(), 'dismissed', now()
from generate_series(1, 50000) as i;
insert into incident_member select least(anomaly_id, :incidents), anomaly_id from anomaly;
insert into playbook_version values ('sha', 'single_important', '-', now());
insert into response (incident_id, attempt, playbook, sha, run_id, started_at)
select i, 1, 'single_important', 'sha', 'inc-' || i, now() from generate_series(1, :incidents) as i;
insert into effect (effect_key, family, sink, recipient, payload, level, state, planned_at, valid_until,
    next_attempt_at, incident_id, step, slot, delivered_at, hold_reason)
select
    'k' || i || '-' || n, 'response', 'mail', 'x', '{}', 1,
    case when n = 1 and i % 20 = 0 then 'held' when n = 2 and i % 25 = 0 then 'needs_human' else 'delivered' end,
    now(), now() + interval '1 h', now(), i, 'step' || n, 's',
    case when not (n = 1 and i % 20 = 0 or n = 2 and i % 25 = 0) then now() end,
    case when n = 1 and i % 20 = 0 then 'approval' end
from generate_series(1, :incidents + 50000) as i, generate_series(1, 4) as n;
insert into scan_run (dag_id, run_id, purpose, opened_at, finished_at, policy_version, report)
select 'order_health_scan', 'scheduled__' || i, 'scan', now() - interval '15 min' * i, now() - interval '15 min' * i,
    'p', '{"counts": {"anomalies": 3}, "silent": []}'
from generate_series(0, 5000) as i;
insert into source_feed (source, feed, last_ok_at) values ('erp', 'orders', now()), ('wms', 'shipments', now()),
    ('crm', 'customers', now());
"""


def counted_at_view(conn: Connection, policy: Policy) -> tuple[int, int]:
    """What a page would do that asks the tables: (orders that wait, live incidents)."""
    rows = run(conn, "board/count_load", now=business_now(conn)).all()
    listed = api.list_incidents(conn, api.Filter(), "deadline")
    return sum(row.waiting for row in rows), listed[0].total


def board(conn: Connection, policy: Policy) -> tuple[int, int]:
    """The page itself, read and rendered."""
    page = read_board(conn, policy, Asked(login=LOGIN), "en")
    tabs = read_tabs(conn, policy, LOGIN)
    html = render("board.html", "en", root="/orderwatch", airflow="", other="?lang=zh-CN", page=page, tabs=tabs)
    assert "</html>" in html  # noqa: S101  # a bench
    return sum(node.waiting for node in page.nodes), page.counts.all_of_them


def count_statements(engine: Engine, policy: Policy) -> int:
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda c, k, statement, *rest: said.append(statement))
    with engine.connect() as conn:
        board(conn, policy)
    return len(said)  # the page's transaction says with its `begin` that it is read only, and one snapshot


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--orders", type=int, default=1_000_000)
    options.add_argument("--late", type=int, default=25_000, help="all but the first of them belong to one storm")
    options.add_argument("--incidents", type=int, default=5000)
    options.add_argument("--runs", type=int, default=7)
    chosen = options.parse_args()
    policy = load_policy(POLICY)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        server = postgres.start(Path(folder) / "pg")
        try:
            postgres.create_database(server, "bench")
            url = postgres.url_of(server, "bench")
            migrate(url)
            engine = connect(url)
            result = measure(engine, policy, chosen)
            engine.dispose()
        finally:
            postgres.stop(Path(folder) / "pg")
    print(json.dumps(result))
    sys.exit(0 if result["passed"] else 1)


def measure(engine: Engine, policy: Policy, chosen: argparse.Namespace) -> dict[str, Any]:
    with engine.connect() as conn:
        now = business_now(conn)
    put_in_force(engine, policy, now)
    size = {"orders": chosen.orders, "late": chosen.late, "incidents": chosen.incidents}
    with engine.begin() as conn:
        for part in PLANT.split(";\n")[:-1]:
            conn.execute(text(part), size)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("vacuum analyze"))
    with engine.begin() as conn:
        started = time.perf_counter()
        count_nodes(conn, list(Node), business_now(conn))
        counting = time.perf_counter() - started
    ways: dict[str, Callable[[Connection, Policy], tuple[int, int]]] = {
        "counted_at_view": counted_at_view, "board": board,
    }  # fmt: skip
    times: dict[str, list[float]] = {name: [] for name in ways}
    for again in range(chosen.runs + 1):
        said = {}
        for name, way in ways.items():
            started = time.perf_counter()
            with engine.connect() as conn:
                said[name] = way(conn, policy)
            if again:  # the first look reads the disk and compiles the templates
                times[name].append(1000 * (time.perf_counter() - started))
        if len(set(said.values())) != 1:
            raise SystemExit(f"the two ways do not say the same numbers: {said}")
    middle = {name: statistics.median(values) for name, values in times.items()}
    statements = count_statements(engine, policy)
    passed = middle["board"] <= LIMITS["milliseconds"] and statements <= LIMITS["statements"]
    return {
        **size,
        "runs": chosen.runs,
        **{f"{n}_ms": [round(min(v), 1), round(middle[n], 1), round(max(v), 1)] for n, v in times.items()},
        "ratio": round(middle["counted_at_view"] / middle["board"], 1),
        "statements": statements,
        "counting_in_the_scan_ms": round(1000 * counting, 1),
        "load": round(os.getloadavg()[0], 2),
        "limits": LIMITS,
        "passed": passed,
    }


if __name__ == "__main__":
    main()
