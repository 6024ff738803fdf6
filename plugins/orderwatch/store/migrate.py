"""Bring our schema to the newest version, from any earlier one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from orderwatch.store.database import SCHEMA, connect

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str, to: str = "head") -> None:
    """Create or upgrade the schema; safe to run again and from several processes at once.

    ``to`` is the revision to stop at: a test upgrades what an earlier version has written.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with connect(url).begin() as conn:
        conn.execute(text("select pg_advisory_xact_lock(7300)"))
        conn.execute(text(f"create schema if not exists {SCHEMA}"))
        config.attributes["connection"] = conn
        command.upgrade(config, to)
