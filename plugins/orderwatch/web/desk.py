"""What every request of the API needs: the policy as its files say now, one transaction on our tables, and a word to
whatever waits in Airflow for what was done in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from orderwatch.core.policy import Policy, load_policy
from orderwatch.core.refusals import Refusal
from orderwatch.edge import waking
from orderwatch.hooks.database import DatabaseHook
from orderwatch.paths import POLICY
from orderwatch.store.responses import list_runs

LOCK_NOT_AVAILABLE: Final = "55P03"


def policy_now() -> Policy:
    """Read anew when a file has changed, and not at every request."""
    return _policy(tuple((file.name, file.stat().st_mtime_ns) for file in sorted(POLICY.glob("*.yaml"))))


@lru_cache(maxsize=2)
def _policy(stamps: tuple[tuple[str, int], ...]) -> Policy:
    return load_policy(POLICY)


@contextmanager
def reading() -> Iterator[Connection]:
    """One snapshot in which nothing can be changed."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}  # said with `begin`, at no cost
    with DatabaseHook().engine().connect().execution_options(**options) as conn, conn.begin():
        yield conn


@contextmanager
def acting() -> Iterator[Connection]:
    """One transaction: all of an action or nothing. Nobody waits longer for a running scan than a page waits."""
    with DatabaseHook().engine().begin() as conn:
        conn.execute(text("set local lock_timeout = '20s'"))
        conn.execute(text("set local statement_timeout = '30s'"))
        yield conn


def refusal_of(error: OperationalError) -> Refusal:
    """Somebody who waits too long for a running scan hears that; anything else is broken."""
    return Refusal("scanning" if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE else "broken")


def wake(scope: str, subject: object = "") -> None:
    """Steps that are parked in this scope look again; called when the transaction has committed."""
    with reading() as conn:
        runs = list_runs(conn, scope, str(subject))
    waking.wake(runs)
