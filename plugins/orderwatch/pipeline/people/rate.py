"""Say how good a response was: somebody who is logged in, or whoever was sent a link."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.core.rating_link import RatingLink
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, act, read_standing
from orderwatch.store.database import business_now, run
from orderwatch.store.detection import write_line

LONGEST_WORDS = 10_240  # bytes


@dataclass(frozen=True, slots=True)
class Rating:
    """``stars`` from 1 to 5; ``because``: why it was a false alarm; ``words``: whatever else, as it was written."""

    stars: int
    because: str | None = None
    words: str | None = None

    def __post_init__(self) -> None:
        for field, text in (("because", self.because), ("words", self.words)):
            length = len((text or "").encode("utf-8", "replace"))
            if length > LONGEST_WORDS:
                raise Refusal("too_long", field=field, length=length, most=LONGEST_WORDS)


def rate(conn: Connection, policy: Policy, by: By, incident_id: int, step: str | None, rating: Rating) -> int:
    """A rating of the whole response, or of one step; whoever rates again is counted with the last word."""
    standing = read_standing(conn, incident_id)
    _known_step(conn, incident_id, step)
    done = act(
        conn, policy, by, "rate", subject=f"incident {incident_id}", level=standing.level, must_say_why=False
    )  # fmt: skip
    number = _write(conn, incident_id, step, rating, by.login, None)
    about = {"stars": rating.stars, "about": step or f"#{incident_id}", "rating": number}
    replace(done, incident_id=incident_id).say(conn, "rated", about)
    return number


def rate_by_link(conn: Connection, link: RatingLink, rating: Rating) -> int:
    """The same by whoever holds the link; the database counts it once, however often and from wherever it comes."""
    read_standing(conn, link.incident_id)
    number = _write(conn, link.incident_id, link.step, rating, link.person, link.link_id)
    write_line(
        conn,
        now=business_now(conn),
        event="rated",
        actor=link.person,
        incident_id=link.incident_id,
        scan_id=None,
        policy_version=None,
        detail={"stars": rating.stars, "about": link.step or f"#{link.incident_id}", "rating": number, "by": "link"},
    )
    return number


def is_used(conn: Connection, link: RatingLink) -> bool:
    """Whether somebody has rated by this link."""
    return bool(run(conn, "people/is_link_used", link_id=link.link_id).scalar_one())


def _write(
    conn: Connection, incident_id: int, step: str | None, rating: Rating, rated_by: str, link_id: str | None
) -> int:
    row = run(
        conn,
        "people/insert_rating",
        now=business_now(conn),
        incident_id=incident_id,
        step=step,
        stars=rating.stars,
        because=_clean(rating.because),
        words=_clean(rating.words),
        rated_by=rated_by,
        link_id=link_id,
    ).one_or_none()
    if row is None:
        raise Refusal("used_link")
    number: int = row.rating_id
    return number


def _known_step(conn: Connection, incident_id: int, step: str | None) -> None:
    if step is not None and not run(conn, "people/knows_step", incident_id=incident_id, step=step).scalar_one():
        raise Refusal("no_step", incident=incident_id, step=step)


def _clean(text: str | None) -> str | None:
    """Kept as it was written, but for what PostgreSQL cannot hold."""
    return (text or "").replace("\x00", "").encode("utf-8", "replace").decode() or None
