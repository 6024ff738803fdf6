"""A revision is a folder of SQL files."""

from __future__ import annotations

from alembic import op

from orderwatch.paths import SQL


def run_folder(revision: str) -> None:
    """Run every file of ``include/sql/schema/<revision>``, in the order of their names."""
    cursor = op.get_bind().connection.cursor()  # the driver's own: these files have many statements, no values
    for file in sorted((SQL / "schema" / revision).glob("*.sql")):
        cursor.execute(file.read_text(encoding="utf-8"))
