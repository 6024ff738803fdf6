"""What people have decided to do better."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row

from orderwatch.core.programme.changed import Changed
from orderwatch.store.database import run

Which = Literal["all", "open", "overdue", "ended"]


def read(
    conn: Connection, today: date, *, which: Which = "all", incident_id: int | None = None, number: int | None = None,
    page: int = 1, size: int = 50,
) -> Sequence[Row[Any]]:  # fmt: skip
    """One page of them, those that are open by their day first; each row says in ``total`` how many there are."""
    return run(
        conn,
        "improvements/list_improvements",
        today=today,
        which=which,
        incident_id=incident_id,
        improvement_id=number,
        size=size,
        skip=(page - 1) * size,
    ).all()


def read_wanted(conn: Connection) -> Sequence[Row[Any]]:
    """Versions of playbooks that people rate too low."""
    return run(conn, "improvements/list_wanted").all()


def read_closed(conn: Connection, since: datetime) -> Sequence[Row[Any]]:
    """Incidents of level 2 and 3 that were closed since then, and how many improvements came of each."""
    return run(conn, "improvements/list_closed", since=since).all()


def read_of_cause(conn: Connection, cause: str, until: datetime) -> Sequence[Row[Any]]:
    """What people began to do better, before this instant, after incidents of the same cause: at most a hundred, those
    that are open first; ``measured`` holds metric, target, before, after and reached, or is none."""
    return run(conn, "improvements/read_of_cause", cause=cause, until=until).all()


def find_changed(conn: Connection, named: Changed) -> dict[str, Any]:
    """``changed_rule``, ``changed_version`` and ``changed_sha``: of what is named, what there is."""
    about = {"rule": named.rule, "version": named.version, "playbook": named.playbook, "sha": named.sha}
    return dict(run(conn, "improvements/find_changed", **about).one()._mapping)


def list_changeable(conn: Connection) -> Sequence[Row[Any]]:
    """(link, about) of what an improvement may have changed: rules, threshold versions, versions of playbooks."""
    return run(conn, "improvements/list_changeable").all()
