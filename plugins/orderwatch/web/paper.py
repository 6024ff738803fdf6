"""A review on paper: the same HTML as the page, as PDF, with links that lead back to the rows."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.store import reviews
from orderwatch.web.health.review import read_review
from orderwatch.web.pages import HERE, render
from orderwatch.web.pictures.svg import NAMES

log = logging.getLogger(__name__)
MOST: Final = 200  # prints of one run; the next run goes on
INK: Final = {
    "ink": "#1b2333", "ink-2": "#5b6577", "line": "#dfe3ea", "soft": "#f5f7fa", "page": "#ffffff", "link": "#1d4fc4",
    "bad": "#b3261e", "warn": "#8a5300", "ok": "#0b6b43", "step-1": "#1d4fc4", "step-2": "#0b6b43",
    "step-3": "#8a5300", "step-4": "#7a3aa8", "step-5": "#b3261e",
}  # fmt: skip
"""The colours of pictures on white paper."""


class PaperError(RuntimeError):
    """This machine cannot print: a library or a font is missing, as the message says, with what to do."""


def print_reviews(engine: Engine, policy: Policy, root: str, now: datetime) -> dict[str, int]:
    """Print the latest versions that are not on paper in each language; one that cannot be printed spoils no other.

    ``root``: the address of our pages as people reach them. Returns how many were printed, and how many could not be.
    Raises ``PaperError``.
    """
    with engine.connect() as conn:
        today = now.astimezone(ZoneInfo(policy.calendars.business_zone)).date()
        wanted = reviews.list_unprinted(conn, today, MOST)
    counts = {"printed": 0, "failed": 0}
    for one in wanted:
        try:
            with engine.begin() as conn:
                pdf = print_review(conn, policy, one.review_id, one.language, root)
                counts["printed"] += reviews.keep_print(conn, one.review_id, one.version, one.language, pdf, now)
        except PaperError:
            raise
        except Exception:
            log.exception("review %s could not be printed (%s)", one.review_id, one.language)
            counts["failed"] += 1
    return counts


def print_review(conn: Connection, policy: Policy, review_id: int, language: Language, root: str) -> bytes:
    """The review's latest version as PDF; the same document gives the same bytes, but for what others have begun since.

    Raises ``PaperError``, and ``LookupError`` where there is no such review.
    """
    page = read_review(conn, policy, "", review_id, language)
    if page is None:
        raise LookupError(f"there is no review {review_id}")
    return to_pdf(render("paper.html", language, page=page, root=root, paper=True))


def to_pdf(page: str) -> bytes:
    """Nothing is fetched for it, whatever the page names. Raises ``PaperError``."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise PaperError("PDF needs Pango on this machine: apt-get install libpango-1.0-0 libpangoft2-1.0-0") from error

    style = CSS(string=(HERE / "static" / "paper.css").read_text(encoding="utf-8"))
    document = HTML(string=_painted(page), url_fetcher=URLFetcher(allowed_protocols=())).render(stylesheets=[style])
    pdf: bytes = document.write_pdf()
    if any("一" <= chr(code) <= "鿿" for font in document.fonts.values() for code in font.missing):
        raise PaperError("no font of this machine has Chinese characters: apt-get install fonts-noto-cjk")
    return pdf


def _painted(page: str) -> str:
    """A picture on paper knows nothing of the page's stylesheet: its colours go with it. Text is escaped already, so
    that every ``<svg`` is one of ours."""
    colours = "".join(f".f-{name}{{fill:{INK[name]}}}.s-{name}{{stroke:{INK[name]}}}" for name in NAMES)
    style = f'<style>text{{font-family:"Noto Sans CJK SC",sans-serif}}{colours}{_CHAIN}{_OPINIONS}</style>'
    return re.sub(r"<svg [^>]*>", lambda found: found.group() + style, page)


_CHAIN: Final = (
    "text{fill:#5b6577;font-size:12px}.name,.took{fill:#1b2333;font-size:13px}.took{font-weight:600}"
    ".grid{stroke:#dfe3ea}.usual{stroke:#b6bfcc;stroke-width:8;stroke-linecap:round}"
    ".limit{stroke:#1b2333;stroke-width:2}.within{fill:#0b6b43}.over{fill:#b3261e}"
)
_OPINIONS: Final = (
    ".promoters rect{fill:#b5d8c6}.passives rect{fill:#e7eaf0}.detractors rect{fill:#f2c1bb}"
    ".not_answered rect{fill:#fff;stroke:#b6bfcc;stroke-dasharray:4 3}"
)
