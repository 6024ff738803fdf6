"""Threshold versions as the pages show them: what became of each, and what the change from one to another does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row

from orderwatch.core.words import Node
from orderwatch.store.database import run

Change = Literal["less", "more"]
"""Whether an order gets less or more time."""


def list_versions(conn: Connection) -> Sequence[Row[Any]]:
    """The latest two hundred with what became of them last."""
    return run(conn, "thresholds/read_version", version=None).all()


def read_version(conn: Connection, version: int) -> Row[Any] | None:
    return run(conn, "thresholds/read_version", version=version).one_or_none()


def goes_by_promises(conn: Connection, versions: Sequence[int]) -> bool:
    """Whether one of them decides by promises where there is one."""
    return bool(run(conn, "thresholds/goes_by_promises", versions=list(versions)).scalar_one())


def compare_nodes(conn: Connection, old: int, new: int) -> Sequence[Row[Any]]:
    """The limits of each node and the spread of its cells in both."""
    return run(conn, "pages/version_limits", version=new, before=old).all()


def compare_cells(conn: Connection, old: int, new: int, size: int) -> Sequence[Row[Any]]:
    """Cells whose limits differ, those that concern most orders first; each row says in ``total`` how many differ."""
    return run(conn, "thresholds/compare_cells", old=old, new=new, size=size).all()


def count_changed(conn: Connection, old: int, new: int, promises: bool) -> Sequence[Row[Any]]:
    """Open orders of each node that get less or more time; ``promises``: those with a promise are counted apart."""
    return run(conn, "thresholds/count_changed", old=old, new=new, promises=promises).all()


def list_changed(
    conn: Connection, old: int, new: int, promises: bool, node: Node | None, change: Change, page: int, size: int
) -> Sequence[Row[Any]]:
    """One page of them, and one more where there is another page."""
    about = {
        "old": old,
        "new": new,
        "promises": promises,
        "change": change,
        "node": None if node is None else int(node),
    }
    return run(conn, "thresholds/list_changed", **about, size=size + 1, skip=(page - 1) * size).all()
