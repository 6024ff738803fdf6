"""Where the people who are told find what they are told about, and where they say how good the response was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from orderwatch.core.rating_link import RatingLink, sign

RATED_WITHIN: Final = timedelta(days=7)


def _no_id() -> str:
    raise ValueError("links need something that makes their random numbers")


@dataclass(frozen=True, slots=True)
class Addresses:
    """``base``: Airflow's own address as people reach it; empty where nobody knows it, and then messages have no links.

    ``key`` signs the links that need no login; without one there are none. ``new_id`` makes each
    link another.
    """

    base: str = ""
    key: bytes = b""
    new_id: Callable[[], str] = _no_id

    def incident(self, incident_id: int) -> str:
        """The page of an incident; empty without ``base``."""
        return self._page(f"incident/{incident_id}")

    def improvements(self) -> str:
        """The page of improvements that are open; empty without ``base``."""
        return self._page("improvements?which=open")

    def reviews(self) -> str:
        """The page of reviews that are not complete; empty without ``base``."""
        return self._page("reviews?which=open")

    def programme(self) -> str:
        """The page of the programme report; empty without ``base``."""
        return self._page("programme")

    def review(self, review_id: int) -> str:
        """The page of a review; empty without ``base``."""
        return f"{self.base}/orderwatch/review/{review_id}" if self.base else ""

    def rating(self, incident_id: int, person: str, now: datetime) -> str:
        """A link by which whoever is reached under ``person`` rates the response once, within a week."""
        if not (self.base and self.key):
            return ""
        link = RatingLink(incident_id, person, now + RATED_WITHIN, self.new_id())
        return f"{self.base}/orderwatch/rating/{sign(self.key, link)}"

    def _page(self, name: str) -> str:
        return f"{self.base}/orderwatch/{name}" if self.base else ""


NOWHERE: Final = Addresses()
