"""What a cause happened to: the same cause of the same is a repeat, and no other is."""

from orderwatch.store.migrations.statements import run_folder

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0015`` in the order of their names."""
    run_folder(revision)
