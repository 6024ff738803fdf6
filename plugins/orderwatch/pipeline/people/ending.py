"""A person ends an incident: what has not begun is called off, and those who were told of it hear so, once."""

from __future__ import annotations

from sqlalchemy import Connection

from orderwatch.core.durations import Language
from orderwatch.core.titles import say_code
from orderwatch.pipeline.announce import Announcement, announce_end
from orderwatch.pipeline.people.act import Done
from orderwatch.store.database import run


def end_incident(conn: Connection, done: Done, what: str, into: int | None = None) -> None:
    """Call off what is planned or held about it (what is being sent is finished), end its pause, tell its people.

    ``what`` is the state that it is in now, ``into`` the incident that it has become a part of.
    """
    run(conn, "effects/call_off", incident_id=done.incident_id, why=f"{what} by {done.by.login}")
    run(conn, "pauses/end_of_incident", subject=str(done.incident_id), who=done.by.login, now=done.now)
    part = f" #{into}" if into else ""
    words: dict[Language, str] = {
        language: f"{say_code(what, language)}{part} · {done.by.login}: {done.reason}" for language in ("zh-CN", "en")
    }
    announce_end(conn, done.incident_id or 0, words, Announcement(done.policy, None, done.now, ""))
