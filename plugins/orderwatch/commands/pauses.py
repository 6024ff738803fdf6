"""``orderwatch pauses``: people stop the automation, and hand back."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from orderwatch.commands.console import Login, Url, cells, database_errors_in_words, err, minute, out, policy_now, table

app = typer.Typer(no_args_is_help=True, help="People stop the automation, and hand back.")


@app.command()
def take(
    url: Url,
    because: Annotated[str, typer.Option(help="Why; whoever comes next has to know.")],
    login: Login,
    lasting: Annotated[str, typer.Option("--for", help="How long, with its unit: 2h, 1d. At most 7 days.")] = "2h",
    incident: Annotated[int | None, typer.Option(help="The number of one incident.")] = None,
    order: Annotated[str | None, typer.Option(help="One order, whatever incident it is in.")] = None,
    playbook: Annotated[str | None, typer.Option(help="Every run of one playbook.")] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Every playbook.")] = False,
) -> None:
    """Stop every act that has not begun. Steps wait under *Required Actions* until somebody hands back.

    An incident, order or playbook that nobody knows is refused: a slip of the pen would stop nothing.
    """
    from orderwatch.core.durations import parse_duration
    from orderwatch.store import pauses
    from orderwatch.store.database import business_now, connect

    wanted = {"incident": incident, "order": order, "playbook": playbook}
    named = [(scope, str(subject)) for scope, subject in wanted.items() if subject is not None]
    if len(named) + everything != 1:
        raise typer.BadParameter("say one of --incident, --order, --playbook, --everything")
    scope, subject = named[0] if named else ("everything", "")
    with database_errors_in_words(), connect(url).begin() as conn:
        if not pauses.is_known(conn, scope, subject):
            raise ValueError(f"there is no {scope} {subject} that could be paused")
        number = pauses.take(
            conn,
            scope=scope,  # type: ignore[arg-type]  # one of the four words above
            subject=subject,
            by=login,
            reason=because,
            lasting=parse_duration(lasting),
            now=business_now(conn),
        )
    err.print(*cells(f"pause {number}: {scope} {subject}".rstrip()))


@app.command()
def end(url: Url, number: Annotated[int, typer.Argument(help="The pause's number.")], login: Login) -> None:
    """Hand back to the automation. Then choose *Hand back* on the steps that wait in Airflow."""
    from orderwatch.store import pauses
    from orderwatch.store.database import business_now, connect

    with database_errors_in_words(), connect(url).begin() as conn:
        ended = pauses.end(conn, number, login, business_now(conn))
    err.print(f"pause {number} is over" if ended else f"there is no live pause {number}")
    raise typer.Exit(0 if ended else 1)


@app.command("list")
def list_live(url: Url) -> None:
    """Who has stopped what, why, and until when; also pauses whose time is up and that nobody has ended."""
    from orderwatch.store import pauses
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).connect() as conn:
        rows = pauses.read_live(conn)
    zone = ZoneInfo(policy_now().calendars.business_zone)
    shown = table("no", "what", "which", "by", "why", "since", "until")
    for row in rows:
        about = (row.pause_id, row.scope, row.subject, row.taken_by, row.reason)
        shown.add_row(*cells(*about, minute(row.since, zone), minute(row.until, zone)))
    out.print(shown)
