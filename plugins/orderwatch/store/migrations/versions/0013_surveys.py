"""Surveys: which customers are asked after an incident, once, and what they answer."""

from orderwatch.store.migrations.statements import run_folder

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0013`` in the order of their names."""
    run_folder(revision)
