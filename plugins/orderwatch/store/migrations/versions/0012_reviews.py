"""Reviews of incidents that are over: due within 72 hours, in documents that never change, with what people say."""

from orderwatch.store.migrations.statements import run_folder

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0012`` in the order of their names."""
    run_folder(revision)
