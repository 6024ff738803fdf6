"""``orderwatch why``: where an order stands, and what was ever decided about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from orderwatch.commands.console import Url, cells, database_errors_in_words, err, minute, out, table
from orderwatch.paths import POLICY

if TYPE_CHECKING:
    from orderwatch.store.findings import Standing


def why(order: str, url: Url) -> None:
    """Where an order stands, and every decision ever taken on it: also why nobody was alerted."""
    from orderwatch.core.policy import load_policy
    from orderwatch.store.database import connect
    from orderwatch.store.findings import read_decisions, read_standing

    with database_errors_in_words(), connect(url).connect() as conn:
        standing, lines = read_standing(conn, order), read_decisions(conn, order)
        zone = ZoneInfo(load_policy(POLICY).calendars.business_zone)
    if standing is None:
        err.print(*cells(f"nothing is known about {order}: no source has sent it"))
        raise typer.Exit(1)
    for sentence in _standing(standing, zone):
        out.print(*cells(sentence))
    shown = table("when", "step", "what", "why")
    for line in lines:
        shown.add_row(*cells(minute(line.at, zone), line.node, line.event, line.why))
    out.print(shown if lines else "no decision was ever needed")


def _standing(standing: Standing, zone: ZoneInfo) -> Iterator[str]:
    """Where the order waits and until when that is nothing to alert anybody to, or why nobody watches it."""
    if standing.missing_since is not None:
        yield f"a complete list of its source has not named it since {minute(standing.missing_since, zone)}"
    for waiting in standing.waiting:
        since = f"waits in {waiting.node} since {minute(waiting.entered_at, zone)}"
        match waiting.verdict:
            case None if waiting.expected_until is not None:
                yield f"{since}; that is normal until {minute(waiting.expected_until, zone)}"
            case None:
                yield f"{since}; late from {minute(waiting.alert_at, zone)} on"
            case verdict:
                yield f"{since}; late since {minute(waiting.alert_at, zone)}, judged: {verdict}"
    if not standing.waiting:
        reason = standing.status if standing.status != "open" else f"payment: {standing.payment}"
        yield f"not watched now ({reason}): it waits for nothing that we could be late with"
