"""Say what the cause of an incident was, beside what the rules of evidence say; its review follows at once."""

from __future__ import annotations

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.core.policy.review import RootCause
from orderwatch.core.refusals import Refusal
from orderwatch.core.review.classify import CAUSES, wrong_rule
from orderwatch.pipeline.people.act import By, Done, Seen, act, not_now
from orderwatch.pipeline.review import classify_incident, write_review
from orderwatch.store import reviews
from orderwatch.store.database import run


def correct_cause(
    conn: Connection,
    policy: Policy,
    by: By,
    seen: Seen,
    root_cause: RootCause,
    cause: str | None,
    reason: str,
) -> Done:
    """The last word counts, every word is kept; ``cause`` is one that there is a rule for, or none.

    Raises ``Refusal`` as every action does, for an incident that is not closed, and for a cause that is none or that
    belongs to another first level.
    """
    if cause is not None and (cause not in CAUSES or policy.review.causes.of(cause).root_cause != root_cause):
        raise Refusal("no_cause", cause=cause)
    done = act(conn, policy, by, "correct_cause", seen=seen, reason=reason)
    row = reviews.read_incident(conn, seen.incident_id)
    if row is None or row.state != "closed":
        raise not_now(conn, seen.incident_id)
    said = classify_incident(conn, policy, row)
    wrong = wrong_rule(said, root_cause, cause)
    run(
        conn, "reviews/insert_correction", now=done.now, incident_id=seen.incident_id, login=by.login,
        root_cause=root_cause, cause=cause, reason=done.reason, said_cause=said.cause,
        said_confidence=said.confidence, wrong_rule=wrong, action_id=done.action_id,
    )  # fmt: skip
    detail = {"root_cause": root_cause, "reason": done.reason, "wrong_rule": wrong or "-"}
    done.say(conn, "cause_corrected", detail)
    write_review(conn, policy, seen.incident_id, done.now)
    return done
