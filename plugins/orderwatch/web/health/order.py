"""One order: where it stands, why nobody was alerted or who was, and every decision ever taken on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.titles import KINDS, say_code
from orderwatch.core.words import Node
from orderwatch.store import board, live, person_actions
from orderwatch.store.database import business_now
from orderwatch.store.findings import Decision, Standing, Waiting, read_decisions, read_standing
from orderwatch.web.health.board import roles_of
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.rows import state_said
from orderwatch.web.health.steps import LOOK
from orderwatch.web.pictures.words import say

MOST: Final = 2000  # decisions that are shown, the latest
_EVENTS: Final = {
    "exempted": ("没有告警：等待属正常", "nobody alerted: waiting is normal", "exempt"),
    "not_valid": ("没有告警：不是有效订单", "nobody alerted: no valid order", "dismissed"),
    "anomaly_joined": ("超时，进入事件", "late: became part of an incident", "late"),
    "resolved": ("已恢复", "resolved", "check"),
}
_STATUS: Final = {"completed": ("已完成", "completed"), "cancelled": ("已取消", "cancelled")}
_PAYMENT: Final = {
    "unpaid": ("还没有付款", "not paid yet"),
    "deposit": ("只付了定金", "only a deposit has been paid"),
    "refunded": ("已退款", "refunded"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence before any history: ``state`` is late, exempt, waiting, doubtful or over."""

    state: str
    said: str
    more: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One of the five nodes: gone through, here now, or not reached."""

    title: str
    state: str  # done, now or ahead
    said: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision; ``times``: how often in a row it was taken for the same reason."""

    at: str
    until: str
    sign: str
    step: str
    what: str
    why: str
    times: int


@dataclass(frozen=True, slots=True)
class ActRow:
    """Something that was done about the order."""

    at: str
    what: str
    sink: str
    state: str
    colour: str
    sign: str
    amount: str
    ref: str
    incident_id: int | None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """All of it, in one language."""

    order_id: str
    about: str
    answer: Answer
    passages: Sequence[Passage]
    decisions: Sequence[DecisionRow]
    incidents: Sequence[tuple[int, int, str, str, str]]  # number, level, title, state and its words
    acts: Sequence[ActRow]
    zone: str
    may_report: bool


def read_order_page(
    conn: Connection, policy: Policy, login: str, order_id: str, language: Language
) -> OrderPage | None:
    """None where no source has ever sent it."""
    standing = read_standing(conn, order_id)
    if standing is None:
        return None
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    row = live.read_order(conn, order_id)
    decisions = read_decisions(conn, order_id)[-MOST:]
    return OrderPage(
        order_id=order_id,
        about=" · ".join(
            filter(None, (row.category, row.region, row.channel, row.warehouse, money(row.value_minor, row.currency)))
        ),
        answer=answer_of(standing, _last_why(decisions, language), policy, clock),
        passages=passages_of(live.read_passage(conn, order_id), policy, clock),
        decisions=list(_folded(decisions, policy, clock)),
        incidents=[
            (one.incident_id, one.level, KINDS[one.kind][language], one.state, state_said(one.state, clock))
            for one in board.read_order_incidents(conn, order_id)
        ],
        acts=[_act(one, clock) for one in board.read_order_acts(conn, order_id)],
        zone=policy.calendars.business_zone,
        may_report=row.status == "open" and _may_report(conn, policy, login, order_id),
    )


def _may_report(conn: Connection, policy: Policy, login: str, order_id: str) -> bool:
    allowed = policy.rights.who_may("report", person_actions.level_of_order(conn, order_id))
    return any(code in allowed for code in roles_of(policy, login))


