"""An installation of its own for one replay: empty tables, a clock that stands where it is set, sources on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Engine

from orderwatch.core.policy import Policy
from orderwatch.pipeline.activate import activate
from orderwatch.pipeline.apply import apply_feeds
from orderwatch.pipeline.detect import detect
from orderwatch.pipeline.learn import AUTOMATION, Asked, learn_thresholds
from orderwatch.pipeline.policy import put_in_force
from orderwatch.store import scans
from orderwatch.store.database import as_json, copy_rows, run

SOURCES: Final[Mapping[str, Sequence[str]]] = {
    "erp": ("orders",),
    "wms": ("shipments",),
    "crm": ("customers", "delay_requests"),
}
DAG_ID: Final = "replay"


@dataclass
class Installation:
    """What the DAGs do, without Airflow: pulls that are told what to bring, scans, and the monthly learning."""

    engine: Engine
    policy: Policy

    def __post_init__(self) -> None:
        with self.engine.begin() as conn:
            run(conn, "replay/stand_still")

    def set_time(self, at: int) -> datetime:
        """The company's time is ``at`` (epoch seconds) until it is set anew."""
        now = datetime.fromtimestamp(at, UTC)
        with self.engine.begin() as conn:
            run(conn, "replay/set_clock", now=now)
        return now

    def follow_policy(self, now: datetime) -> None:
        put_in_force(self.engine, self.policy, now)

    def learn(self, now: datetime) -> dict[str, Any]:
        """As once a month; raises ModelError where the history teaches nothing."""
        scan_id = self._open("history", now)
        learned = learn_thresholds(self.engine, self.policy, scan_id, now, None, Asked())
        activate(self.engine, self.policy, learned["version"], AUTOMATION, learned["reason"], now)
        return learned

    def scan(self, now: datetime, told: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:
        """One health check on what the sources tell; returns its number."""
        scan_id = self._open("scan", now)
        self._bring_in(scan_id, now, told)
        feeds = {source: names for source, names in SOURCES.items() if source != "crm"}
        detect(self.engine, self.policy, scan_id, feeds, "")
        return scan_id

    def load(self, now: datetime, told: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Everything that is known before the first scan."""
        self._bring_in(self._open("history", now), now, told)

    def _open(self, purpose: str, now: datetime) -> int:
        with self.engine.begin() as conn:
            return scans.open_scan(
                conn,
                dag_id=f"{DAG_ID}_{purpose}",
                run_id=now.isoformat(),
                purpose=purpose,
                dry_run=False,
                note=None,
                policy_version=self.policy.version,
                now=now,
            )

    def _bring_in(self, scan_id: int, now: datetime, told: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        with self.engine.begin() as conn:
            for source, feeds in SOURCES.items():
                for feed in feeds:
                    bodies = told.get(feed, ())
                    if source == "crm" and not bodies:
                        continue  # nobody waits for it
                    pull_id = scans.begin_pull(
                        conn, scan_id=scan_id, source=source, feed=feed, mode="changes", since=None, until=now
                    )
                    rows = ((pull_id, no, body["version"], as_json(body)) for no, body in enumerate(bodies))
                    copy_rows(conn, "feed_row", ("pull_id", "record_no", "version", "body"), rows)
                    scans.end_pull(conn, pull_id, "validated", records=len(bodies), accepted=len(bodies))
        apply_feeds(self.engine, scan_id, now, self.policy)
