"""Clock, calendars, feeds, orders, alert times, incidents, timeline and the effect ledger."""

from alembic import op

from orderwatch.paths import SQL

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the statements of ``include/sql/schema/0001`` in the order of their names."""
    cursor = op.get_bind().connection.cursor()  # the driver's own: these files have many statements, no values
    for file in sorted((SQL / "schema" / revision).glob("*.sql")):
        cursor.execute(file.read_text(encoding="utf-8"))
