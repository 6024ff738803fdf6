"""Pauses against claims, thousands of times: what has begun before a pause is finished, nothing begins after it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy import Engine, text

from orderwatch.core.effect import Outcome
from orderwatch.store import ledger
from orderwatch.store.database import business_now, connect

PLAN = """
insert into effect (
    effect_key, family, sink, recipient, payload, level, planned_at, valid_until, next_attempt_at, incident_id, step,
    slot, order_id
)
select
    'race' || :round || ':' || n, 'response', 'work_order', 'x', '{}', 1, business_now(),
    business_now() + interval '1 hour', business_now(), :incident, 'race' || :round, n::text, 'SO1'
from generate_series(1, :count) as n
"""
STARTED = "select effect_id from effect where step like 'race%' and state in ('sending', 'delivered')"


ACTS = 6  # that are due at once; each of them races against the pause


@dataclass
class Races:
    """How many acts raced against a pause, and which slipped past it (none, if all is well)."""

    races: int = 0
    in_flight: int = 0  # acts that were being sent at the instant of a pause, and were finished
    slipped: list[int] = field(default_factory=list)


@dataclass
class Race:
    """Workers that claim and send without a break, and somebody who takes a pause in the middle of it, again and again.

    ``pause`` stops the incident in the given scope, ``resume`` hands back; both are transactions of their own.
    """

    engine: Engine
    incident_id: int
    pause: Callable[[str], None]
    resume: Callable[[], None]
    workers: int = 4
    stop: threading.Event = field(default_factory=threading.Event)
    found: Races = field(default_factory=Races)

    def run(self, races: int, seed: int = 1) -> Races:
        dice = random.Random(seed)
        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with ThreadPoolExecutor(self.workers) as pool:
            working = [pool.submit(self._work, url) for _ in range(self.workers)]
            try:
                engine = connect(url, pooled=True)
                for number in range(-(-races // ACTS)):
                    self._one(engine, number, dice)
                engine.dispose()
            finally:
                self.stop.set()
            for future in working:
                future.result()
        return self.found

    def _one(self, engine: Engine, number: int, dice: random.Random) -> None:
        with engine.begin() as conn:
            conn.execute(text(PLAN), {"round": number, "incident": self.incident_id, "count": ACTS})
        time.sleep(dice.random() * 0.004)
        self.pause(dice.choice(("incident", "order", "playbook", "everything")))
        with engine.connect() as conn:
            before = set(conn.execute(text(STARTED)).scalars())
            sending = conn.execute(text("select count(*) from effect where state = 'sending'")).scalar_one()
        time.sleep(0.002)
        with engine.connect() as conn:
            after = set(conn.execute(text(STARTED)).scalars())
        self.found.slipped += sorted(after - before)
        self.found.races += ACTS
        self.found.in_flight += sending
        with engine.begin() as conn:  # what the pause has held is not part of the next race
            conn.execute(text("update effect set state = 'cancelled' where state = 'planned'"))
        self.resume()

    def _work(self, url: str) -> None:
        engine = connect(url, pooled=True)
        while not self.stop.is_set():
            with engine.begin() as conn:
                effect = ledger.claim(conn, business_now(conn))
            if effect is None:
                time.sleep(0.0005)
                continue
            with engine.begin() as conn:
                ledger.finish(conn, effect, Outcome("delivered", ref="r"), business_now(conn))
        engine.dispose()
