"""Send what the ledger holds: claim, commit, send, record; a crash at any point repeats nothing blindly."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from orderwatch.core.effect import Effect, Outcome
from orderwatch.store import ledger
from orderwatch.store.database import business_now

log = logging.getLogger(__name__)
Send = Callable[[Effect], Outcome]
Recheck = Callable[[Effect], Outcome | None]
WORKERS = 4


def dispatch(
    engine: Engine,
    senders: Mapping[str, Send],
    only: Collection[str] | None = None,
    finders: Mapping[str, Send] | None = None,
    recheck: Recheck | None = None,
) -> Counter[str]:
    """Work through everything that may be sent now, or only through the effects with the given keys.

    ``finders`` ask a sink whether an unknown effect has arrived; without one, such effects stay unknown. ``recheck``
    asks the sources about the order right before a customer or money is touched, and says why that is not to be.
    Returns how many attempts ended in which way; what is found counts as delivered.
    """
    with engine.begin() as conn:
        ledger.reap(conn)
    found = _look_for_unknown(engine, finders or {}, only)
    with engine.begin() as conn:
        ledger.tidy(conn, business_now(conn), only)
    with ThreadPoolExecutor(WORKERS) as pool:
        work = [pool.submit(_work, engine, senders, only, recheck) for _ in range(WORKERS)]
        results = [future.result() for future in work]
    with engine.begin() as conn:
        ledger.tidy(conn, business_now(conn), only)
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


def _work(
    engine: Engine, senders: Mapping[str, Send], only: Collection[str] | None, recheck: Recheck | None
) -> Counter[str]:
    done: Counter[str] = Counter()
    while True:
        since = time.monotonic()
        with engine.begin() as conn:
            effect = ledger.claim(conn, business_now(conn), only)
        if effect is None:
            return done
        outcome = _not_wanted(effect, recheck) or _stood_still(effect, since) or _send(effect, senders)
        with engine.begin() as conn:
            ledger.finish(conn, effect, outcome, business_now(conn))
        done[outcome.result] += 1
        if outcome.result != "delivered":
            log.warning("effect %s to %s: %s (%s)", effect.effect_key, effect.sink, outcome.result, outcome.detail)


def _not_wanted(effect: Effect, recheck: Recheck | None) -> Outcome | None:
    if recheck is None or effect.late_in is None:
        return None
    try:
        return recheck(effect)
    except Exception as error:
        log.exception("effect %s: asking about the order failed", effect.effect_key)
        return Outcome("put_off", f"asking about the order failed: {type(error).__name__}")


def _stood_still(effect: Effect, since: float) -> Outcome | None:
    """A worker that was frozen after its claim may wake when a person has settled the effect: it sends nothing."""
    if time.monotonic() - since > effect.lease.total_seconds() / 2:
        return Outcome("put_off", "the worker stood still for too long to send it safely")
    return None


def _send(effect: Effect, senders: Mapping[str, Send]) -> Outcome:
    sender = senders.get(effect.sink)
    if sender is None:
        return Outcome("not_sent", f"nothing is connected that delivers to {effect.sink}")
    try:
        return sender(effect)
    except Exception as error:
        log.exception("effect %s: the sender itself failed", effect.effect_key)
        return Outcome("unknown", f"the sender failed: {type(error).__name__}")
