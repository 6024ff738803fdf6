"""Reviews on paper."""

from orderwatch.store.migrations.statements import run_folder

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0016`` in the order of their names."""
    run_folder(revision)
