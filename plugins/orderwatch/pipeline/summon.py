"""Whoever is asked to approve hears of it by chat and mail; a question under *Required Actions* alone waits unseen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.notices import plan_to_role
from orderwatch.core.playbook.texts import money
from orderwatch.pipeline.announce import Announcement, duty_of, plan_text
from orderwatch.pipeline.playbook_run import Response
from orderwatch.store.database import business_now, run

LEVEL = 2  # a question about money is never the least of the messages


def summon(conn: Connection, response: Response, step_id: str) -> list[str]:
    """Plan the messages to the role that is asked now about the open questions of a gate; the keys of them all.

    One message per question and role, however often the gate is cleared.
    """
    step = response.loaded.playbook.steps[step_id]
    questions = run(conn, "approvals/read_questions", incident_id=response.incident_id, step=step_id).all()
    still_open = [one for one in questions if one.outcome is None]
    if not still_open or step.gate is None:
        return []
    first, timeout = still_open[0], step.gate.timeout
    role = str(first.roles[min(first.level, len(first.roles) - 1)])
    now = business_now(conn)
    duty = duty_of(conn, response.policy, now)
    announcement = Announcement(response.policy, None, now, response.link)

    def items(language: Language) -> list[dict[str, Any]]:
        return [
            {
                "number": f"#{response.incident_id}",
                "order": one.order_id,
                "title": response.loaded.playbook.steps[step.gate.of].title.say(language) if step.gate else "",
                "amount": money(one.amount_minor, one.currency) if one.amount_minor else "—",
                "within": say_duration(timeout, language),
                "requested_by": one.requested_by,
            }
            for one in still_open
        ]

    keys = []
    for notice in plan_to_role("approval", role, LEVEL, (response.incident_id,), duty):
        key = f"approval:{first.approval_id}:{role}:{notice.sink}:{notice.recipient}"
        plan_text(conn, notice, key, items, announcement)
        keys.append(key)
    return keys
