"""From single cases to a figure: how many there were, for how many it holds, and nothing where there was nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from orderwatch.core.survey.nps import count_answers

Unit = Literal["share", "money", "nps"]
AFFECTED, OTHERS = "affected", "others"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was counted: ``hit`` whether the figure holds for it, ``value`` what was measured of it, ``part``
    the cause, playbook, currency or group that it belongs to."""

    incident_id: int | None
    part: str | None
    hit: bool | None
    value: float | None


def share(cases: Sequence[Case]) -> dict[str, Any]:
    """For how many of them it holds; no value where there is none."""
    hits = sum(bool(one.hit) for one in cases)
    return {"value": round(hits / len(cases), 4) if cases else None, "hits": hits, "count": len(cases)}


def response(cases: Sequence[Case]) -> dict[str, Any]:
    """The share, and how long half and nine in ten of those that were answered took, in seconds."""
    took = sorted(one.value for one in cases if one.value is not None)
    return share(cases) | {"p50_s": quantile(took, 0.5), "p90_s": quantile(took, 0.9), "answered": len(took)}


def shares_by_part(cases: Sequence[Case]) -> dict[str, Any]:
    """The share of all and of each part, the part with most cases first."""
    return share(cases) | {"parts": [{"part": part, **share(those)} for part, those in _parts(cases)]}


def playbooks(cases: Sequence[Case]) -> dict[str, Any]:
    """The same, and what people thought of each playbook: its stars on average, and how many responses were rated."""

    def rated(those: Sequence[Case]) -> dict[str, Any]:
        stars = [one.value / 100 for one in those if one.value is not None]
        return {"stars": round(sum(stars) / len(stars), 2) if stars else None, "rated": len(stars)}

    return share(cases) | {"parts": [{"part": part, **share(those), **rated(those)} for part, those in _parts(cases)]}


def money(cases: Sequence[Case]) -> dict[str, Any]:
    """What an incident cost on average in each currency, in minor units, those that cost nothing included."""
    incidents = len({one.incident_id for one in cases})
    parts = []
    for currency, those in _parts([one for one in cases if one.hit]):
        total = sum(int(one.value or 0) for one in those)
        parts.append({
            "part": currency, "value": round(total / incidents), "total": total, "hits": len(those),
            "count": incidents,
        })  # fmt: skip
    spent = len({one.incident_id for one in cases if one.hit})
    value = parts[0]["value"] if parts else 0
    return {"value": value if incidents else None, "hits": spent, "count": incidents, "parts": parts}


def nps(cases: Sequence[Case]) -> dict[str, Any]:
    """The net promoter score of customers who were affected by an incident, and of the others beside it."""

    def score(those: Sequence[Case]) -> dict[str, Any]:
        said = count_answers([int(one.value) for one in those if one.value is not None])
        return {
            "value": said.nps, "hits": said.promoters, "detractors": said.detractors, "count": said.n,
            "asked": len(those),
        }  # fmt: skip

    parts = dict(_parts(cases))
    return score(parts.get(AFFECTED, [])) | {
        "parts": [{"part": part, **score(parts.get(part, []))} for part in (AFFECTED, OTHERS)]
    }


COUNTS: Final[Mapping[str, Callable[[Sequence[Case]], dict[str, Any]]]] = {
    "found_first": share,
    "first_response": response,
    "false_alarms": share,
    "repeats": shares_by_part,
    "nps": nps,
    "money": money,
    "playbooks": playbooks,
    "missed": shares_by_part,
}
"""How each figure is counted."""


def quantile(ordered: Sequence[float], q: float) -> int | None:
    """Between the two nearest of an ordered series, as PostgreSQL's ``percentile_cont``; nothing of nothing."""
    if not ordered:
        return None
    at = q * (len(ordered) - 1)
    low, high = ordered[int(at)], ordered[min(int(at) + 1, len(ordered) - 1)]
    return round(low + (high - low) * (at - int(at)))


def _parts(cases: Sequence[Case]) -> list[tuple[str, list[Case]]]:
    parts: dict[str, list[Case]] = {}
    for one in cases:
        if one.part is not None:
            parts.setdefault(one.part, []).append(one)
    return sorted(parts.items(), key=lambda item: (-len(item[1]), item[0]))
