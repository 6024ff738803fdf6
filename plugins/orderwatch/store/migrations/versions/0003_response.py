"""Playbooks, responses, pauses, money, sinks with breakers and buckets, approvals, and the guards of all of them."""

from orderwatch.store.migrations.statements import run_folder

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0003`` in the order of their names."""
    run_folder(revision)
