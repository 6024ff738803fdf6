"""``orderwatch playbooks``: whoever writes a playbook checks it, tries it, and sees what it would do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from orderwatch.commands.console import Url, cells, database_errors_in_words, err, out, table
from orderwatch.paths import PLAYBOOKS, POLICY

if TYPE_CHECKING:
    from orderwatch.core.playbook.load import Loaded

app = typer.Typer(no_args_is_help=True, help="What is done about each kind of incident.")
Files = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Instead of all that are shipped.")]


@app.command()
def plan(
    url: Url,
    incident: Annotated[int, typer.Argument(help="The number of a live incident.")],
    playbook: Annotated[str | None, typer.Option(help="This one instead of the one that answers it.")] = None,
    words: Annotated[bool, typer.Option("--words", help="Also what would be written, word for word.")] = False,
) -> None:
    """What would be sent, to whom, for how much; nothing is written and nobody is told."""
    from orderwatch.core.playbook.load import load_folder
    from orderwatch.core.playbook.texts import money
    from orderwatch.core.policy import load_policy
    from orderwatch.pipeline.preview import preview
    from orderwatch.store.database import connect

    with database_errors_in_words(), connect(url).connect() as conn:
        policy = load_policy(POLICY)
        good, _ = load_folder(PLAYBOOKS, frozenset(policy.roles.root))
        loaded, steps = preview(conn, policy, good.values(), incident, playbook)
    err.print(f"{loaded.id} ({loaded.sha}) answers incident {incident}")
    shown = table("step", "does", "why", "by", "to", "for")
    for step in steps:
        shown.add_row(*cells(step.step, step.does, step.why, *("",) * 3))
        for act in step.acts:
            amount = money(act.amount_minor, act.currency or "") if act.amount_minor else ""
            shown.add_row(*cells("", "", act.order_id or "", act.sink, act.recipient, amount))
            if words:
                shown.add_row(*cells("", "", json.dumps(act.payload, ensure_ascii=False), "", "", ""))
    out.print(shown)


@app.command()
def lint(files: Files = None) -> None:
    """Check playbooks: every mistake on a line of its own with file, line, field and reason."""
    err.print(f"playbooks: {', '.join(one.id for one in _load(files))}")


@app.command("test")
def run_tests(files: Files = None) -> None:
    """Run the tests inside playbooks, and say what each of them found."""
    from orderwatch.core.playbook.decide import run_test

    results = [(one.id, test.name, run_test(one, test)) for one in _load(files) for test in one.playbook.tests]
    shown = table("playbook", "test", "result")
    for name, test, wrong in results:
        shown.add_row(*cells(name, test), Text("; ".join(wrong), style="red") if wrong else "ok")
    out.print(shown)
    failed = sum(bool(wrong) for _, _, wrong in results)
    err.print(f"{len(results)} tests, {failed} failed")
    raise typer.Exit(1 if failed else 0)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a playbook file, by which editors complete and check it."""
    from orderwatch.core.playbook.reference import json_schema

    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@app.command()
def actions() -> None:
    """Print the table of all actions: what each needs, changes outside, and how it is taken back."""
    from orderwatch.core.playbook.reference import actions_table

    print(actions_table(), end="")


def _load(files: list[Path] | None) -> list[Loaded]:
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
