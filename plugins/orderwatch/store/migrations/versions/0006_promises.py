"""Promises to customers, and clocks that go by them."""

from orderwatch.store.migrations.statements import run_folder

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0006`` in the order of their names."""
    run_folder(revision)