def answer_of(standing: Standing, why: str, policy: Policy, clock: Clock) -> Answer:
    """Of several nodes in which it waits, the one that says most: late before exempt before in time."""
    language = clock.language
    if not standing.waiting:
        reason = _STATUS.get(standing.status) or _PAYMENT.get(standing.payment) or ("不在等待", "waiting for nothing")
        return Answer("over", say(language, f"现在不监控：{reason[0]}。", f"Not watched now: {reason[1]}."), why)
    rank = {"late": 0, "doubtful": 1, "invalid": 2, "exempt": 3, "waiting": 4}
    state, most = min(((_state(one), one) for one in standing.waiting), key=lambda pair: rank[pair[0]])
    step = policy.node(Node[most.node.upper()]).title.say(language)
    at, since = clock.at(most.alert_at), clock.ago(most.alert_at)
    normal = clock.at(most.expected_until) if most.expected_until else ""
    words = {
        "late": (f"超时：在{step}，从 {at} 起算超时，已 {since}。", f"Late in {step} since {at}, for {since}."),
        "doubtful": (
            f"存疑：在{step}到了时间，先由人核实。",
            f"Doubtful: its time in {step} is up; a person looks first.",
        ),
        "invalid": (f"没有告警：不是有效订单（{step}）。", f"Nobody was alerted: it is no valid order ({step})."),
        "exempt": (
            f"没有告警：在{step}等待属正常，到 {normal}；{at} 仍在就告警。",
            f"Nobody was alerted: waiting in {step} is normal until {normal}; still there at {at}, it is late.",
        ),
        "waiting": (
            f"没有告警：在{step}已 {clock.ago(most.entered_at)}，{at} 才算超时。",
            f"Nobody was alerted: in {step} for {clock.ago(most.entered_at)}, and late only from {at} on.",
        ),
    }  # fmt: skip
    return Answer(state, say(language, *words[state]), why if state != "waiting" else "")


def _state(waiting: Waiting) -> str:
    known = {"anomaly": "late", "suspect": "doubtful", "invalid": "invalid"}
    if waiting.verdict is not None:
        return known[waiting.verdict]
    return "exempt" if waiting.expected_until is not None else "waiting"


def _last_why(decisions: Sequence[Decision], language: Language) -> str:
    said = (_plain(one.why if language == "zh-CN" else one.why_en) for one in reversed(decisions))
    return next((one for one in said if one), "")


def passages_of(rows: Sequence[Row[Any]], policy: Policy, clock: Clock) -> list[Passage]:
    known = {row.node: row for row in rows}
    return [_passage(node, known.get(int(node)), policy, clock) for node in Node]


def _passage(node: Node, row: Row[Any] | None, policy: Policy, clock: Clock) -> Passage:
    language, title = clock.language, policy.node(node).title.say(clock.language)
    if row is None:
        return Passage(title, "ahead", say(language, "未到", "not there yet"))
    spent = say_duration((row.left_at or clock.now) - row.entered_at, language)
    limit = ""
    if row.threshold_s is not None:
        limit = say_duration(timedelta(seconds=row.threshold_s), language, largest="h" if row.working_time else "d")
        limit = say(language, f"，上限 {limit}", f", limit {limit}")
        if row.working_time:
            limit += say(language, "（工作时间）", " of working time")
    return Passage(title, "done" if row.left_at else "now", spent + limit)


def _folded(decisions: Sequence[Decision], policy: Policy, clock: Clock) -> Iterator[DecisionRow]:
    """The youngest first; the same decision for the same reason in a row is one line."""
    for _, group in groupby(reversed(decisions), key=lambda one: (one.node, one.event, one.why)):
        same = list(group)
        first, last = same[-1], same[0]
        zh, en, sign = _EVENTS.get(first.event, ("", "", "open"))
        yield DecisionRow(
            at=clock.full(first.at),
            until=clock.full(last.at) if len(same) > 1 else "",
            sign=sign,
            step=policy.node(Node[first.node.upper()]).title.say(clock.language) if first.node else "",
            what=say(clock.language, zh, en) or say_code(first.event, clock.language),
            why=_plain(first.why if clock.language == "zh-CN" else first.why_en),
            times=len(same),
        )


def _plain(why: str) -> str:
    """Reasons that are kept as a list are said as one."""
    return ", ".join(map(str, json.loads(why))) if why.startswith('["') else why


def _act(row: Row[Any], clock: Clock) -> ActRow:
    colour, sign = LOOK.get(row.state, ("", "open"))
    return ActRow(
        at=clock.full(row.delivered_at or row.planned_at),
        what=row.step or say_code(row.family, clock.language),
        sink=say_code(row.sink, clock.language),
        state=say_code(row.state, clock.language),
        colour=colour,
        sign=sign,
        amount=money(row.amount_minor, row.currency) if row.amount_minor else "",
        ref=row.ref or "",
        incident_id=row.incident_id,
    )
