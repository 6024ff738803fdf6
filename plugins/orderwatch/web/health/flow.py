"""The five nodes: what waits in each, and a histogram of how much of its time every order has used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import Row

from orderwatch.core.durations import say_duration
from orderwatch.core.policy import Policy
from orderwatch.core.words import Node
from orderwatch.store.node_load import DUE
from orderwatch.web.health.clock import Clock
from orderwatch.web.pictures.words import say

WIDE: Final = 5  # of one part, in the picture's own units
HIGH: Final = 40


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """One node as the last scan has left it; ``judged`` is false while a source it depends on is silent."""

    code: str
    title: str
    first: str
    waiting: int
    late: int
    exempt: int
    unknown: int
    judged: bool
    limit: str
    oldest: str
    picture: Markup


def nodes_of(rows: Sequence[Row[Any]], policy: Policy, clock: Clock) -> list[NodeLoad]:
    return [_node(row, policy, clock) for row in rows]


def _node(row: Row[Any], policy: Policy, clock: Clock) -> NodeLoad:
    rules = policy.node(Node(row.node))
    title = rules.title.say(clock.language)
    return NodeLoad(
        code=Node(row.node).code,
        title=title,
        first=policy.role(rules.first_responder).title.say(clock.language),
        waiting=row.waiting,
        late=row.late,
        exempt=row.exempt,
        unknown=row.unknown,
        judged=row.judged,
        limit=_limit(row, clock),
        oldest=clock.ago(row.oldest_at) if row.oldest_at else "",
        picture=histogram(row.ages, row.judged, _say(row, title, clock)),
    )


def _limit(row: Row[Any], clock: Clock) -> str:
    """What orders of the node usually may take: of each order the limit of orders like it counts."""
    if row.threshold_s is None:
        return ""
    return say_duration(timedelta(seconds=row.threshold_s), clock.language, largest="h" if row.working_time else "d")


def _say(row: Row[Any], title: str, clock: Clock) -> str:
    half, due, over = sum(row.ages[: DUE // 2]), sum(row.ages[DUE // 2 : DUE]), sum(row.ages[DUE:])
    return say(
        clock.language,
        f"{title}：{half:,} 单用了不到一半的时间，{due:,} 单用了一半以上，{over:,} 单已超过",
        f"{title}: {half:,} orders have used less than half of their time, {due:,} more than half, {over:,} all of it",
    )


def histogram(ages: Sequence[int], judged: bool, label: str) -> Markup:
    """Bars of the orders by the share of their time that they have used; beyond the limit in the colour of lateness."""
    top = max(ages, default=0) or 1
    bars = Markup("").join(
        Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
            _colour(part, judged), part * WIDE + 0.5, HIGH - high, WIDE - 1, high
        )
        for part, count in enumerate(ages)
        if count
        for high in [round(max(1.5, HIGH * count / top), 1)]
    )
    return Markup(
        '<svg class="hist" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}'
        '<line class="due-line" x1="{}" x2="{}" y1="0" y2="{}"/></svg>'
    ).format(len(ages) * WIDE, HIGH, label, bars, DUE * WIDE, DUE * WIDE, HIGH)


def _colour(part: int, judged: bool) -> str:
    if part < DUE:
        return "age"
    return "age past" if judged else "age unsure"
