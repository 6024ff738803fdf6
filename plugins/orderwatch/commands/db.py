"""``orderwatch db``: the tables that Orderwatch keeps."""

from __future__ import annotations

import typer

from orderwatch.commands.console import Url, database_errors_in_words, err

app = typer.Typer(no_args_is_help=True, help="Orderwatch's own tables.")


@app.command()
def migrate(url: Url) -> None:
    """Create Orderwatch's tables, or bring them to this version."""
    from orderwatch.store.migrate import migrate as run

    with database_errors_in_words():
        run(url)
    err.print("the tables are up to date")
