"""Complaints of customers, and how far the limits have moved away from reality."""

from orderwatch.store.migrations.statements import run_folder

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0007`` in the order of their names."""
    run_folder(revision)
