"""What people do about records and limits: take in again, give up, put a version in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.activate import switch
from orderwatch.pipeline.people.act import By, act
from orderwatch.store import quarantine
from orderwatch.store.database import Lock, hold, run
from orderwatch.store.guards import words_of


def settle_records(
    conn: Connection, policy: Policy, by: By, ids: Sequence[int], what: Literal["again", "discard"]
) -> int:
    """Refused records are validated once more by the next scan, or given up for good; returns how many."""
    done = act(conn, policy, by, "quarantine", subject=f"{what} {len(ids)}", level=0, must_say_why=False)
    count = quarantine.ask_again(conn, ids) if what == "again" else quarantine.discard(conn, ids, by.login)
    if not count:
        raise Refusal("no_record")
    done.say(conn, "records_settled", {"what_done": what, "records": list(ids), "count": count})
    return count


def activate_thresholds(conn: Connection, policy: Policy, by: By, version: int, reason: str) -> None:
    """Put a version in force that has been before, or waits for nobody; open orders follow with the next scan."""
    if run(conn, "thresholds/read_version", version=version).one_or_none() is None:
        raise Refusal("no_version", number=version)
    hold(conn, Lock.ALERTS)
    done = act(conn, policy, by, "activate_thresholds", subject=f"version {version}", reason=reason)
    try:
        switch(conn, version, by.login, done.reason, done.now)
    except DBAPIError as error:
        raise Refusal("refused", why=words_of(error)) from error
    done.say(conn, "limits_activated", {"version": version, "reason": done.reason})
