"""The command line of the small company."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from demo.company import HISTORY, MINIMUM_ORDERS, Company, make_company
from demo.instants import ZONE, epoch

app = typer.Typer(
    help="A small company to try Orderwatch on: ERP, warehouse, CRM, WeCom, work orders, vouchers, website and mail."
    "\n\n"
    "Everything runs in this one process, in memory, on ports of 127.0.0.1, with made-up people and orders. "
    "STATE_DIR/company.json says where each service listens and how to sign in.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
FIRST_MORNING = "2026-10-08T10:07:00+08:00"  # the first working morning after the National Day closure

Folder = Annotated[Path, typer.Option("--dir", help="Folder for company.json; created if missing.")]
Users = Annotated[str, typer.Option(help="WeCom users that exist, separated by commas. Default: any plausible id.")]


@app.command()
def serve(
    folder: Folder,
    seed: Annotated[int, typer.Option(help="Same seed, same company.")] = 7,
    orders: Annotated[
        int,
        typer.Option(help=f"Open orders at the start, at least {MINIMUM_ORDERS}: fewer do not hold what is planted."),
    ] = 2000,
    now: Annotated[
        str, typer.Option(help="Where the company's clock starts; without an offset it is Shanghai time.")
    ] = FIRST_MORNING,
    users: Users = "",
    important: Annotated[int, typer.Option(min=0, help="So many late orders of VIP customers on top.")] = 0,
    history: Annotated[int, typer.Option(hidden=True, min=100)] = HISTORY,
) -> None:
    """Run the company until Ctrl-C.

    Months of finished orders, today's open ones and three days of new ones. Late orders, normal waiting and
    broken records are planted among them; the control service's /_truth lists them as of the company's clock.

    Services: erp, wms, crm, wecom, tickets, vouchers, website, smtp, and control. What the ones that can be acted on
    have received stands at their /_received, mail at control's /_mails; control's /_faults makes each of them fail.
    """
    if orders < MINIMUM_ORDERS:
        raise typer.BadParameter(
            f"{orders} is too few: what is planted needs at least {MINIMUM_ORDERS} open orders.",
            param_hint="--orders",
        )
    start = _instant(now, "--now", ZONE)
    _run(make_company(seed=seed, orders=orders, now=start, history=history, important=important), folder, users)


@app.command()
def replay(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Parquet or CSV, one row per order and node.")
    ],
    at: Annotated[str, typer.Option(help="Where the clock starts; without an offset it is local time of --zone.")],
    folder: Folder,
    zone: Annotated[str, typer.Option(help="Zone of the file's naive times.")] = "America/Sao_Paulo",
    currency: Annotated[str, typer.Option(help="Currency of order_value.")] = "BRL",
    users: Users = "",
) -> None:
    """Serve a recorded order history through the same systems, on a clock that starts at --at.

    Columns: order_id, stage, entered_at, left_at, category, origin_region, dest_region, channel,
    customer_segment, order_value, promised_at. Stages: review (or approval), print, pick, outbound
    (or handover), transport. Times shown by the services are Shanghai time, as always.
    """
    from demo.replay import load  # pandas takes a second that `serve` does not need

    try:
        local = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise typer.BadParameter(f"unknown zone {zone!r}", param_hint="--zone") from None
    start = _instant(at, "--at", local)
    try:
        company, skipped = load(file, start, local, currency)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="FILE") from None
    for stage, count in skipped.items():
        typer.echo(f"skipped {count} orders with the unknown stage {stage!r}", err=True)
    _run(company, folder, users)


@app.command()
def answer(folder: Folder) -> None:
    """The customers of the running company answer the surveys that have reached them by mail or telephone.

    Most do, the same whenever they are asked; what was answered before is refused, and said so.
    """
    from demo.customers import answer_all

    done = answer_all(json.loads((folder / "company.json").read_text(encoding="utf-8")))
    typer.echo(", ".join(f"{count} {what}" for what, count in sorted(done.items())) or "nobody was asked", err=True)


def _instant(text: str, option: str, zone: ZoneInfo) -> int:
    try:
        return epoch(text, zone)
    except ValueError:
        raise typer.BadParameter(f"not an ISO time: {text!r}", param_hint=option) from None


def _run(company: Company, folder: Path, users: str) -> None:
    from demo.serving import run

    known = frozenset(user.strip() for user in users.split(",") if user.strip())
    opened = int(company.book.is_open(company.start).sum())

    def ready(path: Path) -> None:
        typer.echo(f"{opened} open orders of {len(company.book)}; addresses and credentials: {path}")

    asyncio.run(run(company, folder, known, ready))
