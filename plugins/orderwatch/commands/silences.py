"""``orderwatch silences``: what is not to be told for a while, why, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from orderwatch.commands.console import Login, Url, cells, database_errors_in_words, err, minute, out, policy_now, table

if TYPE_CHECKING:
    from sqlalchemy import Row

app = typer.Typer(no_args_is_help=True, help="What is not told for a while, why, and until when.")


@app.command()
def add(
    url: Url,
    because: Annotated[str, typer.Option("--reason", help="Why; whoever misses the message has to know.")],
    lasting: Annotated[str, typer.Option("--for", help="How long, with its unit: 4h, 2d. At most 7 days.")],
    login: Login,
    incident: Annotated[int | None, typer.Option(help="The number of one incident.")] = None,
    order: Annotated[str | None, typer.Option(help="Incidents about this order alone.")] = None,
    cause: Annotated[str | None, typer.Option(help="A wave, manifest, warehouse:article, fault or source.")] = None,
    kind: Annotated[str | None, typer.Option(help="single, batch, stock_out, source …; may be narrowed.")] = None,
    node: Annotated[str | None, typer.Option(help="Of this kind, only in this step: pick, transport …")] = None,
    level: Annotated[int | None, typer.Option(help="Of this kind, only of this level.")] = None,
) -> None:
    """Tell nobody of these incidents until the silence ends; they are opened and shown, and no playbook begins."""
    from orderwatch.core.durations import parse_duration
    from orderwatch.core.words import Node
    from orderwatch.store import silences
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).begin() as conn:
        if node is not None and node.upper() not in Node.__members__:
            raise ValueError(f"{node!r} is no step; there are: {', '.join(one.code for one in Node)}")
        matcher = silences.Matcher(incident, order, cause, kind, None if node is None else Node[node.upper()], level)
        number = silences.add(conn, matcher, login, because, parse_duration(lasting))
    err.print(f"silence {number} begins now")


@app.command("list")
def list_silences(
    url: Url, every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False
) -> None:
    """The silences in force: over what, whose, why, until when, and which live incidents nobody is told of."""
    from orderwatch.store import silences
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).connect() as conn:
        rows = silences.read(conn, every=every)
    zone = ZoneInfo(policy_now().calendars.business_zone)
    shown = table("no", "over", "by", "why", "since", "until", "incidents")
    for row in rows:
        until = f"{minute(row.ended_at, zone)} (ended by {row.ended_by})" if row.ended_at else minute(row.ends, zone)
        over = ", ".join(f"#{incident_id}" for incident_id in row.over)
        about = (row.silence_id, _matcher(row), row.owner, row.reason, minute(row.starts, zone), until, over)
        shown.add_row(*cells(*about))
    out.print(shown)


@app.command()
def end(url: Url, number: Annotated[int, typer.Argument(help="The silence's number.")], login: Login) -> None:
    """End a silence now; the next scan tells of what is still open."""
    from orderwatch.store import silences
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).begin() as conn:
        ended = silences.end(conn, number, login)
    err.print(f"silence {number} is over" if ended else f"there is no silence {number} in force")
    raise typer.Exit(0 if ended else 1)


def _matcher(row: Row[Any]) -> str:
    from orderwatch.core.words import Node

    if row.incident_id:
        return f"incident #{row.incident_id}"
    if row.order_id:
        return f"order {row.order_id}"
    if row.cause:
        return f"cause {row.cause}"
    node = f" in {Node(row.node).code}" if row.node else ""
    return f"{row.kind}{node}" + ("" if row.level is None else f" of level {row.level}")
