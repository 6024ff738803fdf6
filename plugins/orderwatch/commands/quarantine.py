"""``orderwatch quarantine``: people settle what no scan would take in."""

from __future__ import annotations

from typing import Annotated

import typer

from orderwatch.commands.console import Login, Url, cells, database_errors_in_words, err, out, table

app = typer.Typer(no_args_is_help=True, help="Records that were refused, and why.")


@app.command("list")
def list_waiting(url: Url) -> None:
    """Records that wait for a person: which source sent what, and what is wrong with it."""
    from orderwatch.store import quarantine
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).connect() as conn:
        rows = quarantine.read_waiting(conn)
    shown = table("no", "source", "feed", "record", "reason", "what is wrong", "asked again")
    for row in rows:
        wrong = f"{row.message['zh-CN']} {row.detail}"
        asked = "at the next scan" if row.replay_asked_at else ""
        shown.add_row(*cells(row.quarantine_id, row.source, row.feed, row.record_id, row.reason, wrong, asked))
    out.print(shown)


@app.command()
def replay(
    url: Url,
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers from the list.")] = None,
    feed: Annotated[str | None, typer.Option(help="Everything refused of this feed: orders, shipments …")] = None,
) -> None:
    """Let the next scan validate records once more, after a suite or a source file has been corrected."""
    from orderwatch.store import quarantine
    from orderwatch.store.database import connect

    if not numbers and not feed:
        raise typer.BadParameter("say which: numbers from the list, or --feed")
    with database_errors_in_words(), connect(url).begin() as conn:
        asked = quarantine.ask_again(conn, numbers or (), feed)
    err.print(f"{asked} record(s) will be validated again by the next scan")
    raise typer.Exit(0 if asked else 1)


@app.command()
def discard(
    url: Url, numbers: Annotated[list[int], typer.Argument(help="Numbers from the list.")], login: Login
) -> None:
    """Give records up for good; your name stays beside them."""
    from orderwatch.store import quarantine
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).begin() as conn:
        gone = quarantine.discard(conn, numbers, login)
    err.print(f"{gone} record(s) discarded")
    raise typer.Exit(0 if gone else 1)
