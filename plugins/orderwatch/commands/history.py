"""``orderwatch history``: what has happened, as a file that ``backtest`` and ``replay`` read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from orderwatch.commands.console import Url, database_errors_in_words, err, give_up, policy_now


def history(
    url: Url,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to: .parquet, else CSV.")],
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="Orders on their way since then; by default a year back.")
    ] = None,
) -> None:
    """Write our own orders as a history, one row per order and step, to judge other rules by.

    It holds customer numbers: keep it as you keep the orders.
    """
    from orderwatch.local.history_export import export_history
    from orderwatch.store.database import business_now, connect

    zone = ZoneInfo(policy_now().calendars.business_zone)
    with database_errors_in_words(), connect(url).connect() as conn:
        begins = business_now(conn) - timedelta(days=365) if since is None else _day(since, zone)
        try:
            rows = export_history(conn, begins, zone, file)
        except OSError as error:
            give_up(error)
    err.print(f"{rows} rows since {begins.astimezone(zone):%Y-%m-%d}, times are local times of {zone.key}")


def _day(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except ValueError as error:
        raise ValueError(f"--since {text}: expected a day, such as 2026-06-01") from error
