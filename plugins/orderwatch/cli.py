"""The command line of Orderwatch, for the people who run it."""

from __future__ import annotations

import typer

from orderwatch.commands import (
    backtest,
    db,
    demo,
    effects,
    history,
    incidents,
    lint,
    pauses,
    playbooks,
    quarantine,
    replay,
    report,
    rules,
    silences,
    thresholds,
    why,
)

app = typer.Typer(no_args_is_help=True, help="Emergency response for abnormal orders, on Apache Airflow.")
app.command()(lint.lint)
app.command()(backtest.backtest)
app.command()(replay.replay)
app.command()(history.history)
app.command()(why.why)
app.command()(report.report)
app.add_typer(demo.app, name="demo")
app.add_typer(db.app, name="db")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(playbooks.app, name="playbooks")
app.add_typer(effects.app, name="effects")
app.add_typer(incidents.app, name="incidents")
app.add_typer(pauses.app, name="pauses")
app.add_typer(silences.app, name="silences")
app.add_typer(thresholds.app, name="thresholds")
app.add_typer(rules.app, name="rules")
