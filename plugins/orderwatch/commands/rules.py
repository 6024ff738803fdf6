"""``orderwatch rules``: what was learned from false alarms, what speaks for it and against it, and deciding on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from orderwatch.commands.console import Login, Url, cells, database_errors_in_words, err, minute, out, policy_now, table

if TYPE_CHECKING:
    from sqlalchemy import Row

app = typer.Typer(no_args_is_help=True, help="Rules learned from false alarms: proposed, tried, decided, ended.")
Number = Annotated[int, typer.Argument(help="The number of a rule.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the rule.")]
Lasting = Annotated[str, typer.Option("--for", help="How long it is active, with its unit: 60d.")]
SHOWN = 40


@app.command("list")
def list_rules(
    url: Url, every: Annotated[bool, typer.Option("--all", help="Also those that were rejected or are over.")] = False
) -> None:
    """Proposals, rules in the shadow and active ones, the latest first, with what speaks for and against each."""
    from orderwatch.store.database import connect
    from orderwatch.store.learned_rules import list_rules as read

    zone = ZoneInfo(policy_now().calendars.business_zone)
    shown = table("rule", "state", "kind", "asks", "false alarms", "would hide", "until")
    with database_errors_in_words(), connect(url).connect() as conn:
        for row in read(conn):
            if every or row.state in {"proposed", "shadow", "active"}:
                false = f"{row.false_alarms} of {row.false_alarms + row.real_alarms}" if row.evidence_at else "–"
                until = minute(row.expires_at, zone) if row.expires_at else ""
                shown.add_row(*cells(row.rule_id, row.state, _kind(row), _asks(row), false, row.real_delays, until))
    out.print(shown)


@app.command()
def show(url: Url, number: Number) -> None:
    """One rule: its evidence, the orders behind it (real delays first), who decided, and what it did in the shadow."""
    from orderwatch.store.database import connect
    from orderwatch.store.learned_rules import read_asked, read_rule

    zone = ZoneInfo(policy_now().calendars.business_zone)
    with database_errors_in_words(), connect(url).connect() as conn:
        row = read_rule(conn, number)
        if row is None:
            raise LookupError(f"there is no rule {number}")
        asked = read_asked(conn, number, SHOWN)
    out.print(*cells(f"rule {number} ({row.state}): {_asks(row)} → {_kind(row)}"), sep="")
    for name, words in _evidence(row).items():
        out.print(*cells(f"  {name}: {words}"), sep="")
    for what, by, why in (
        ("into the shadow", row.shadow_by, row.shadow_reason),
        ("activated", row.active_by, row.active_reason),
        (row.state, row.ended_by, row.ended_reason),
    ):
        if by:
            out.print(*cells(f"  {what} by {by}: {why}"), sep="")
    _show_orders(row.orders)
    if asked:
        shown = table("order", "step", "state", "asked", "decided", "incident", title="held for, when asked")
        for one in asked:
            about = (one.order_id, _step(one.node), one.state, minute(one.asked_at, zone), one.verdict, one.incident_id)
            shown.add_row(*cells(*about))
        out.print(shown)


@app.command()
def propose(
    url: Url,
    window: Annotated[str | None, typer.Option(help="How far back: 90d. By default as learning.yaml says.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be proposed, and keep nothing.")] = False,
) -> None:
    """Look for what false alarms have in common now, as the weekly DAG does."""
    from orderwatch.core.durations import parse_duration
    from orderwatch.pipeline.learn_rules import Asked, in_words, learn_rules
    from orderwatch.store.database import business_now, connect

    engine = connect(url)
    with database_errors_in_words():
        with engine.connect() as conn:
            now = business_now(conn)
        asked = Asked(parse_duration(window) if window else None, dry_run)
        found = learn_rules(engine, policy_now(), f"by hand {now.isoformat()}", "", now, asked)
    shown = table("rule", "kind", "asks", "false alarms", "would hide")
    for one in found["proposed"]:
        shown.add_row(*cells(one["rule"], one["kind"], one["asked"], one["false_alarms"], one["would_hide"]))
    out.print(shown)
    err.print(in_words(found), markup=False)


@app.command()
def shadow(url: Url, number: Number, because: Reason, login: Login) -> None:
    """Take a proposal into the shadow: it is asked and recorded, and decides nothing."""
    from orderwatch.pipeline.people.rules import take_into_shadow

    _decide(url, login, lambda conn, policy, by, now: take_into_shadow(conn, policy, by, number, because))
    err.print(f"rule {number} is in the shadow; a second person can activate it later")


@app.command()
def activate(url: Url, number: Number, because: Reason, login: Login, lasting: Lasting) -> None:
    """Put a rule in force for a time; not by whoever took it into the shadow."""
    from orderwatch.pipeline.people.rules import activate as put_in_force

    _decide(
        url, login, lambda conn, policy, by, now: put_in_force(conn, policy, by, number, now + _time(lasting), because)
    )
    err.print(f"rule {number} counts from the next scan on")


@app.command()
def renew(url: Url, number: Number, because: Reason, login: Login, lasting: Lasting) -> None:
    """Move the end of an active rule, counted from now."""
    from orderwatch.pipeline.people.rules import renew as move_end

    _decide(url, login, lambda conn, policy, by, now: move_end(conn, policy, by, number, now + _time(lasting), because))
    err.print(f"rule {number} stays active")


@app.command()
def reject(url: Url, number: Number, because: Reason, login: Login) -> None:
    """Refuse a proposal, or give up a rule in the shadow; it comes back only with clearly more evidence."""
    from orderwatch.pipeline.people.rules import reject as refuse

    _decide(url, login, lambda conn, policy, by, now: refuse(conn, policy, by, number, because))
    err.print(f"rule {number} is rejected")


@app.command()
def retire(url: Url, number: Number, because: Reason, login: Login) -> None:
    """End an active rule; what it has kept quiet is asked anew by the next scan."""
    from orderwatch.pipeline.people.rules import retire as end

    _decide(url, login, lambda conn, policy, by, now: end(conn, policy, by, number, because))
    err.print(f"rule {number} is retired")


@app.command()
def revise(
    url: Url,
    number: Number,
    because: Reason,
    login: Login,
    facts: Annotated[list[str], typer.Option("--if", help="A fact: entered_by=sales. One to three of them.")],
) -> None:
    """Propose another condition than this rule's: a new rule, judged by what was recorded."""
    from orderwatch.pipeline.people.rules import revise as propose_another

    pairs = [one.split("=", 1) for one in facts]
    made = _decide(url, login, lambda conn, policy, by, now: propose_another(conn, policy, by, number, pairs, because))
    err.print(f"rule {made} is proposed; see: orderwatch rules show {made}")


