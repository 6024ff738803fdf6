"""Clock, calendars, feeds, orders, alert times, incidents, timeline and the effect ledger."""

from orderwatch.store.migrations.statements import run_folder

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0001`` in the order of their names."""
    run_folder(revision)
