"""Raise or lower an incident's level: another level has another owner, another clock and another playbook."""

from __future__ import annotations

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.core.words import Node
from orderwatch.pipeline.announce import Announcement, announce
from orderwatch.pipeline.people.act import By, Done, Seen, act, not_now, read_standing
from orderwatch.pipeline.silence import ask_anew
from orderwatch.store.database import Lock, hold, run

LEVELLED = ("open", "acknowledged", "mitigated")


def set_level(conn: Connection, policy: Policy, by: By, seen: Seen, level: int, reason: str) -> Done:
    """Raise or lower. Its new owner is told; of a raised one, the next scan begins the playbook of that level.

    What a person has lowered the scan raises again only to what is graver than it was before.
    """
    hold(conn, Lock.SCAN)
    before = read_standing(conn, seen.incident_id)
    if before.level == level:
        raise Refusal("same_level", incident=seen.incident_id, level=level)
    up = level > before.level
    done = act(conn, policy, by, "raise_level" if up else "lower_level", seen=seen, reason=reason)
    if before.state not in LEVELLED:
        raise not_now(conn, seen.incident_id)
    rules = policy.grading.levels[level]
    node = run(conn, "incidents/first_node", incident_id=seen.incident_id).scalar_one_or_none()
    owner = rules.owner or policy.node(Node(node or 1)).first_responder
    run(conn, "incidents/set_level", incident_id=seen.incident_id, level=level, owner_role=owner)
    detail = {"level": level, "from": before.level, "reason": done.reason}
    done.say(conn, "raised_by_hand" if up else "lowered_by_hand", detail)
    if before.inhibited_by is None:
        ask_anew(conn, [seen.incident_id], policy, done.now)
        announce(conn, [seen.incident_id], [], Announcement(policy, None, done.now, ""))
    return done
