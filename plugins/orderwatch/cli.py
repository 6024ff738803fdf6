"""The command line of Orderwatch, for the people who run it."""

from __future__ import annotations

import getpass
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from orderwatch.commands import effects, incidents, pauses, plan, silences
from orderwatch.paths import HOME, PLAYBOOKS, POLICY

if TYPE_CHECKING:
    from orderwatch.core.playbook.load import Loaded
    from orderwatch.store.findings import Standing

app = typer.Typer(no_args_is_help=True, help="Emergency response for abnormal orders, on Apache Airflow.")
demo = typer.Typer(no_args_is_help=True, help="The whole system on this machine, with a small company to watch.")
db = typer.Typer(no_args_is_help=True, help="Orderwatch's own tables.")
quarantine = typer.Typer(no_args_is_help=True, help="Records that were refused, and why.")
playbooks = typer.Typer(no_args_is_help=True, help="What is done about each kind of incident.")
app.add_typer(demo, name="demo")
app.add_typer(db, name="db")
app.add_typer(quarantine, name="quarantine")
app.add_typer(playbooks, name="playbooks")
app.add_typer(effects.app, name="effects")
app.add_typer(incidents.app, name="incidents")
app.add_typer(pauses.app, name="pauses")
app.add_typer(silences.app, name="silences")
playbooks.command("plan")(plan.plan)

Seed = Annotated[int, typer.Option(envvar="DEMO_SEED", help="Another seed is another company.")]
Orders = Annotated[int, typer.Option(envvar="DEMO_ORDERS", min=400, help="Open orders of the company.")]
Url = Annotated[str, typer.Option("--db", envvar="ORDERWATCH_DB_URL", help="postgresql:// URL of Orderwatch's tables.")]
Replay = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Serve this order history (parquet or CSV) instead.")
]
At = Annotated[str | None, typer.Option(help="The instant at which the replay begins: 2017-11-20T12:00.")]
Files = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Instead of all that are shipped.")]
STATE = HOME / ".state"
out = Console()
err = Console(stderr=True)


@demo.command()
def up(seed: Seed = 7, orders: Orders = 2000, replay: Replay = None, at: At = None) -> None:
    """Start PostgreSQL, the company and Airflow, run the first scan, and stay until Ctrl-C."""
    from orderwatch.local.demo import Demo

    one = Demo(STATE / "demo", seed, orders, replay, _instant_for(replay, at))
    _stop_on_signals()
    try:
        one.up()
        _show(one)
        one.watch()
    except KeyboardInterrupt:
        err.print("\nstopping …")
    except Exception as error:
        _complain(str(error) or repr(error))
        raise typer.Exit(1) from error
    finally:
        if one.down():
            err.print("everything is stopped")


@demo.command()
def check(
    seed: Seed = 7,
    orders: Orders = 2000,
    replay: Replay = None,
    at: At = None,
    important: Annotated[int, typer.Option(min=0, help="So many late orders of VIP customers on top.")] = 0,
) -> None:
    """The same from nothing, one scan, then stop; the last line is the result as JSON, exit 0 only if exact."""
    from orderwatch.local.demo import Demo
    from orderwatch.local.verdict import compare, describe

    one = Demo(STATE / "check", seed, orders, replay, _instant_for(replay, at), important)
    _stop_on_signals()
    try:
        one.up(afresh=True)
        reality = one.reality()
        differences: list[str] = []
        if replay:
            result = describe(reality)
        else:
            result, differences = compare(one.company_get("control", "/_truth"), reality)
            result |= one.answered()
            if result["acts_unsettled"]:
                differences.append(f"{result['acts_unsettled']} acts of playbooks are not settled")
            _show(one)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except Exception as error:
        _complain(str(error) or repr(error))
        raise typer.Exit(1) from error
    finally:
        one.down()
    for difference in differences:
        _complain(difference)
    print(json.dumps(result))
    raise typer.Exit(1 if differences else 0)


@demo.command()
def advance(duration: Annotated[str, typer.Argument(help="How far, with its unit: 90m, 6h, 2d.")]) -> None:
    """Move the running demonstration forward in time; the next scan sees what has happened meanwhile."""
    from orderwatch.core.durations import parse_duration
    from orderwatch.local.demo import advance as move

    try:
        err.print(f"it is now {move(STATE / 'demo', parse_duration(duration)).isoformat()}")
    except (ValueError, OSError) as error:
        _complain(str(error) or repr(error))
        raise typer.Exit(2) from error


