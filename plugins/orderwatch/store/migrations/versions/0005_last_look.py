"""The sources have the last word before an act, limits per incident and role, and what people report."""

from orderwatch.store.migrations.statements import run_folder

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0005`` in the order of their names."""
    run_folder(revision)
