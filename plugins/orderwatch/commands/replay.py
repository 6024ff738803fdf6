"""``orderwatch replay``: what other rules would have meant, before they are enabled."""

from __future__ import annotations

import logging
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import typer

from orderwatch.commands.console import cells, err, give_up, minute, out, table
from orderwatch.paths import POLICY

if TYPE_CHECKING:
    from orderwatch.local.replay.replay import Replayed

SHOWN: Final = 40
LINES: Final = {
    "incidents": "incidents",
    "orders_alerted": "orders alerted",
    "false_alarms": "… of them fine in the end",
    "late": "orders that broke",
    "in_time": "… told before they did",
    "lead_median_h": "… so many hours before (median)",
    "missed": "… never told",
    "exempt": "silent: waiting was normal",
    "invalid": "silent: no valid order",
    "responses": "playbook runs",
    "letters": "letters to customers",
    "work_orders": "work orders",
    "warehouse_commands": "commands to the warehouse",
    "messages": "messages to people",
}  # fmt: skip


def replay(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Parquet or CSV, see docs/histories.md.")],
    rules: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Compare with these: a folder whose policy/*.yaml and playbooks/*.yaml replace those in force.",
        ),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day, or month; by default the last month.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day, or month.")] = None,
    every: Annotated[str, typer.Option(help="How often a scan runs; longer is quicker and finds later.")] = "15m",
    truth: Annotated[
        str, typer.Option(metavar="promise|stage:HOURS", help="What is late: a broken promise, or time in a step.")
    ] = "promise",
    answers: Annotated[
        Literal["yes", "none"], typer.Option(help="What those say who are asked: yes at once, or nobody answers.")
    ] = "yes",
    figures: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    orders: Annotated[Path | None, typer.Option(help="Write the orders treated differently here (parquet).")] = None,
) -> None:
    """Replay a recorded history through the whole pipeline, under the rules in force and under others.

    Checks, exemptions, thresholds, grading, grouping and playbooks run as they do in production, on a clock of their
    own and a database that is thrown away. Nothing is sent: what would go out is counted.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from orderwatch.core.models.model import ModelError
    from orderwatch.core.policy import PolicyError
    from orderwatch.core.policy.histories import load_histories
    from orderwatch.local.backtest import truth_of
    from orderwatch.local.history_file import HistoryError
    from orderwatch.local.replay import replay as machine
    from orderwatch.local.replay.rules import read_rules

    logging.getLogger("orderwatch").setLevel(logging.ERROR)  # what a scan warns of is not about the replay
    try:
        asked = machine.Asked(
            _day("--from", first, last=False), _day("--to", last, last=True), _scans(every), truth_of(truth), answers
        )
        sets = [read_rules("in force"), *([read_rules(rules.name, rules)] if rules else [])]
        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=err, transient=True,
        ) as bar:  # fmt: skip
            tasks = {one.name: bar.add_task(f"rules {one.name}", total=None) for one in sets}
            replayed = machine.replay(
                file,
                sets,
                load_histories(POLICY),
                asked,
                lambda name, done, all_of: bar.update(tasks[name], completed=done, total=all_of),
            )
        machine.write(replayed, file.name, figures, orders)
    except (HistoryError, ModelError, PolicyError, OSError, ValueError) as error:
        give_up(error)
    _show(replayed, file)


def _day(option: str, text: str | None, *, last: bool) -> date | None:
    """A day, or the first or last one of a month. Raises ValueError."""
    if text is None:
        return None
    month = len(text) == len("YYYY-MM")
    try:
        day = date.fromisoformat(f"{text}-01" if month else text)
    except ValueError as error:
        raise ValueError(f"{option} {text}: expected a day or a month, such as 2017-06-01 or 2017-06") from error
    return day.replace(day=monthrange(day.year, day.month)[1]) if month and last else day


def _scans(every: str) -> timedelta:
    from orderwatch.core.durations import parse_duration

    span = parse_duration(every)
    if not timedelta(minutes=1) <= span <= timedelta(days=1):
        raise ValueError(f"--every {every}: a scan runs at most once a minute and at least once a day")
    return span


def _show(replayed: Replayed, file: Path) -> None:
    from orderwatch.core.playbook.texts import money

    names = [course.rules.name for course in replayed.courses]
    shown = table("", *names, title=f"{file.name}, {replayed.first} to {replayed.last}")
    for name, words in LINES.items():
        shown.add_row(*cells(words, *(_say(one[name]) for one in replayed.figures)))
        if name == "incidents":
            for level in sorted({level for one in replayed.figures for level in one["by_level"]}):
                shown.add_row(*cells(f"… level {level}", *(one["by_level"].get(level, 0) for one in replayed.figures)))
    for currency in sorted({currency for one in replayed.figures for currency in one["vouchers_minor"]}):
        amounts = (money(one["vouchers_minor"].get(currency, 0), currency) for one in replayed.figures)
        shown.add_row(*cells("vouchers", *amounts))
    out.print(shown)
    for course in replayed.courses:
        for at, said in course.versions:
            err.print(f"{course.rules.name}, {minute(at, replayed.zone)}: {said}", markup=False)
        for why, count in course.kept_back.items():
            err.print(f"{course.rules.name}: {count} × {why}", markup=False)
    left_out = {**replayed.history.left_out, "outcome unknown": replayed.unknown}
    err.print(f"{replayed.truth}; left out: " + ", ".join(f"{count} {why}" for why, count in left_out.items()))
    if len(names) > 1:
        _show_differences(replayed)
        out.print(_sentence(names[-1], *replayed.figures), markup=False)


def _show_differences(replayed: Replayed) -> None:
    shown = table("order", "late?", "before", "with these rules")
    for row in replayed.differing.head(SHOWN).reset_index().to_dict("records"):
        late = "?" if row["late"] != row["late"] else "late" if row["late"] else "fine"
        sides = (_say_order(row, side, replayed.zone) for side in ("before", "after"))
        shown.add_row(*cells(row["order_id"], late, *sides))
    if len(replayed.differing):
        out.print(shown)
    err.print(f"{len(replayed.differing)} orders are treated differently, {min(len(replayed.differing), SHOWN)} shown")


def _say_order(row: Mapping[Any, Any], side: str, zone: ZoneInfo) -> str:
    import pandas as pd

    at = row[f"told_at_{side}"]
    parts = []
    if not pd.isna(at):
        level = "" if pd.isna(row[f"level_{side}"]) else f", level {row[f'level_{side}']}"
        kind = "" if pd.isna(row[f"kind_{side}"]) else f" ({row[f'kind_{side}']}{level})"
        told = "late before" if row[f"standing_{side}"] else f"told {at.tz_convert(zone):%m-%d %H:%M}"
        parts.append(f"{told} in {row[f'step_{side}']}{kind}")
    if not pd.isna(row[f"silent_{side}"]):
        parts.append(str(row[f"silent_{side}"]))
    if row[f"vouchers_{side}"] > 0:
        parts.append(f"voucher {row[f'vouchers_{side}'] / 100:.2f}")
    return "; ".join(parts) or "–"


def _sentence(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """``with these rules: 212 incidents instead of 391, 3 missed instead of 1, ¥4,120.00 instead of …``"""
    from orderwatch.core.playbook.texts import money

    currencies = sorted({*before["vouchers_minor"], *after["vouchers_minor"]})
    spent = [
        f"{money(after['vouchers_minor'].get(one, 0), one)} instead of "
        f"{money(before['vouchers_minor'].get(one, 0), one)} in vouchers"
        for one in currencies
    ]
    counts = [
        f"{after['incidents']} incidents instead of {before['incidents']}",
        f"{after['missed']} missed instead of {before['missed']}",
        f"{after['false_alarms']} false alarms instead of {before['false_alarms']}",
    ]
    return f"with the rules of {name}: {', '.join([*counts, *spent])}"


def _say(value: float | None) -> str:
    return "–" if value is None else f"{value:,}"