@db.command()
def migrate(url: Url) -> None:
    """Create Orderwatch's tables, or bring them to this version."""
    from orderwatch.store.migrate import migrate as run

    with _database_errors_in_words():
        run(url)
    err.print("the tables are up to date")


@app.command()
def lint() -> None:
    """Check every policy file: a mistake is named with its file, line and field."""
    from orderwatch.core.policy import PolicyError, load_policy
    from orderwatch.hooks.sources.config import load_source
    from orderwatch.hooks.sources.errors import ConfigError
    from orderwatch.validation.suite import load_suite

    try:
        version = load_policy(POLICY).version
        sources = [load_source(file).source for file in sorted((POLICY / "sources").glob("*.yaml"))]
        suites = [load_suite(file).feed for file in sorted((POLICY / "suites").glob("*.yaml"))]
    except (PolicyError, ConfigError) as error:
        _complain(str(error) or repr(error))
        raise typer.Exit(2) from error
    err.print(f"policy {version}; sources: {', '.join(sources)}; suites: {', '.join(suites)}")


@app.command()
def why(order: str, url: Url) -> None:
    """Where an order stands, and every decision ever taken on it: also why nobody was alerted."""
    from orderwatch.core.policy import load_policy
    from orderwatch.store.database import connect
    from orderwatch.store.findings import read_decisions, read_standing

    with _database_errors_in_words(), connect(url).connect() as conn:
        standing, lines = read_standing(conn, order), read_decisions(conn, order)
    if standing is None:
        err.print(Text(f"nothing is known about {order}: no source has sent it"))
        raise typer.Exit(1)
    zone = ZoneInfo(load_policy(POLICY).calendars.business_zone)
    for sentence in _say_standing(standing, zone):
        out.print(Text(sentence))
    table = _table("when", "step", "what", "why")
    for line in lines:
        table.add_row(_minute(line.at, zone), line.node, line.event, Text(line.why))
    out.print(table if lines else "no decision was ever needed")


@quarantine.command("list")
def list_quarantine(url: Url) -> None:
    """Records that wait for a person: which source sent what, and what is wrong with it."""
    from orderwatch.store.database import connect
    from orderwatch.store.quarantine import read_waiting

    with _database_errors_in_words(), connect(url).connect() as conn:
        rows = read_waiting(conn)
    table = _table("no", "source", "feed", "record", "reason", "what is wrong", "asked again")
    for row in rows:
        cells = (row.source, row.feed, row.record_id or "", row.reason, f"{row.message['zh-CN']} {row.detail}")
        asked = "at the next scan" if row.replay_asked_at else ""
        table.add_row(str(row.quarantine_id), *(Text(cell) for cell in cells), asked)  # foreign text is no markup
    out.print(table)


@quarantine.command()
def replay(
    url: Url,
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers from the list.")] = None,
    feed: Annotated[str | None, typer.Option(help="Everything refused of this feed: orders, shipments …")] = None,
) -> None:
    """Let the next scan validate records once more, after a suite or a source file has been corrected."""
    from orderwatch.store.database import connect
    from orderwatch.store.quarantine import ask_again

    if not numbers and not feed:
        raise typer.BadParameter("say which: numbers from the list, or --feed")
    with _database_errors_in_words(), connect(url).begin() as conn:
        asked = ask_again(conn, numbers or (), feed)
    err.print(f"{asked} record(s) will be validated again by the next scan")
    raise typer.Exit(0 if asked else 1)


@quarantine.command()
def discard(url: Url, numbers: Annotated[list[int], typer.Argument(help="Numbers from the list.")]) -> None:
    """Give records up for good; your name stays beside them."""
    from orderwatch.store.database import connect
    from orderwatch.store.quarantine import discard as give_up

    with _database_errors_in_words(), connect(url).begin() as conn:
        gone = give_up(conn, numbers, getpass.getuser())
    err.print(f"{gone} record(s) discarded")
    raise typer.Exit(0 if gone else 1)


@playbooks.command("lint")
def lint_playbooks(files: Files = None) -> None:
    """Check playbooks: every mistake on a line of its own with file, line, field and reason."""
    err.print(f"playbooks: {', '.join(one.id for one in _load_playbooks(files))}")


