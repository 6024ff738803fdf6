"""``orderwatch thresholds``: the versions that said what is late, what they say, and bringing one back."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from orderwatch.commands.console import Login, Url, cells, database_errors_in_words, err, minute, out, policy_now, table

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(no_args_is_help=True, help="Threshold versions: what they say, compared, and brought back.")
Version = Annotated[int, typer.Argument(help="The number of a version.")]
SHOWN = 40


@app.command("list")
def list_versions(url: Url) -> None:
    """Every version, the latest first: its clock, what it learned from, what became of it and why."""
    from orderwatch.store.database import connect, run

    zone = ZoneInfo(policy_now().calendars.business_zone)
    shown = table("version", "clock", "learned", "passages", "state", "by", "why")
    with database_errors_in_words(), connect(url).connect() as conn:
        for row in run(conn, "thresholds/read_version", version=None):
            state = "in force" if row.active else {"in_force": "was in force"}.get(row.decision, row.decision or "free")
            shown.add_row(
                *cells(
                    row.version, row.model, minute(row.learned_at, zone), row.stages, state, row.decided_by, row.reason
                )
            )
    out.print(shown)


@app.command()
def show(url: Url, version: Version) -> None:
    """What a version learned from, and how good each candidate clock was."""
    from orderwatch.pipeline.approve import read_version
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).connect() as conn:
        row = read_version(conn, version)
    report = row.report
    out.print(f"version {row.version}: {row.model}, {row.window_from:%Y-%m-%d} to {row.window_to:%Y-%m-%d}")
    out.print(f"why: {report.get('reason', '–')}")
    for name, count in report.get("counts", {}).items():
        out.print(f"  {name}: {count}")
    if report.get("candidates"):
        figures = ("mode", "model", "window", "fa", "fa_bound", "rec24", "rec48", "rec72", "alerts_per_1000", "alerted")
        shown = table(*figures)
        for one in report["candidates"]:
            shown.add_row(*cells(*(one.get(name) for name in figures)))
        out.print(shown)
    for name, why in report.get("refused", {}).items():
        err.print(f"{name}: {why}")


@app.command()
def compare(url: Url, old: Version, new: Version) -> None:
    """Limits of two versions side by side, whole steps first, then the cells that differ most."""
    from orderwatch.core.durations import say_duration
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).connect() as conn:
        before, after = _limits(conn, old), _limits(conn, new)

    def say(row: Any) -> str:
        return "–" if row is None else say_duration(timedelta(seconds=row.threshold_s), "en")

    def change(key: tuple[str, ...]) -> float:
        one, two = before.get(key), after.get(key)
        return math.inf if one is None or two is None else two.threshold_s / max(one.threshold_s, 1) - 1

    def say_change(key: tuple[str, ...]) -> str:
        return "new" if key not in before else "gone" if key not in after else f"{change(key):+.0%}"

    cell_keys = sorted(
        (key for key in before.keys() | after.keys() if len(key) > 1),
        key=lambda key: (math.isinf(change(key)), -abs(change(key))),
    )
    differing = [key for key in cell_keys if change(key)]
    shown = table("step and cell", f"version {old}", f"version {new}", "change")
    for key in [*sorted(key for key in before.keys() | after.keys() if len(key) == 1), *differing[:SHOWN]]:
        shown.add_row(*cells(" / ".join(key), say(before.get(key)), say(after.get(key)), say_change(key)))
    out.print(shown)
    err.print(f"{len(differing)} of {len(cell_keys)} cells differ, {min(len(differing), SHOWN)} are shown")


@app.command()
def drift(
    url: Url, of_run: Annotated[str | None, typer.Option("--run", help="The run that checked; else the latest.")] = None
) -> None:
    """What the weekly check has found: realised false alarms and misses, step by step, and what is counted as such."""
    from orderwatch.core.drift import DEFINITIONS, SHOWN_COUNTS
    from orderwatch.pipeline.drift import read_results, step_of
    from orderwatch.store.database import connect

    zone = ZoneInfo(policy_now().calendars.business_zone)
    with database_errors_in_words(), connect(url).connect() as conn:
        rows = read_results(conn, of_run)
        if not rows:
            raise LookupError("nothing has been checked yet" if of_run is None else f"no run {of_run} has checked")
    whole = rows[0]
    window = f"{minute(whole.window_from, zone)} to {minute(whole.window_to, zone)}" if whole.window_from else "–"
    out.print(f"checked {minute(whole.checked_at, zone)}: version {whole.version or '–'}, promises due {window}")
    out.print("  ".join(f"{name}: {getattr(whole, name)}" for name in ("exempt", "invalid", "cancelled", "unknown")))
    shown = table("step", *(name.replace("_", " ") for name in SHOWN_COUNTS), "verdict", "why")
    for row in rows:
        counts = (getattr(row, name) for name in SHOWN_COUNTS)
        shown.add_row(*cells(step_of(row.node), *counts, row.verdict.replace("_", " "), row.reason))
    out.print(shown)
    for name, meaning in DEFINITIONS.items():
        err.print(f"{name}: {meaning}")


@app.command()
def activate(
    url: Url,
    version: Version,
    because: Annotated[str, typer.Option("--reason", help="Why; it is kept with the version.")],
    login: Login,
) -> None:
    """Put a version in force, also an earlier one again; the alert times of open orders follow."""
    from orderwatch.pipeline.activate import activate as put_in_force
    from orderwatch.pipeline.approve import read_version
    from orderwatch.store.database import business_now, connect

    engine = connect(url)
    with database_errors_in_words():
        if not because.strip():
            raise ValueError("say why: --reason must not be empty")
        with engine.connect() as conn:
            row, now = read_version(conn, version), business_now(conn)
        if row.decision in ("held", "rejected"):
            waits = "waits for a person under Required Actions" if row.decision == "held" else "has been rejected"
            raise ValueError(f"version {version} {waits}, so it cannot be put in force here")
        moved = put_in_force(engine, policy_now(), version, login, because, now)
    err.print(f"version {version} ({row.model}) is in force; the alert times of {moved} open orders moved")


def _limits(conn: Connection, version: int) -> dict[tuple[str, ...], Any]:
    """The limits of a version by step, or by step and cell. Raises LookupError."""
    from orderwatch.core.words import CODES
    from orderwatch.pipeline.approve import read_version
    from orderwatch.store.database import run

    read_version(conn, version)
    rows = run(conn, "thresholds/read_limits", version=version)
    return {
        (CODES[row.node], *([] if row.category is None else [row.category, row.region, row.channel])): row
        for row in rows
    }
