"""Questions that wait for a person, and what became of earlier ones, as the pages show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row

from orderwatch.store.database import run

Said = Literal["all", "approved", "rejected", "nobody", "withdrawn"]
"""How a question ended; ``nobody``: no answer in time, which counts as no."""


def count_waiting(conn: Connection, login: str, roles: Sequence[str]) -> Row[Any]:
    """Open questions (all, and the reader's), pauses whose time is up, refused records."""
    return run(conn, "board/count_waiting", login=login, roles=list(roles)).one()


def list_open(
    conn: Connection, login: str, roles: Sequence[str], page: int, size: int, *, mine: bool = False
) -> Sequence[Row[Any]]:
    """One page of what waits; ``mine``: only what one of these roles is asked. Each row says in ``total`` how many."""
    about = {"login": login, "roles": list(roles), "mine": mine}
    return run(conn, "approvals/list_open", **about, size=size, skip=(page - 1) * size).all()


def list_past(conn: Connection, said: Said, page: int, size: int) -> Sequence[Row[Any]]:
    """One page of what is over, the latest first."""
    return run(conn, "approvals/list_past", said=said, size=size, skip=(page - 1) * size).all()


def read_files(conn: Connection, shas: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """(playbook, its text) of each version."""
    rows = run(conn, "approvals/read_files", shas=sorted(shas)).all()
    return {row.sha: (row.playbook, row.raw) for row in rows}
