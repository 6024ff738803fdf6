"""``orderwatch demo``: the whole system on this machine, started, checked and moved in time."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orderwatch.commands.console import cells, complain, err, give_up, policy_now, table
from orderwatch.paths import HOME

if TYPE_CHECKING:
    from orderwatch.local.demo import Demo

app = typer.Typer(no_args_is_help=True, help="The whole system on this machine, with a small company to watch.")
Seed = Annotated[int, typer.Option(envvar="DEMO_SEED", help="Another seed is another company.")]
Orders = Annotated[int, typer.Option(envvar="DEMO_ORDERS", min=400, help="Open orders of the company.")]
Replay = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Serve this order history (parquet or CSV) instead.")
]
At = Annotated[str | None, typer.Option(help="The instant at which the replay begins: 2017-11-20T12:00.")]
STATE = HOME / ".state"


@app.command()
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
        give_up(error, 1)
    finally:
        if one.down():
            err.print("everything is stopped")


@app.command()
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
        give_up(error, 1)
    finally:
        one.down()
    for difference in differences:
        complain(difference)
    print(json.dumps(result))
    raise typer.Exit(1 if differences else 0)


@app.command()
def advance(duration: Annotated[str, typer.Argument(help="How far, with its unit: 90m, 6h, 2d.")]) -> None:
    """Move the running demonstration forward in time; the next scan sees what has happened meanwhile."""
    from orderwatch.core.durations import parse_duration
    from orderwatch.local.demo import advance as move

    try:
        err.print(f"it is now {move(STATE / 'demo', parse_duration(duration)).isoformat()}")
    except (ValueError, OSError) as error:
        give_up(error)


@app.command()
def answer() -> None:
    """The customers of the running demonstration answer the surveys that have reached them."""
    import subprocess
    import sys

    folder = STATE / "demo" / "company"
    if not (folder / "company.json").exists():
        give_up(OSError("no demonstration is running; start one with: make demo"))
    command = [sys.executable, "-m", "demo", "answer", "--dir", str(folder)]
    done = subprocess.run(command, cwd=HOME, check=False)  # noqa: S603  # our own command
    raise typer.Exit(done.returncode)


def _instant_for(replay: Path | None, at: str | None) -> str | None:
    if (replay is None) != (at is None):
        raise typer.BadParameter("--replay FILE and --at INSTANT belong together")
    return at


def _stop_on_signals() -> None:
    """SIGTERM and a closed terminal end the demonstration as Ctrl-C does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def _show(one: Demo) -> None:
    """What was found, where to look, and who may log in."""
    shown = table("level", "what", "step", "order", "why", title="abnormal orders 异常订单")
    for found in one.found():
        shown.add_row(*cells(found.level, found.kind, found.node, found.order_id, found.explanation["zh-CN"]))
    err.print(shown)
    err.print(f"Airflow: {one.api.base_url}   state: {Path(os.path.relpath(one.folder))}")
    roles = policy_now().roles
    for user, password in one.logins.items():
        titles = [role.title.say("zh-CN") for role in roles.root.values() if any(p.login == user for p in role.people)]
        err.print(f"  {user:<11} {password}  {' '.join(titles)}")
