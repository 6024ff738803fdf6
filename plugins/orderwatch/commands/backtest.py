"""``orderwatch backtest``: what a clock would have done with a recorded history, before anybody is woken by it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.box import SIMPLE_HEAD

from orderwatch.commands.console import cells, complain, database_errors_in_words, err, give_up, out, table
from orderwatch.paths import POLICY

if TYPE_CHECKING:
    from orderwatch.local.backtest import Outcome

OF_TIME: Final = ("fixed:48h", "formula:1.8")
OF_PROMISE: Final = ("countdown:24h", "countdown:48h", "slack:0.80", "balanced", "early", "precise", "nothing_missed")
HEADINGS: Final = {
    "fa": "fa", "fae": "fae", "rec24": "rec24", "rec48": "rec48", "rec72": "rec72", "recall": "recall",
    "lead_median_h": "lead h", "alerts_per_1000": "/1000", "n": "n",
}  # fmt: skip


def backtest(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Parquet or CSV, see docs/histories.md.")],
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME[:PARAM], again for more: fixed:48h, formula:1.8, countdown:48h, slack:0.80, risk:0.80, "
            "risk:0.88@24h (looks once), risk:0.80+24h (last call), or a mode: balanced, early, precise, "
            "nothing_missed; champion is the clock in force (needs --db). By default all kinds that fit the truth."
        ),
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="The first month judged.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="The last month judged.")] = None,
    truth: Annotated[
        str, typer.Option(metavar="promise|stage:HOURS", help="What is late: a broken promise, or time in a step.")
    ] = "promise",
    figures: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    url: Annotated[
        str | None, typer.Option("--db", envvar="ORDERWATCH_DB_URL", help="Orderwatch's tables, for champion only.")
    ] = None,
    alerts: Annotated[Path | None, typer.Option(help="Write one row per alert here (parquet).")] = None,
) -> None:
    """Judge clocks of lateness by a recorded history, month by month, each by what could be seen before it."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from orderwatch.core.models.model import ModelError
    from orderwatch.core.policy import PolicyError, load_policy
    from orderwatch.core.policy.histories import load_histories
    from orderwatch.local.backtest import backtest as run
    from orderwatch.local.backtest import truth_of, write
    from orderwatch.local.history_file import HistoryError

    try:
        _check_months(first, last)
        late = truth_of(truth)
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err, transient=True
        ) as bar:
            task = bar.add_task(f"reading {file.name}")
            span, files = (first, last), (load_policy(POLICY), load_histories(POLICY))
            names = model or (OF_TIME + OF_PROMISE if late.by_promise else OF_TIME)
            names = [_champion(url) if name == "champion" else name for name in names]
            outcome = run(
                file, names, late, *files, span, lambda name, month: bar.update(task, description=f"{name} {month}")
            )
        write(outcome, file.name, figures, alerts)
    except (HistoryError, ModelError, PolicyError, OSError, ValueError) as error:
        give_up(error)
    _show(outcome, file)
    for name, why in outcome.failed.items():
        complain(f"{name}: {why}")
    if not outcome.courses:
        raise typer.Exit(2)


def _champion(url: str | None) -> str:
    """The name of the clock in force, which then learns month by month as all others do. Raises ValueError."""
    from orderwatch.store.database import connect, run

    if not url:
        raise ValueError("champion is the clock in force: say where the tables are, --db postgresql://…")
    with database_errors_in_words(), connect(url).connect() as conn:
        active = run(conn, "thresholds/read_active").one_or_none()
    if active is None:
        raise ValueError("no version is in force yet, so there is no champion")
    return str(active.model)


def _check_months(first: str | None, last: str | None) -> None:
    import pandas as pd

    for option, month in (("--from", first), ("--to", last)):
        if month is not None and (len(month) != len("YYYY-MM") or pd.isna(pd.to_datetime(month, errors="coerce"))):
            raise ValueError(f"{option} {month}: expected a month, such as 2017-04")


def _show(outcome: Outcome, file: Path) -> None:
    first, last = outcome.months[0].name, outcome.months[-1].name
    shown = table("model", *HEADINGS.values(), title=f"{file.name}, {first} to {last}")
    shown.box, shown.padding, shown.pad_edge, shown.show_edge = SIMPLE_HEAD, (0, 1, 0, 0), False, False
    for column in shown.columns:
        column.no_wrap = True
    for course in outcome.courses:
        shown.add_row(*cells(course.model, *(_say(course.pooled[name]) for name in HEADINGS)))
    if outcome.courses:
        out.print(shown)
    left_out = {**outcome.history.left_out, "outcome unknown": outcome.unknown}
    err.print(f"{outcome.truth}; left out: " + ", ".join(f"{count} {why}" for why, count in left_out.items()))
    for course in outcome.courses:
        if course.unlearned:
            months, why = list(course.unlearned), next(iter(course.unlearned.values()))
            err.print(f"{course.model} judged nothing in {months[0]} … {months[-1]} ({len(months)} months): {why}")


def _say(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
