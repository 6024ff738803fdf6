"""Verdicts know their policy; orders that a source silently forgot are noticed."""

from orderwatch.store.migrations.statements import run_folder

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0002`` in the order of their names."""
    run_folder(revision)
