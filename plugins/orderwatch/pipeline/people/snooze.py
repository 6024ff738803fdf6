"""Be quiet about an incident until an end; then it speaks again: a silence over this one incident."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import NO_INCIDENT
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, Done, Seen, act, not_now, read_standing
from orderwatch.store import silences
from orderwatch.store.database import run

LIVE = ("triage", "open", "acknowledged", "mitigated")


def snooze(conn: Connection, policy: Policy, by: By, seen: Seen, reason: str, until: datetime) -> Done:
    """Nobody is told or reminded of it, and no playbook begins; the deadlines run on."""
    done = act(conn, policy, by, "snooze", seen=seen, reason=reason, until=until)
    if read_standing(conn, seen.incident_id).state not in LIVE:
        raise not_now(conn, seen.incident_id)
    matcher = silences.Matcher(incident_id=seen.incident_id)
    number = silences.add(conn, matcher, by.login, done.reason, until - done.now)
    # said here, so that the next scan has nothing to add
    run(conn, "incidents/mark_silenced", incident_id=seen.incident_id)
    done.say(conn, "snoozed", {"silence": number, "until": until, "reason": done.reason})
    return done


def silence(conn: Connection, policy: Policy, by: By, matcher: silences.Matcher, reason: str, until: datetime) -> int:
    """Be quiet about an order, a cause or a kind of incident; the silence's number."""
    if matcher.incident_id is not None:
        raise ValueError("an incident is snoozed by those who have seen it")
    about = matcher.cause or " ".join(filter(None, (matcher.kind, matcher.node.code if matcher.node else None)))
    done = act(
        conn, policy, by, "silence", order_id=matcher.order_id, subject=about or None, reason=reason, until=until,
        level=NO_INCIDENT if matcher.level is None else matcher.level,
    )  # fmt: skip
    number = silences.add(conn, matcher, by.login, done.reason, until - done.now)
    detail = {"silence": number, "until": until, "reason": done.reason, "about": about or matcher.order_id}
    done.say(conn, "silence_begun", detail, order_id=matcher.order_id)
    return number


def end_silence(conn: Connection, policy: Policy, by: By, number: int) -> Done:
    """End a silence early; the next scan tells what is still open."""
    done = act(conn, policy, by, "end_silence", subject=f"silence {number}", must_say_why=False)
    if not silences.end(conn, number, by.login):
        raise Refusal("no_silence", number=number)
    done.say(conn, "silence_called_off", {"silence": number})
    return done
