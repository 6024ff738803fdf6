"""``orderwatch effects``: what may have been sent and what only a person can find out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from orderwatch.commands.console import Login, Url, cells, database_errors_in_words, err, minute, out, table
from orderwatch.paths import POLICY

if TYPE_CHECKING:
    from sqlalchemy import Row

app = typer.Typer(
    no_args_is_help=True, help="What was sent and done, what nobody can say of whether it arrived, and taking it back."
)


@app.command("list")
def list_effects(
    url: Url,
    incident: Annotated[int | None, typer.Option(help="Instead: everything done about this incident.")] = None,
) -> None:
    """What waits for a person: ask whoever should have got it, then settle it. Or all acts of one incident."""
    from orderwatch.core.policy import load_policy
    from orderwatch.store.database import connect
    from orderwatch.store.ledger import read_unsettled

    if incident is not None:
        _list_of(url, incident)
        return
    with database_errors_in_words(), connect(url).connect() as conn:
        rows = read_unsettled(conn)
        zone = ZoneInfo(load_policy(POLICY).calendars.business_zone)
    shown = table("no", "sink", "to", "about", "amount", "sent", "what is known")
    for row in rows:
        sent = minute(row.sent_at, zone) if row.sent_at else ""
        shown.add_row(*cells(row.effect_id, row.sink, row.recipient, _about(row), _amount(row), sent, row.last_error))
    out.print(shown if rows else "nothing waits for a person")


@app.command()
def settle(
    url: Url,
    number: Annotated[int, typer.Argument(help="The number from the list.")],
    arrived: Annotated[bool, typer.Option("--arrived/--not-arrived", help="What whoever should have got it says.")],
    because: Annotated[str, typer.Option(help="How you know; it stays in the effect's history with your name.")],
    login: Login,
) -> None:
    """Say whether it arrived. What did not has failed: its money is free again, and clearing its step tries anew."""
    from orderwatch.store import ledger
    from orderwatch.store.database import business_now, connect

    with database_errors_in_words(), connect(url).begin() as conn:
        if not because.strip():
            raise ValueError("say how you know: --because must not be empty")
        done = ledger.settle(conn, number, arrived=arrived, who=login, because=because, now=business_now(conn))
    end = "delivered" if arrived else "failed"
    err.print(f"effect {number} is {end}" if done else f"effect {number} waits for nobody: see orderwatch effects list")
    raise typer.Exit(0 if done else 1)


@app.command()
def undo(
    url: Url,
    number: Annotated[int, typer.Argument(help="The number from list --incident.")],
    because: Annotated[str, typer.Option(help="Why; it stays in the incident's timeline with your name.")],
    login: Login,
) -> None:
    """Take back what has arrived: void a voucher, cancel a work order, release a parcel. The next scan does it."""
    from orderwatch.core.policy import load_policy
    from orderwatch.pipeline.take_back import take_back
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).begin() as conn:
        planned = take_back(conn, load_policy(POLICY), number, by=login, because=because)
    err.print(f"effect {planned} takes back effect {number}; the next scan sends it")


def _list_of(url: str, incident: int) -> None:
    from orderwatch.core.playbook.undo import undo as way_back
    from orderwatch.core.titles import say_code
    from orderwatch.store.database import connect, run

    with database_errors_in_words(), connect(url).connect() as conn:
        rows = run(conn, "effects/read_acts", incident_id=incident).all()
    shown = table(
        "no", "step", "order", "sink", "state", "number there", "amount", "can be taken back", "what is known"
    )
    for row in rows:
        back = "yes" if row.state == "delivered" and way_back(row.sink, row.ref, row.payload) else ""
        about = (row.step, row.order_id, row.sink, say_code(row.state, "en"), row.ref, _amount(row), back)
        shown.add_row(*cells(row.effect_id, *about, row.last_error))
    out.print(shown if rows else f"nothing was done about incident {incident}")


def _about(row: Row[Any]) -> str:
    incident = f"incident #{row.incident_id}, " if row.incident_id else ""
    order = f"{row.order_id}, " if row.order_id else ""
    return f"{incident}{order}{row.step or row.family}"


def _amount(row: Row[Any]) -> str:
    from orderwatch.core.playbook.texts import money

    return money(row.amount_minor, row.currency) if row.amount_minor else ""
