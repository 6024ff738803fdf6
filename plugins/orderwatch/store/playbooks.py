"""The playbooks that are served, every version and release that ever was, and what is wrong with files that are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from orderwatch.core.playbook.load import Loaded, parse_served
from orderwatch.store.database import as_json, run


@dataclass(frozen=True, slots=True)
class Release:
    """A set of playbooks that is served together, by its name."""

    name: str
    members: Sequence[Loaded]


def publish(conn: Connection, release: Release, errors: Mapping[str, str], now: datetime) -> None:
    """Keep the release for ever, and serve it from now on; nothing is written when nothing has changed."""
    for one in release.members:
        run(conn, "responses/insert_version", sha=one.sha, playbook=one.id, raw=one.raw, now=now)
    members = as_json({one.id: one.sha for one in release.members})
    run(conn, "responses/publish_release", release=release.name, members=members, now=now)
    run(conn, "responses/serve", release=release.name, now=now)
    run(
        conn,
        "responses/put_errors",
        errors=as_json([{"file": file, "problem": problem} for file, problem in sorted(errors.items())]),
        now=now,
    )


def read_release(conn: Connection, name: str) -> dict[str, str]:
    """Playbook to its file's text; empty when there is no such release."""
    return {row.playbook: row.raw for row in run(conn, "responses/read_release", release=name)}


def read_served(conn: Connection) -> list[Loaded]:
    """The playbooks that answer incidents now."""
    return [parse_served(row.playbook, row.raw) for row in run(conn, "responses/read_served")]


def read_errors(conn: Connection) -> dict[str, str]:
    """File to what is wrong with it."""
    return {row.file: row.problem for row in run(conn, "responses/read_errors")}
