"""The end of the year: what the reviews say, held against what was planted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.year.office import Office
from bench.year.orders import Truth
from bench.year.plants import BOTH, NOBODY_KNOWS

LIMITS: Final = {"incidents": 2000, "accuracy": 0.90, "latest_h": 72.0}
UNDETERMINED: Final = "undetermined"

CLOSED: Final = """
    select
        i.incident_id, i.kind, i.level, i.dedup_key, r.ended_at, r.state, r.missing, r.breached_at is not null as late
    from incident as i inner join incident_review as r on i.incident_id = r.incident_id
    where i.state = 'closed' and r.ended_at >= :since order by i.incident_id
"""
MEMBERS: Final = """
    select m.incident_id, a.order_id, a.node from incident_member as m
    inner join anomaly as a on m.anomaly_id = a.anomaly_id order by 1, 2, 3
"""
SINGLE: Final = """
    select r.incident_id, d.version, d.written_at, d.content -> 'cause' as cause, d.content -> 'repeats' as repeats
    from review_document as d inner join review as r on d.review_id = r.review_id
    where r.kind = 'single' order by r.incident_id, d.version
"""
COLLECTED: Final = """
    select
        cast(one ->> 'incident' as bigint) as incident_id, d.version, d.written_at, one -> 'cause' as cause,
        null as repeats
    from review_document as d
    cross join lateral jsonb_array_elements(d.content -> 'incidents') as one
    where d.content ->> 'kind' = 'weekly' order by 1, d.version
"""


@dataclass
class Review:
    """What one closed incident was in truth, and what its review says of it."""

    row: Any
    truth: Truth
    first_h: float | None = None
    said: str = UNDETERMINED
    confidence: float = 0.0
    repeats: Sequence[int] | None = None
    why: str = ""


def read(office: Office, truth: Mapping[tuple[int, int], Truth], since: Any) -> list[Review]:
    """Every closed incident with its truth and its review: when it was first there, and what it says in the end."""
    members: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in office.ask(MEMBERS):
        members[row.incident_id].append((int(row.order_id[2:]), row.node - 1))
    found = {
        row.incident_id: Review(row, _truth(row, members[row.incident_id], truth))
        for row in office.ask(CLOSED, since=since)
    }
    for row in [*office.ask(SINGLE), *office.ask(COLLECTED)]:
        one = found.get(row.incident_id)
        if one is None:
            continue
        hours = (row.written_at - one.row.ended_at).total_seconds() / 3600
        one.first_h = hours if one.first_h is None else one.first_h
        one.said = row.cause["rules"]["cause"] or UNDETERMINED
        one.confidence = row.cause["rules"]["confidence"]
        findings = row.cause["rules"]["findings"]
        one.why = "; ".join(each["said"]["en"] for each in findings if each["outcome"] == "match")
        one.repeats = None if row.repeats is None else [each["incident_id"] for each in row.repeats]
    return list(found.values())


def judge(reviews: Sequence[Review], confidence: float) -> dict[str, Any]:
    """All figures; a claim that does not hold is named under ``missed``."""
    planted = [one for one in reviews if one.truth not in (NOBODY_KNOWS, BOTH)]
    open_ones = [one for one in reviews if one.truth in (NOBODY_KNOWS, BOTH)]
    right = sum(one.said == one.truth.cause for one in planted)
    wrong = [one for one in planted if one.said not in (UNDETERMINED, one.truth.cause)]
    guessed = [one for one in open_ones if one.said != UNDETERMINED]
    written = [one.first_h for one in reviews if one.first_h is not None]
    return {
        "incidents": len(reviews),
        "levels": _counts(str(one.row.level) for one in reviews),
        "planted": len(planted),
        "accuracy": round(right / max(1, len(planted)), 4),
        "left_open": sum(one.said == UNDETERMINED for one in planted),
        "wrong": len(wrong),
        "without_cause": len(open_ones),
        "guessed": len(guessed),
        "undetermined_share": round(sum(one.said == UNDETERMINED for one in reviews) / max(1, len(reviews)), 3),
        "below_limit_named": sum(one.said != UNDETERMINED and one.confidence < confidence for one in reviews),
        "without_review": len(reviews) - len(written),
        "latest_h": round(max(written, default=0.0), 1),
        "waiting_for_people": sum(one.row.late for one in reviews),
    }


def table(reviews: Sequence[Review]) -> list[str]:
    """Per planted cause: how many, and what the reviews say of them."""
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for one in reviews:
        by[one.truth.cause][one.said] += 1
    return [
        f"{cause:20} {sum(said.values()):5}  "
        + ", ".join(f"{name} {count}" for name, count in sorted(said.items(), key=lambda each: -each[1]))
        for cause, said in sorted(by.items())
    ]


def repeats(reviews: Sequence[Review], within_s: float) -> dict[str, int]:
    """Of the rightly named ones: shown as repeat where one of the same cause and subject ended so shortly before."""
    counts: Counter[str] = Counter(right=0, missed=0, invented=0)
    known = [one for one in reviews if one.truth not in (NOBODY_KNOWS, BOTH) and one.said == one.truth.cause]
    for one in known:
        if one.repeats is None:
            continue
        before = any(
            other.truth == one.truth and 0 < (one.row.ended_at - other.row.ended_at).total_seconds() <= within_s
            for other in known
        )
        shown = bool(one.repeats)
        counts["right" if shown == before else "missed" if before else "invented"] += 1
        counts["expected"] += before
    return dict(counts)


def _truth(row: Any, orders: Sequence[tuple[int, int]], truth: Mapping[tuple[int, int], Truth]) -> Truth:
    """What was planted on half of its orders, or more; two causes with as many are ambiguous."""
    if row.kind == "source":
        return Truth("source_outage", row.dedup_key.partition(":")[2])
    count = Counter(truth.get(one, NOBODY_KNOWS) for one in set(orders)).most_common(2)
    if not count:
        return NOBODY_KNOWS
    first, most = count[0]
    tied = len(count) > 1 and count[1][1] == most
    return BOTH if tied or 2 * most < len(set(orders)) else first


def _counts(words: Any) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def missed(result: Mapping[str, Any], scale: float) -> list[str]:
    """The claims that do not hold."""
    holds = {
        "incidents": result["incidents"] >= LIMITS["incidents"] * scale,
        "in time": result["latest_h"] <= LIMITS["latest_h"] and not result["without_review"],
        "accuracy": result["accuracy"] >= LIMITS["accuracy"],
        "not guessed": not result["below_limit_named"],
        "repeats": not result["repeats"]["missed"] and not result["repeats"]["invented"],
    }
    return [name for name, held in holds.items() if not held]
