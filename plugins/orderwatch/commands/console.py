"""How every command speaks: results on standard output, everything else on standard error, errors in words."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from orderwatch.paths import POLICY

if TYPE_CHECKING:
    from orderwatch.core.policy import Policy

Url = Annotated[str, typer.Option("--db", envvar="ORDERWATCH_DB_URL", help="postgresql:// URL of Orderwatch's tables.")]
Login = Annotated[
    str, typer.Option("--as", default_factory=getpass.getuser, help="In whose name; by default whoever is logged in.")
]
out = Console()
err = Console(stderr=True)


def table(*columns: str, title: str | None = None) -> Table:
    """A table that wraps long cells instead of cutting them: an order number must be readable whole."""
    return Table(*(Column(name, overflow="fold") for name in columns), title=title)


def cells(*values: object) -> tuple[Text, ...]:
    """Foreign text is no markup."""
    return tuple(Text("" if value is None else str(value)) for value in values)


def minute(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def complain(what: object) -> None:
    err.print("[red]✗[/]", Text(str(what)))


def give_up(error: Exception, exit_code: int = 2) -> NoReturn:
    """One line instead of a traceback."""
    complain(str(error) or repr(error))
    raise typer.Exit(exit_code) from error


def policy_now() -> Policy:
    """The policy as its files say now; a mistake in one of them is told in words, with exit 2."""
    from orderwatch.core.policy import PolicyError, load_policy

    try:
        return load_policy(POLICY)
    except PolicyError as error:
        give_up(error)


@contextmanager
def database_errors_in_words() -> Iterator[None]:
    """One line instead of a traceback, and exit 2, when the database cannot be used."""
    from sqlalchemy.exc import (
        ArgumentError,
        DatabaseError,
        OperationalError,
        ProgrammingError,
    )

    try:
        yield
    except (ArgumentError, ValueError, LookupError) as error:
        give_up(error)
    except OperationalError as error:
        complain(f"the database cannot be reached: {str(error.orig).splitlines()[0]}")
        raise typer.Exit(2) from error
    except ProgrammingError as error:
        complain(f"{str(error.orig).splitlines()[0]}; are the tables there? Run: orderwatch db migrate")
        raise typer.Exit(2) from error
    except DatabaseError as error:  # also what our own guards say
        complain(f"the database refuses it: {str(error.orig).splitlines()[0]}")
        raise typer.Exit(2) from error
