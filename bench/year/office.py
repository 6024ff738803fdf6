"""The installation of that company: scans, reviews and people, all of it the product's own code, on a clock that stands
where it is set."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Engine, event, text

from bench.year.feed import Bodies
from orderwatch.core.policy import Policy, load_policy
from orderwatch.core.refusals import Refusal
from orderwatch.paths import POLICY
from orderwatch.pipeline.activate import activate
from orderwatch.pipeline.announce import Announcement
from orderwatch.pipeline.apply import apply_feeds
from orderwatch.pipeline.detect import detect
from orderwatch.pipeline.learn import AUTOMATION, Asked, learn_thresholds
from orderwatch.pipeline.people.act import By, Seen
from orderwatch.pipeline.policy import put_in_force
from orderwatch.pipeline.remind_reviews import remind_of_reviews
from orderwatch.pipeline.review import write_reviews
from orderwatch.pipeline.sources import feeds_of_all_sources
from orderwatch.store import scans
from orderwatch.store.database import as_json, connect, copy_rows, run

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Office:
    """One installation; ``done`` counts what all its runs did."""

    url: str
    policy: Policy = field(default_factory=lambda: load_policy(POLICY))
    done: Counter[str] = field(default_factory=Counter)
    now: datetime = EPOCH

    def __post_init__(self) -> None:
        self.engine: Engine = connect(self.url, pooled=True)
        self.feeds = feeds_of_all_sources()
        with self.engine.begin() as conn:
            run(conn, "replay/stand_still")

    def set_time(self, at: int) -> None:
        self.now = datetime.fromtimestamp(at, UTC)
        with self.engine.begin() as conn:
            run(conn, "replay/set_clock", now=self.now)

    def load(self, told: Bodies) -> None:
        """Everything that is known before the first scan."""
        put_in_force(self.engine, self.policy, self.now)
        self._bring_in(self._open("history"), told, ())

    def learn(self) -> None:
        """As once a month: what is normal in this company."""
        scan_id = self._open("history")
        learned = learn_thresholds(self.engine, self.policy, scan_id, self.now, None, Asked())
        activate(self.engine, self.policy, learned["version"], AUTOMATION, learned["reason"], self.now)

    def scan(self, told: Bodies, silent: Collection[str] = ()) -> None:
        put_in_force(self.engine, self.policy, self.now)
        scan_id = self._open("scan")
        self._bring_in(scan_id, told, silent)
        self.done.update(detect(self.engine, self.policy, scan_id, self.feeds, ""))
        self.done["scans"] += 1

    def review(self) -> None:
        """One run of the reviews, with its reminders."""
        self.done.update(write_reviews(self.engine, self.policy, self.now))
        self.done.update(remind_of_reviews(self.engine, Announcement(self.policy, None, self.now, "")))
        self.done["review_runs"] += 1

    def review_killed(self, after: int) -> None:
        """A run that is killed with its transaction open, once it has written so many documents."""
        apart = multiprocessing.get_context("spawn").Process(
            target=_review_and_die, args=(self.url, self.policy, self.now, after)
        )
        apart.start()
        apart.join()
        self.done["review_runs_killed"] += apart.exitcode == -signal.SIGKILL

    def ask(self, question: str, **values: Any) -> Sequence[Any]:
        with self.engine.connect() as conn:
            return conn.execute(text(question), values).all()

    def do(self, act: Any, incident_id: int, *said: Any) -> bool:
        """What the vice president does by hand; whether it could still be done."""
        (row,) = self.ask("select edit_version from incident where incident_id = :i", i=incident_id)
        try:
            with self.engine.begin() as conn:
                act(conn, self.policy, By("director"), Seen(incident_id, row.edit_version), *said)
        except Refusal:
            return False
        return True

    def _open(self, purpose: str) -> int:
        with self.engine.begin() as conn:
            return scans.open_scan(
                conn, dag_id=f"year_{purpose}", run_id=self.now.isoformat(), purpose=purpose, dry_run=False, note=None,
                policy_version=self.policy.version, now=self.now, staged_for=timedelta(days=1),
            )  # fmt: skip

    def _bring_in(self, scan_id: int, told: Bodies, silent: Collection[str]) -> None:
        with self.engine.begin() as conn:
            for source, feeds in self.feeds.items():
                for feed in feeds if source not in silent else ():
                    pull_id = scans.begin_pull(
                        conn, scan_id=scan_id, source=source, feed=feed, mode="changes", since=None, until=self.now
                    )
                    rows = ((pull_id, no, one["version"], as_json(one)) for no, one in enumerate(told.get(feed, ())))
                    copy_rows(conn, "feed_row", ("pull_id", "record_no", "version", "body"), rows)
                    scans.end_pull(conn, pull_id, "validated")
        apply_feeds(self.engine, scan_id, self.now, self.policy)


def _review_and_die(url: str, policy: Policy, now: datetime, after: int) -> None:
    engine, begun = connect(url), Counter[str]()

    def die(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        begun["documents"] += "insert into review_document" in statement
        if begun["documents"] > after:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", die)
    write_reviews(engine, policy, now)
