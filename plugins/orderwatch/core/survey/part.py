"""What a review says of the customers who were asked: how many answered what, and how many did not, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orderwatch.core.survey.nps import Answers


@dataclass(frozen=True, slots=True)
class Asked:
    """So many customers of one incident are in one state; of those who have answered, on one side."""

    state: str
    customers: int
    reason: str | None = None
    promoter: bool | None = None
    detractor: bool | None = None


def survey_part(counts: Iterable[Asked], words: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts that add up: invited = waiting + sent + not asked, and sent = answered + not answered.

    ``not_asked`` by reason; an incident without customers has nobody invited and that one reason. ``open``: of those
    who have not answered, whose link is still valid.
    """
    rows = list(counts)
    answers = Answers(
        promoters=sum(one.customers for one in rows if one.promoter),
        passives=sum(one.customers for one in rows if one.promoter is False and one.detractor is False),
        detractors=sum(one.customers for one in rows if one.detractor),
    )
    by_state = {state: _sum(rows, state) for state in ("planned", "sent", "answered", "expired")}
    not_asked: dict[str, int] = {}
    for one in rows:
        if one.reason is not None:
            not_asked[one.reason] = not_asked.get(one.reason, 0) + one.customers
    sent = by_state["sent"] + by_state["answered"] + by_state["expired"]
    return {
        "invited": by_state["planned"] + sent + sum(n for reason, n in not_asked.items() if reason != "no_customers"),
        "waiting": by_state["planned"],
        "sent": sent,
        "answered": answers.n,
        "not_answered": sent - answers.n,
        "open": by_state["sent"],
        "promoters": answers.promoters,
        "passives": answers.passives,
        "detractors": answers.detractors,
        "nps": answers.nps,
        "not_asked": not_asked,
        "words": [dict(one) for one in words],
    }


def _sum(rows: Iterable[Asked], state: str) -> int:
    return sum(one.customers for one in rows if one.state == state)
