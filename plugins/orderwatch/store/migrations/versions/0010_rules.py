"""Rules that are learned from false alarms: proposed, tried in the shadow, decided by two people, and with an end."""

from orderwatch.store.migrations.statements import run_folder

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0010`` in the order of their names."""
    run_folder(revision)
