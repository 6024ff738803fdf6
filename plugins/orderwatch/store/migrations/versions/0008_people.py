"""People in control: the life of incidents, what people do by hand and may do, and pauses that nothing slips past."""

from orderwatch.store.migrations.statements import run_folder

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0008`` in the order of their names."""
    run_folder(revision)
