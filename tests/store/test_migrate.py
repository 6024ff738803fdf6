"""The tables come into being once, however often and by however many they are asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from orderwatch.local import postgres
from orderwatch.store.database import connect
from orderwatch.store.migrate import migrate
from tests.conftest import Databases


def test_migrating_again_changes_nothing_and_several_at_once_do_not_collide(databases: Databases) -> None:
    postgres.create_database(databases.server, "fresh")
    url = databases.url("fresh")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate, [url] * 3))
    migrate(url)
    with connect(url).connect() as conn:
        assert conn.execute(text("select count(*) from clock")).scalar_one() == 1
        assert conn.execute(text("select count(*) from alembic_version")).scalar_one() == 1
