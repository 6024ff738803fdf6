"""Improvements lead to what they changed and measure themselves; the programme report of a month never changes."""

from orderwatch.store.migrations.statements import run_folder

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0014`` in the order of their names."""
    run_folder(revision)
