"""Whoever kills, freezes, crashes and cuts off, as often as asked for; and who cleans up afterwards like a person."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar

import requests
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from bench.chaos import company, controls
from bench.chaos.company import LEASE, SET_UP, Plans, act, intend
from bench.chaos.database import Database
from bench.chaos.marks import mark
from bench.chaos.sinks import SERVICES
from bench.chaos.verdict import Verdict, has_arrived, history, judge
from bench.chaos.worker import FREEZE, KILL, POINTS, Fate, Outside, watch, work
from orderwatch.local import postgres
from orderwatch.paths import HOME
from orderwatch.pipeline.dispatch import dispatch
from orderwatch.store import ledger
from orderwatch.store.database import business_now, connect
from orderwatch.store.migrate import migrate

T = TypeVar("T")
WORKERS: Final = 4
BACKLOG: Final = 40  # effects that wait, so that every worker finds work
ROUNDS: Final = 25  # of cleaning up; each of them is a scan


@dataclass
class Worker:
    """One process, and what the director has in mind for it."""

    pid: int
    dies_at: float  # if it does not by itself before
    frozen_until: float | None = None


@dataclass
class Run:
    """One run from an empty database to a verdict."""

    folder: Path
    kills_wanted: int
    seed: int
    control: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    workers: list[Worker] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        self.plans = Plans(Random(self.seed + 1))
        self.log = self.folder / "workers.log"
        self.crashes_wanted = max(12 if self.control == "async_commit" else 2, self.kills_wanted // 20)

    def play(self) -> tuple[Verdict, dict[str, Any]]:
        started = time.monotonic()
        self.database = Database(self.folder / "pg")
        sinks = self._open_sinks()
        try:
            self.url = self._prepare(self.database.url)
            self.engine = connect(self.url)
            self._rage()
            self._say("enough; cleaning up")
            self._clean_up()
            with self.engine.connect() as conn:
                arrived = self._desk("arrived")
                verdict = judge(conn, self.plans.asked, arrived)
                for name in () if self.control else verdict.suspects[:10]:
                    print("\n".join(history(conn, name, arrived)), file=sys.stderr)
        finally:
            for worker in self.workers:
                os.kill(worker.pid, signal.SIGKILL)
                os.waitpid(worker.pid, 0)
            sinks.kill()
            sinks.wait()
            self.database.stop()
        lines = Counter(self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else [])
        return verdict, {
            "backends_killed": self.counts["backends"],
            "late_finishes_refused": lines.pop("late_finish", 0),
            "no_budget": self.plans.no_budget,
            "worker_errors": {line.partition(" ")[2]: n for line, n in lines.items()},
            "seconds": round(time.monotonic() - started, 1),
        }

    # --- before ---

    def _open_sinks(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "bench.chaos.sinks", str(self.folder), str(self.seed)]
        env = os.environ | {"PYTHONPATH": os.pathsep.join([str(HOME), str(HOME / "plugins")])}
        with (self.folder / "sinks.log").open("wb") as log:
            sinks = subprocess.Popen(command, cwd=HOME, env=env, stdout=log, stderr=log)  # noqa: S603  # our own
        file = self.folder / "sinks.json"
        deadline = time.monotonic() + 30
        while not file.exists():
            if sinks.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the sinks did not open: {(self.folder / 'sinks.log').read_text()[-500:]}")
            time.sleep(0.05)
        at = json.loads(file.read_text(encoding="utf-8"))
        self.outside = Outside(at["host"], at["ports"])
        return sinks

    def _prepare(self, server: str) -> str:
        postgres.create_database(server, "chaos")
        url = postgres.url_of(server, "chaos")
        migrate(url)
        if self.control == "async_commit":
            with connect(url).execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
                conn.execute(text("alter system set wal_writer_delay = '2 s'"))
                conn.execute(text("select pg_reload_conf()"))
        with connect(url).begin() as conn:
            for statement in SET_UP.split(";\n")[:-1]:
                conn.execute(text(statement))
            if self.control == "async_commit":
                conn.execute(text("alter database chaos set synchronous_commit = off"))
            if conn.execute(text("show fsync")).scalar_one() != "on":
                raise RuntimeError("a database that does not write to its disk proves nothing: fsync is off")
        return url

    # --- meanwhile ---

    def _rage(self) -> None:
        next_turn = next_crash = next_word = 0.0
        while self.counts["kills"] < self.kills_wanted or self.counts["crashes"] < self.crashes_wanted:
            now = time.monotonic()
            if now >= next_turn:
                self._turn()
                next_turn = now + (1.0 if self.control == "async_commit" else 0.25)  # our own commits write theirs, too
                next_crash = next_crash or now + 1
            if now >= next_crash > 0 and self._crash_is_due():
                self._crash()
                next_crash = time.monotonic() + self.dice.uniform(0.4, 1.2)
            if now >= next_word:
                self._say(f"{self.counts['kills']} of {self.kills_wanted} killed")
                next_word = now + 10
            self.workers = [one for one in self.workers if self._lives(one, time.monotonic())]
            while len(self.workers) < WORKERS:
                self.workers.append(self._fork())
            time.sleep(0.01)
        for worker in self.workers:
            os.kill(worker.pid, signal.SIGKILL)
            os.waitpid(worker.pid, 0)
        self.workers = []

    def _crash_is_due(self) -> bool:
        """Spread over the run; at once where nothing else is left to do."""
        share = self.counts["crashes"] / self.crashes_wanted
        return share < 1 and (self.control == "async_commit" or share <= self.counts["kills"] / self.kills_wanted)

    def _fork(self) -> Worker:
        """A copy of this process, which has no thread and no connection, becomes a worker."""
        fate = self._fate()
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            try:
                work(self.url, self.outside, fate, self.log, controls.WAYS[self.control])
            finally:
                os._exit(1)
        patience = self.dice.uniform(0.05, 0.6) if fate.point is None else 2.0
        return Worker(pid, time.monotonic() + patience)

    def _fate(self) -> Fate:
        if self.dice.random() < 0.3:
            return Fate(None, 0, KILL)  # from outside, at whatever moment
        freezes = self.dice.random() < 0.3
        points = ("after_send",) if self.control == "send_then_record" else POINTS
        return Fate(self.dice.choice(points), self.dice.randint(1, 8), FREEZE if freezes else KILL)

    def _lives(self, worker: Worker, now: float) -> bool:
        """Look after one worker; ``False`` when it is gone."""
        pid, status = os.waitpid(worker.pid, os.WNOHANG | os.WUNTRACED)
        if pid and os.WIFSTOPPED(status):
            self.counts["freezes"] += 1
            worker.frozen_until = now + LEASE.total_seconds() + self.dice.uniform(0.1, 1.0)
        elif pid:
            self.counts["kills" if os.WIFSIGNALED(status) else "ended by itself"] += 1
            return False
        elif worker.frozen_until is not None:
            if now >= worker.frozen_until:
                worker.frozen_until = None
                worker.dies_at = now + self.dice.uniform(0.1, 1.0)
                os.kill(worker.pid, signal.SIGKILL if self.dice.random() < 0.2 else signal.SIGCONT)
        elif now >= worker.dies_at:
            freezes = self.dice.random() < 0.15
            worker.dies_at = now + 60
            os.kill(worker.pid, signal.SIGSTOP if freezes else signal.SIGKILL)
        return True

    def _turn(self) -> None:
        """A quarter of a second in which a minute passes for the company."""
        throw = self.dice.random()
        waiting = self._try(self._pass_a_minute)
        if throw < 0.2:
            self._try(self.plans.move_on)
        while waiting is not None and waiting < BACKLOG:
            taken = self._try(self.plans.more) or []
            self.plans.asked.update(taken)
            waiting += len(company.SINKS)
        self.plans.asked.update(self._try(self.plans.ask_again) or [])
        if throw > 0.9:
            self._desk("down", service=self.dice.choice([*SERVICES, "smtp"]), seconds=self.dice.uniform(0.2, 0.8))
        elif throw > 0.8:
            self.counts["backends"] += self._try(_kill_a_backend) or 0

    def _try(self, act: Callable[[Connection], T]) -> T | None:
        """In a transaction of its own; ``None`` where a frozen worker holds what it needs."""
        try:
            with self.engine.begin() as conn:
                conn.execute(text("set local lock_timeout = '200 ms'"))
                conn.execute(text("set local synchronous_commit = on"))  # what was asked for is known to have been
                return act(conn)
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable):
                raise
            self.counts["waited in vain"] += 1
            return None

    def _pass_a_minute(self, conn: Connection) -> int:
        """How many effects wait now. What is closed for half a minute is closed for a quarter of a second here."""
        conn.execute(text("update clock set ahead = ahead + interval '1 minute'"))
        conn.execute(
            text("update sink set open_until = clock_timestamp() where open_until > clock_timestamp() + '250 ms'")
        )
        waiting = "select count(*) from effect where state in ('planned', 'unknown')"
        return int(conn.execute(text(waiting)).scalar_one())

    def _crash(self) -> None:
        self.database.crash()
        self.counts["crashes"] += 1

    # --- afterwards ---

    def _clean_up(self) -> None:
        """The sinks are well again: everything that can still move moves, then people ask and settle."""
        deadline = time.monotonic() + 60
        while pending := self._desk("calm"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"the sinks do not come to rest: {pending}")
            time.sleep(0.1)
        time.sleep(LEASE.total_seconds())
        senders, finders = self.outside.senders()
        watch(self.engine, lambda _: None, self.log)
        for _ in range(ROUNDS):
            self._drain(senders, finders)
            if not self._settle():
                return

    def _drain(self, senders: Any, finders: Any) -> None:
        for _ in range(ROUNDS):
            with self.engine.begin() as conn:
                conn.execute(text("update clock set ahead = ahead + interval '20 minutes'"))
                conn.execute(text("update sink set open_until = null"))
            dispatch(self.engine, senders, finders=finders)
            with self.engine.connect() as conn:
                moving = "select count(*) from effect where state in ('planned', 'sending', 'unknown')"
                if not conn.execute(text(moving)).scalar_one():
                    return
            time.sleep(0.3)

    def _settle(self) -> int:
        """A person asks every sink; what did not arrive is tried once more, as its playbook step would."""
        arrived = self._desk("arrived")
        with self.engine.begin() as conn:
            rows = conn.execute(text("select * from effect where state = 'needs_human' order by effect_id")).all()
            for row in rows:
                came = has_arrived(row.effect_key, mark(row.order_id, row.sink), arrived)
                ledger.settle(
                    conn, row.effect_id, arrived=came, who="chaos", because="asked the sink", now=business_now(conn)
                )
                if not came:
                    about = act(row.incident_id, row.order_id, row.sink, amount=row.amount_minor)
                    again = replace(about, attempt_group=row.attempt_group + 1)
                    self.plans.asked[mark(row.order_id, row.sink)] += intend(conn, again, row.sink, 1) is not None
        return len(rows)

    def _desk(self, path: str, **query: Any) -> Any:
        url = f"http://{self.outside.host}:{self.outside.ports['desk']}/{path}"
        return requests.get(url, params=query, timeout=60).json()

    def _say(self, what: str) -> None:
        counts = ", ".join(f"{n} {name}" for name, n in self.counts.items() if name != "kills")
        print(f"chaos: {what}; {self.plans.orders} orders, {counts}", file=sys.stderr, flush=True)


def _kill_a_backend(conn: Connection) -> int:
    """Some worker loses its connection to the database."""
    victims = """
        select count(pg_terminate_backend(pid)) from (
            select pid from pg_stat_activity
            where datname = 'chaos' and backend_type = 'client backend' and pid <> pg_backend_pid() limit 1
        ) as victim
    """
    return int(conn.execute(text(victims)).scalar_one())
