"""Alembic runs our migrations on the connection and inside the transaction that ``migrate`` hands it."""

from alembic import context

from orderwatch.store.database import SCHEMA

context.configure(connection=context.config.attributes["connection"], version_table_schema=SCHEMA)
with context.begin_transaction():
    context.run_migrations()
