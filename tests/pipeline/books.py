"""Our books as sets that two installations can be compared by: no numbers, no instants."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Engine, text

Rows = Counter[tuple[Any, ...]]

QUESTIONS = {
    "anomalies": "select order_id, node, verdict, level, closed_at is null from anomaly",
    "incidents": "select dedup_key, kind, level, state, reopened from incident",
    "members": """
        select i.dedup_key, a.order_id, a.node from incident_member
        join incident i using (incident_id) join anomaly a using (anomaly_id)
    """,
    "silence": """
        select distinct order_id, node, event, detail #>> '{evidence,reasons}' from timeline where incident_id is null
    """,
    "timeline": """
        select t.event, i.dedup_key, t.order_id, t.node from timeline t join incident i using (incident_id)
    """,
    "figures": """
        select sum((report #>> '{counts,anomalies}')::int), sum((report #>> '{counts,incidents_opened}')::int),
        sum((report #>> '{counts,messages_planned}')::int), sum(new_anomalies) from scan_run where purpose = 'scan'
    """,
    "quarantine": "select distinct source, feed, record_id, reason, state from quarantine",
    "messages": """
        select family, sink, recipient, level, (
            select array_agg(i.dedup_key order by i.dedup_key)::text from effect_incident x
            join incident i using (incident_id) where x.effect_id = e.effect_id
        ) from effect e
    """,
}
HAND_OVER = ("scan_run", "feed_pull", "source_feed", "feed_record", "feed_row", "node_load")


def books(engine: Engine) -> dict[str, Rows]:
    """Every late order, incident, line, refusal and message, each as often as it is there."""
    with engine.connect() as conn:
        return {name: ask(conn, question) for name, question in QUESTIONS.items()}


def ask(conn: Connection, question: str, **values: Any) -> Rows:
    return Counter(tuple(row) for row in conn.execute(text(question), values))


def business_tables(conn: Connection) -> list[str]:
    rows = conn.execute(text("select relname from pg_stat_user_tables where schemaname = 'orderwatch' order by 1"))
    return [name for (name,) in rows if name not in HAND_OVER]


def fingerprints(engine: Engine) -> dict[str, tuple[int, str]]:
    """Rows and checksum of each business table; it includes the row's place and writer, so any write changes it."""
    with engine.connect() as conn:
        return {name: _fingerprint(conn, name) for name in business_tables(conn)}


def _fingerprint(conn: Connection, table: str) -> tuple[int, str]:
    row = conn.execute(
        text(f"select count(*), coalesce(md5(string_agg(concat(ctid, xmin, t), '' order by ctid)), '') from {table} t")
    ).one()
    return row[0], row[1]
