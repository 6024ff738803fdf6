"""What people have decided to do better: an owner, a day, and what will show that it has worked."""

from orderwatch.store.migrations.statements import run_folder

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0011`` in the order of their names."""
    run_folder(revision)