def _decide(url: str, login: str, what: Any) -> Any:
    from orderwatch.pipeline.people.act import By
    from orderwatch.store.database import business_now, connect

    with database_errors_in_words(), connect(url).begin() as conn:
        return what(conn, policy_now(), By(login), business_now(conn))


def _time(lasting: str) -> timedelta:
    from orderwatch.core.durations import parse_duration

    return parse_duration(lasting)


def _asks(row: Row[Any]) -> str:
    from orderwatch.core.learned.predicate import predicate, say_predicate

    return say_predicate(predicate(row.asked), "en")


def _kind(row: Row[Any]) -> str:
    from orderwatch.core.durations import say_duration

    if row.kind == "check":
        return "a person first"
    return f"normal in {_step(row.node)} for {say_duration(timedelta(seconds=row.expected_s), 'en', largest='h')}"


def _step(node: int) -> str:
    from orderwatch.core.words import CODES

    return CODES[node]


def _evidence(row: Row[Any]) -> dict[str, str]:
    from orderwatch.core.playbook.texts import money

    if row.evidence_at is None:
        return {"evidence": "none"}
    days = (row.evidence_at - row.window_from) / timedelta(days=1)
    return {
        "false alarms": f"{row.false_alarms} of the {row.feedback} that people named in {days:.0f} days",
        "sure": f"with 90 % confidence at least {row.bound:.0%} of such alarms are false",
        "chance": f"{row.chance:.2g} over {row.tried} conditions tried",
        "real delays hidden": str(row.real_delays),
        "not answered yet": str(row.unanswered),
        "incidents less": str(row.incidents),
        "vouchers less": " + ".join(money(minor, currency) for currency, minor in row.paid_minor.items()) or "none",
        "orders without an alarm": f"{row.ordinary} of {row.population}",
        "waits of its kind": str(row.waits) if row.kind == "exemption" else "–",
        "asked in the shadow": f"{row.shadow_asked}, held for {row.shadow_matched}",
    }


def _show_orders(orders: list[dict[str, Any]]) -> None:
    shown = table("order", "step", "incident", "people say", "instead", title="behind it")
    for one in orders[:SHOWN]:
        shown.add_row(*cells(one["order_id"], _step(one["node"]), one["incident_id"], one["said"], one["instead"]))
    if orders:
        out.print(shown)
        err.print(f"{len(orders)} alarms, {min(len(orders), SHOWN)} are shown")
