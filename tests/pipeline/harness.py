"""A scan without Airflow: the same pipeline functions that the operators call, against real services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import Engine, text

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.policy import Policy, load_policy
from orderwatch.hooks.mail_client import MailClient
from orderwatch.hooks.sources.config import load_source
from orderwatch.hooks.sources.endpoint import Endpoint
from orderwatch.hooks.sources.engine import Source
from orderwatch.hooks.sources.errors import SourceError
from orderwatch.hooks.wecom_client import WeComClient
from orderwatch.local.demo import connections_of
from orderwatch.paths import POLICY
from orderwatch.pipeline.activate import activate
from orderwatch.pipeline.apply import apply_feeds
from orderwatch.pipeline.detect import detect
from orderwatch.pipeline.dispatch import Send, dispatch
from orderwatch.pipeline.learn import Asked, learn_thresholds
from orderwatch.pipeline.policy import put_in_force
from orderwatch.pipeline.pull import Reach, pull_source
from orderwatch.pipeline.sources import feeds_of_all_sources
from orderwatch.pipeline.validate import validate_feeds
from orderwatch.store.database import business_now
from orderwatch.store.scans import open_scan

_runs = count(1)


@cache
def the_policy() -> Policy:
    return load_policy(POLICY)


@dataclass
class Pipeline:
    """One installation: our database and a company's systems."""

    engine: Engine
    company: Mapping[str, Any]
    policy: Policy = field(default_factory=the_policy)
    changed: int = 0  # orders that the latest scan found changed
    failures: list[SourceError] = field(default_factory=list)  # of the latest scan's pulls

    def now(self) -> datetime:
        with self.engine.connect() as conn:
            return business_now(conn)

    def set_clock(self, seconds: float) -> None:
        """Our time runs ahead of the machine's by as much as the company's."""
        with self.engine.begin() as conn:
            conn.execute(text("update clock set ahead = make_interval(secs => :s)"), {"s": seconds})

    def ask(self, question: str, **values: Any) -> list[Any]:
        """The rows of one question to the books; of one column, its values."""
        with self.engine.connect() as conn:
            rows = conn.execute(text(question), values).all()
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    def open(self, purpose: str = "scan", *, dry_run: bool = False) -> int:
        put_in_force(self.engine, self.policy, self.now())
        with self.engine.begin() as conn:
            now = business_now(conn)
            return open_scan(
                conn,
                dag_id="test",
                run_id=f"run-{next(_runs)}",
                purpose=purpose,
                dry_run=dry_run,
                note=None,
                policy_version=self.policy.version,
                now=now,
            )

    def source(self, name: str) -> Source:
        there = connections_of(self.company)[f"orderwatch_{name}"]
        config = load_source(POLICY / "sources" / f"{name}.yaml")
        endpoint = Endpoint(there["host"], there["login"], there["password"], allow_private=True, timeout=5)
        return Source(config, endpoint, clock=self.now, sleep=lambda _: None)

    def pull(self, scan_id: int, names: Iterable[str], *, history: timedelta | None = None) -> list[SourceError]:
        failures = []
        for name in names:
            reach = Reach(self.policy.grading.sources.reconcile_every, history=history)
            try:
                pull_source(self.engine, self.source(name), scan_id, reach, self.now)
            except SourceError as error:
                failures.append(error)
        return failures

    def learn(self, asked: Asked | None = None) -> dict[str, Any]:
        scan_id = self.open("history")
        assert self.pull(scan_id, ("erp", "wms"), history=self.policy.thresholds.history) == []
        validate_feeds(self.engine, scan_id, self.now())
        apply_feeds(self.engine, scan_id, self.now(), self.policy)
        learned = learn_thresholds(self.engine, self.policy, scan_id, self.now(), None, asked or Asked())
        if learned["version"] and not learned["held"]:
            activate(self.engine, self.policy, learned["version"], "test", "test", self.now())
        return learned

    def scan(self, names: Iterable[str] = ("erp", "wms", "crm"), *, dry_run: bool = False) -> dict[str, int]:
        return self.detect(self.bring_in(names, dry_run=dry_run))

    def bring_in(self, names: Iterable[str] = ("erp", "wms", "crm"), *, dry_run: bool = False) -> int:
        """A scan up to, and without, its detection."""
        scan_id = self.open(dry_run=dry_run)
        self.failures = self.pull(scan_id, names)
        validate_feeds(self.engine, scan_id, self.now())
        self.changed = apply_feeds(self.engine, scan_id, self.now(), self.policy)
        return scan_id

    def detect(self, scan_id: int) -> dict[str, int]:
        return detect(self.engine, self.policy, scan_id, feeds_of_all_sources(), "http://airflow.example")

    def notify(self) -> dict[str, int]:
        return dict(dispatch(self.engine, self.senders()))

    def senders(self) -> dict[str, Send]:
        """Fresh clients for the company's real sinks."""
        there = self.company["wecom"]
        wecom = WeComClient(
            there["url"], there["corp_id"], there["corp_secret"], there["agent_id"], {"*": there["robot_key"]}
        )
        smtp = self.company["smtp"]
        mail = MailClient(smtp["host"], smtp["port"], "orderwatch@example.com", security="none")

        def to_mailbox(effect: Effect) -> Outcome:
            payload = effect.payload
            return mail.send(effect.effect_key, effect.recipient, payload["subject"], payload["text"], self.now())

        return {
            "wecom_app": lambda effect: wecom.send_to_person(effect.recipient, effect.payload["text"]),
            "wecom_robot": lambda effect: wecom.send_to_group(effect.recipient, effect.payload["text"]),
            "mail": to_mailbox,
        }
