"""Silences with an end, and how often and when whoever owns an incident has been asked."""

from orderwatch.store.migrations.statements import run_folder

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0004`` in the order of their names."""
    run_folder(revision)
