"""What the operations pages show at once: how many orders wait where, counted by the scan."""

from orderwatch.store.migrations.statements import run_folder

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0009`` in the order of their names."""
    run_folder(revision)
