"""Send what the ledger holds: claim, commit, send, record; a crash at any point repeats nothing blindly."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from orderwatch.core.effect import Effect, Outcome
from orderwatch.store import ledger
from orderwatch.store.database import business_now

log = logging.getLogger(__name__)
Send = Callable[[Effect], Outcome]
WORKERS = 4


def dispatch(
    engine: Engine,
    senders: Mapping[str, Send],
    only: Collection[str] | None = None,
    finders: Mapping[str, Send] | None = None,
) -> Counter[str]:
    """Work through everything that may be sent now, or only through the effects with the given keys.

    ``finders`` ask a sink whether an unknown effect has arrived; without one, such effects stay unknown. Returns how
    many attempts ended in which way; what is found counts as delivered.
    """
    with engine.begin() as conn:
        ledger.reap(conn)
    found = _look_for_unknown(engine, finders or {}, only)
    with engine.begin() as conn:
        ledger.tidy(conn, business_now(conn))
    with ThreadPoolExecutor(WORKERS) as pool:
        results = [future.result() for future in [pool.submit(_work, engine, senders, only) for _ in range(WORKERS)]]
    with engine.begin() as conn:
        ledger.tidy(conn, business_now(conn))
    return sum(results, found)


def _look_for_unknown(engine: Engine, finders: Mapping[str, Send], only: Collection[str] | None) -> Counter[str]:
    """Ask the sinks that can be asked, before anything is handed to a person."""
    found: Counter[str] = Counter()
    if not finders:
        return found
    with engine.connect() as conn:
        effects = ledger.read_unknown(conn, finders, business_now(conn), only)
    for effect in effects:
        outcome = _send(effect, finders)
        with engine.begin() as conn:
            found["delivered"] += ledger.reconcile(conn, effect, outcome, business_now(conn))
    return +found


def _work(engine: Engine, senders: Mapping[str, Send], only: Collection[str] | None) -> Counter[str]:
    done: Counter[str] = Counter()
    while True:
        with engine.begin() as conn:
            effect = ledger.claim(conn, business_now(conn), only)
        if effect is None:
            return done
        outcome = _send(effect, senders)
        with engine.begin() as conn:
            ledger.finish(conn, effect, outcome, business_now(conn))
        done[outcome.result] += 1
        if outcome.result != "delivered":
            log.warning("effect %s to %s: %s (%s)", effect.effect_key, effect.sink, outcome.result, outcome.detail)


def _send(effect: Effect, senders: Mapping[str, Send]) -> Outcome:
    sender = senders.get(effect.sink)
    if sender is None:
        return Outcome("not_sent", f"nothing is connected that delivers to {effect.sink}")
    try:
        return sender(effect)
    except Exception as error:
        log.exception("effect %s: the sender itself failed", effect.effect_key)
        return Outcome("unknown", f"the sender failed: {type(error).__name__}")