@playbooks.command("test")
def test_playbooks(files: Files = None) -> None:
    """Run the tests inside playbooks, and say what each of them found."""
    from orderwatch.core.playbook.decide import run_test

    results = [
        (one.id, test.name, run_test(one, test)) for one in _load_playbooks(files) for test in one.playbook.tests
    ]
    table = _table("playbook", "test", "result")
    for name, test, wrong in results:
        table.add_row(name, Text(test), Text("; ".join(wrong), style="red") if wrong else "ok")
    out.print(table)
    failed = sum(bool(wrong) for _, _, wrong in results)
    err.print(f"{len(results)} tests, {failed} failed")
    raise typer.Exit(1 if failed else 0)


@playbooks.command()
def schema() -> None:
    """Print the JSON Schema of a playbook file, by which editors complete and check it."""
    from orderwatch.core.playbook.reference import json_schema

    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@playbooks.command()
def actions() -> None:
    """Print the table of all actions: what each needs, changes outside, and how it is taken back."""
    from orderwatch.core.playbook.reference import actions_table

    print(actions_table(), end="")


def _load_playbooks(files: list[Path] | None) -> list[Loaded]:
    """Playbooks without a mistake; otherwise every mistake is told, and exit 2."""
    from orderwatch.core.playbook.load import load_files, load_folder, problems_together
    from orderwatch.core.policy.loader import PolicyError, load_file
    from orderwatch.core.policy.roles import RolesFile

    try:
        roles = load_file(POLICY / "roles.yaml", RolesFile).root
        good, bad = load_files(files, roles) if files else load_folder(PLAYBOOKS, roles)
        problems = [problem for error in bad.values() for problem in error.problems]
        if problems := problems or problems_together(good.values()):
            raise PolicyError(problems)
    except PolicyError as error:
        for problem in error.problems:
            err.print(Text(str(problem)), soft_wrap=True)  # one mistake, one line, for editors and grep
        raise typer.Exit(2) from error
    return list(good.values())


def _say_standing(standing: Standing, zone: ZoneInfo) -> Iterator[str]:
    """Where the order waits and until when that is nothing to alert anybody to, or why nobody watches it."""
    if standing.missing_since is not None:
        yield f"a complete list of its source has not named it since {_minute(standing.missing_since, zone)}"
    for waiting in standing.waiting:
        since = f"waits in {waiting.node} since {_minute(waiting.entered_at, zone)}"
        match waiting.verdict:
            case None if waiting.expected_until is not None:
                yield f"{since}; that is normal until {_minute(waiting.expected_until, zone)}"
            case None:
                yield f"{since}; late from {_minute(waiting.alert_at, zone)} on"
            case verdict:
                yield f"{since}; late since {_minute(waiting.alert_at, zone)}, judged: {verdict}"
    if not standing.waiting:
        why = standing.status if standing.status != "open" else f"payment: {standing.payment}"
        yield f"not watched now ({why}): it waits for nothing that we could be late with"


def _minute(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _table(*columns: str, title: str | None = None) -> Table:
    """A table that wraps long cells instead of cutting them: an order number must be readable whole."""
    return Table(*(Column(name, overflow="fold") for name in columns), title=title)


def _show(one: Any) -> None:
    """What was found, where to look, and who may log in."""
    table = _table("level", "what", "step", "order", "why", title="abnormal orders 异常订单")
    for found in one.found():
        table.add_row(str(found.level), found.kind, found.node, found.order_id, found.explanation["zh-CN"])
    err.print(table)
    err.print(f"Airflow: {one.api.base_url}   state: {Path(os.path.relpath(one.folder))}")
    for user, password in one.logins.items():
        err.print(f"  {user:<11} {password}")


def _instant_for(replay: Path | None, at: str | None) -> str | None:
    if (replay is None) != (at is None):
        raise typer.BadParameter("--replay FILE and --at INSTANT belong together")
    return at


@contextmanager
def _database_errors_in_words() -> Iterator[None]:
    """One line instead of a traceback, and exit 2, when the database cannot be used."""
    from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

    try:
        yield
    except (ArgumentError, ValueError) as error:
        _complain(str(error) or repr(error))
        raise typer.Exit(2) from error
    except OperationalError as error:
        _complain(f"the database cannot be reached: {str(error.orig).splitlines()[0]}")
        raise typer.Exit(2) from error
    except ProgrammingError as error:
        _complain(f"{str(error.orig).splitlines()[0]}; are the tables there? Run: orderwatch db migrate")
        raise typer.Exit(2) from error


def _complain(what: object) -> None:
    err.print("[red]✗[/]", Text(str(what)))


def _stop_on_signals() -> None:
    """SIGTERM and a closed terminal end the demonstration as Ctrl-C does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
