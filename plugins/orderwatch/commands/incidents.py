"""``orderwatch incidents``: what is going on, what has happened to one of them, and who takes it on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from orderwatch.commands.console import Login, Url, cells, database_errors_in_words, err, minute, out, policy_now, table

if TYPE_CHECKING:
    from sqlalchemy import Row

    from orderwatch.core.policy import Policy

app = typer.Typer(no_args_is_help=True, help="Incidents: what is going on, and who takes it on.")
Number = Annotated[int, typer.Argument(help="The incident's number.")]


@app.command("list")
def list_live(url: Url) -> None:
    """Every live incident, the gravest first: whose it is, who has taken it on, what answers it or keeps it quiet."""
    from orderwatch.store.attention import read_live
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).connect() as conn:
        rows = read_live(conn)
    policy = policy_now()
    shown = table(
        "no", "level", "kind", "state", "owner", "orders", "acknowledged by", "answered by", "quiet or paused"
    )
    for row in rows:
        about = (_kind(row), row.state, _owner(row, policy), row.orders, row.acknowledged_by, row.run_id)
        shown.add_row(*cells(f"#{row.incident_id}", row.level, *about, "; ".join(_quiet(row, policy))))
    out.print(shown)


@app.command()
def show(url: Url, number: Number) -> None:
    """How one incident stands, and everything that has happened to it."""
    from orderwatch.core.history import say_event
    from orderwatch.store.attention import read_history, read_one
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).connect() as conn:
        row, lines = read_one(conn, number), read_history(conn, number)
    policy = policy_now()
    zone = ZoneInfo(policy.calendars.business_zone)
    for sentence in _standing(row, policy, zone):
        out.print(*cells(sentence))
    shown = table("when", "who", "what")
    for line in lines:
        words = say_event(
            line.event,
            line.detail,
            line.actor,
            "en",
            orders=line.order_ids,
            time=lambda at: minute(datetime.fromisoformat(at), zone),
        )
        shown.add_row(*cells(minute(line.at, zone), line.actor, words))
    out.print(shown)


@app.command()
def ack(
    url: Url, number: Number, login: Login, note: Annotated[str | None, typer.Option(help="What you will do.")] = None
) -> None:
    """Take an incident on: nobody else is asked any more, and reminders come at the longest interval only."""
    from orderwatch.store.attention import acknowledge
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).begin() as conn:
        acknowledge(conn, number, login, note)
    err.print(*cells(f"#{number} is acknowledged by {login}"))


@app.command()
def report(
    url: Url,
    order: Annotated[str, typer.Argument(help="The order's number.")],
    what: Annotated[str, typer.Argument(help="What is wrong with it: wrong_item.")],
    login: Login,
    note: Annotated[str, typer.Option(help="In a few words, for whoever puts it right.")] = "",
) -> None:
    """Say that an order is wrong, late or not: its owner is told, and the next scan begins the playbook for it."""
    from orderwatch.pipeline.report import report_order
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).begin() as conn:
        number = report_order(conn, policy_now(), order, what, note.strip(), login)
    err.print(*cells(f"#{number} is open about {order}; the next scan tells its owner and begins its playbook"))


@app.command("rating-link")
def rating_link(
    url: Url,
    number: Number,
    person: Annotated[str, typer.Option("--for", help="Whose rating it will be: a mail address or a name.")],
    base: Annotated[str, typer.Option(help="Where Airflow is reached: https://airflow.example")],
    step: Annotated[str | None, typer.Option(help="One step of the response; by default all of it.")] = None,
    lasting: Annotated[str, typer.Option("--lasting", help="How long it is valid, with its unit.")] = "7d",
) -> None:
    """A link by which one person rates the response, once, without a login."""
    import secrets

    from orderwatch.core.durations import parse_duration
    from orderwatch.core.rating_link import RatingLink, sign
    from orderwatch.hooks.link_key import link_key
    from orderwatch.store.attention import read_one
    from orderwatch.store.database import business_now, connect

    with database_errors_in_words(), connect(url).connect() as conn:
        read_one(conn, number)
        until = business_now(conn) + parse_duration(lasting)
        token = sign(link_key(), RatingLink(number, person, until, secrets.token_urlsafe(16), step))
    out.print(f"{base.rstrip('/')}/orderwatch/rating/{token}", soft_wrap=True)


def _kind(row: Row[Any]) -> str:
    from orderwatch.core.titles import KINDS, REPORTS
    from orderwatch.store.findings import group_of

    about = group_of(row.dedup_key) if row.kind not in {"single", "triage"} else row.dedup_key.removeprefix("order:")
    title = REPORTS[row.reported]["en"] if row.reported else KINDS[row.kind]["en"]
    return f"{title}: {about}" if about else title


def _owner(row: Row[Any], policy: Policy) -> str:
    known = policy.roles.root.get(row.owner_role)
    return known.title.en if known else row.owner_role


def _quiet(row: Row[Any], policy: Policy) -> Iterator[str]:
    if row.inhibited_by:
        yield f"explained by #{row.inhibited_by}"
    if row.silence_id:
        yield f"silence {row.silence_id}"
    if row.paused_by:
        until = minute(row.paused_until, ZoneInfo(policy.calendars.business_zone))
        yield f"paused by {row.paused_by} until {until}"


def _standing(row: Row[Any], policy: Policy, zone: ZoneInfo) -> Iterator[str]:
    yield f"#{row.incident_id} level {row.level}, {_kind(row)}: {row.state}, {row.orders} order(s) late in it now"
    if row.parent_id:
        yield f"it is part of #{row.parent_id}"
    yield f"belongs to: {_owner(row, policy)}; open since {minute(row.opened_at, zone)}"
    if row.acknowledged_by:
        yield f"acknowledged by {row.acknowledged_by} at {minute(row.acknowledged_at, zone)}"
    elif row.acknowledge_by and row.state == "open":
        yield f"to be acknowledged by {minute(row.acknowledge_by, zone)}"
    if row.run_id:
        yield f"answered by {row.run_id}"
    yield from _quiet(row, policy)
