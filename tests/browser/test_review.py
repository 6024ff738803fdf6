"""Closing the loop: an incident that is closed has its review at once, on the screen and on paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.rehearsal.stage import Stage
from tests.browser.person import Person

LogIn = Callable[..., Person]


def test_an_incident_that_is_closed_by_hand_is_reviewed_without_anybody_asking(stage: Stage, log_in: LogIn) -> None:
    (incident,) = stage.execute("select incident_id from incident where kind = 'system_failure' limit 1")[0]
    director = log_in("director")
    director.open(f"incident/{incident}?lang=en")
    director.do("Close", root_cause="system", reason="the print service was started anew")
    (review,) = stage.wait("its review", lambda: found(stage, incident), 180)
    stage.wait("its paper", lambda: printed(stage, review), 120)
    for language in ("zh-CN", "en"):
        look(log_in("director", language=language), review, language)
    phone = log_in("director", width=326)
    phone.open(f"review/{review}?lang=zh-CN")
    phone.picture("review.phone")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 326


def look(person: Person, review: int, language: str) -> None:
    """The review, what another link of the chain has taken, and the rows behind the first number."""
    for name, place in {
        "review": f"review/{review}?", "review.told": f"review/{review}?link=told&",
        "behind": f"review/{review}/behind/orders?",
    }.items():  # fmt: skip
        person.open(f"{place}lang={language}")
        person.picture(f"{name}.{language}")
        assert not person.faults(), name
    answer = person.page.request.get(f"/orderwatch/review/{review}.pdf?lang={language}")
    assert answer.status == 200 and answer.body().startswith(b"%PDF-")


def found(stage: Stage, incident: int) -> Any:
    rows = stage.execute(
        f"select review_id from incident_review where incident_id = {int(incident)} and review_id is not null"
    )
    return rows[0] if rows else None


def printed(stage: Stage, review: int) -> bool:
    return len(stage.execute(f"select 1 from review_print where review_id = {int(review)}")) == 2
