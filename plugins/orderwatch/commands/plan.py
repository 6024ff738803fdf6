"""``orderwatch playbooks plan``: what a playbook would do about a live incident."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from orderwatch.commands.console import Url, cells, database_errors_in_words, err, out, table
from orderwatch.paths import PLAYBOOKS, POLICY


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

    policy = load_policy(POLICY)
    good, _ = load_folder(PLAYBOOKS, frozenset(policy.roles.root))
    with database_errors_in_words(), connect(url).connect() as conn:
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
