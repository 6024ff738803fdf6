"""Everything about one incident: what happened, to which orders and why, what was done, and what can be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.history import say_event
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.titles import say_code
from orderwatch.core.words import Node
from orderwatch.store import board, live
from orderwatch.store.database import business_now, run
from orderwatch.web.health.acts import ACTS, Act, levels_for, may, offered
from orderwatch.web.health.board import roles_of
from orderwatch.web.health.clock import Clock, Due
from orderwatch.web.health.done import DoneRow, done_of
from orderwatch.web.health.peers import peers
from orderwatch.web.health.ratings import Ratings, ratings_of
from orderwatch.web.health.rows import about_of, control_said, nodes_said, state_said, title_of, title_of_kind
from orderwatch.web.health.steps import Response, response_of
from orderwatch.web.pictures.words import say

ORDERS: Final = 25
AN_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Member:
    """One of its orders in one step, and where it stands among orders like it."""

    order_id: str
    about: str
    step: str
    why: str
    picture: Markup
    over: bool  # it has moved on since


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline; ``person``: done by hand, in this role."""

    at: str
    full: str
    words: str
    person: bool
    role: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """An act of which only a person can say whether it arrived."""

    effect_id: int
    step: str
    about: str
    amount: str
    sent: str
    error: str
    key: str


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """All of it, in one language."""

    clock: Clock
    row: Row[Any]
    title: str
    about: str
    state: str
    owner: str
    nodes: str
    reasons: str
    control: str
    due: Due | None
    response: Response | None
    done: Sequence[DoneRow]
    ratings: Ratings
    doubts: Sequence[Doubt]
    may_settle: bool
    members: Sequence[Member]
    orders_total: int
    orders_page: int
    story: Sequence[Line]
    told: Sequence[Row[Any]]
    acts: Mapping[str, Act]
    levels: Mapping[str, Sequence[int]]
    held_said: str
    held_minor: int
    until: str  # what the dialogs propose as an end
    roles: Sequence[str]

    @property
    def pages(self) -> int:
        return max(1, -(-self.orders_total // ORDERS))


def read_incident_page(
    conn: Connection, policy: Policy, login: str, incident_id: int, orders_page: int, language: Language
) -> IncidentPage | None:
    """None where there is no such incident."""
    row = board.read_incident(conn, incident_id)
    if row is None:
        return None
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    roles = roles_of(policy, login)
    held = run(conn, "people/read_held", incident_id=incident_id).all()
    currency = next((one.currency for one in held if one.amount_minor), None)
    amount = sum(one.amount_minor for one in held if one.currency == currency)
    names = offered(row, policy, roles, amount, currency)
    response = response_of(live.read_answer(conn, incident_id), live.sum_acts(conn, incident_id), clock)
    titles = response.titles if response else {}
    members = live.list_members(conn, incident_id, orders_page, ORDERS)
    doubts = live.read_doubtful(conn, incident_id)
    return IncidentPage(
        clock=clock,
        row=row,
        title=title_of_kind(row, language),
        about=about_of(row.dedup_key),
        state=state_said(row.state, clock),
        owner=title_of(row.owner_role, policy, clock),
        nodes=nodes_said(row.nodes, policy, clock),
        reasons="; ".join(map(str, row.reasons)),
        control=control_said(row.control or "auto", clock),
        due=clock.due(row.acknowledge_by) if row.state == "open" and not row.acknowledged_by else None,
        response=response,
        done=done_of(live.list_acts(conn, incident_id), row, titles, policy, roles, clock),
        ratings=ratings_of(
            live.read_ratings(conn, incident_id), titles, may(policy, roles, "rate", row), clock
        ),
        doubts=[_doubt(one, response, clock) for one in doubts],
        may_settle=bool(doubts) and all(
            may(policy, roles, "settle", row, one.amount_minor, one.currency) for one in doubts
        ),
        members=[_member(one, policy, clock) for one in members],
        orders_total=members[0].total if members else 0,
        orders_page=orders_page,
        story=[_line(one, policy, clock) for one in live.read_story(conn, incident_id)],
        told=board.read_told(conn, incident_id),
        acts={name: ACTS[name] for name in names},
        levels={name: levels_for(name, row.level) for name in names},
        held_said=_held(held, amount, currency, language),
        held_minor=amount,
        until=f"{(clock.now + AN_HOUR).astimezone(clock.zone):%Y-%m-%dT%H:%M}",
        roles=[policy.role(code).title.say(language) for code in roles],
    )  # fmt: skip


def read_members_of(conn: Connection, policy: Policy, incident_id: int, most: int, language: Language) -> list[Member]:
    """Its orders, at most so many."""
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    return [_member(row, policy, clock) for row in live.list_members(conn, incident_id, 1, most)]


def _held(held: Sequence[Row[Any]], amount: int, currency: str | None, language: Language) -> str:
    sum_said = f" · {money(amount, currency)}" if currency else ""
    return say(language, f"{len(held)} 项{sum_said}", f"{len(held)}{sum_said}")


def _member(row: Row[Any], policy: Policy, clock: Clock) -> Member:
    evidence = row.evidence
    threshold, dwell = int(evidence.get("threshold_s") or 0), int(evidence.get("dwell_s") or 0)
    here, limit = (
        say_duration(timedelta(seconds=s), clock.language, largest="h" if evidence.get("working_time") else "d")
        for s in (dwell, threshold)
    )
    label = say(clock.language, f"已 {here}，上限 {limit}", f"{here} here, limit {limit}")
    value = money(row.value_minor, row.currency)
    return Member(
        order_id=row.order_id,
        about=" · ".join(filter(None, (row.category, row.region, row.channel, row.warehouse, value))),
        step=policy.node(Node(row.node)).title.say(clock.language),
        why=row.explanation[clock.language],
        picture=peers(row.quantiles, threshold, dwell, label) if threshold and dwell else Markup(""),
        over=row.closed_at is not None,
    )


def _line(row: Row[Any], policy: Policy, clock: Clock) -> Line:
    orders = None
    if row.event == "anomaly_joined":
        shown = [one for one in row.orders if one]
        orders = [*shown, *[""] * (row.lines - len(shown))]
    return Line(
        at=clock.at(row.at),
        full=clock.full(row.at),
        words=say_event(
            row.event, row.detail, row.actor, clock.language, orders=orders,
            time=lambda text: clock.at(datetime.fromisoformat(text)),
        ),
        person=row.role is not None,
        role=title_of(row.role, policy, clock) if row.role else "",
    )  # fmt: skip


def _doubt(row: Row[Any], response: Response | None, clock: Clock) -> Doubt:
    return Doubt(
        effect_id=row.effect_id,
        step=response.titles.get(row.step, row.step) if response else row.step,
        about=row.order_id or say_code(row.sink, clock.language),
        amount=money(row.amount_minor, row.currency) if row.amount_minor else "",
        sent=clock.at(row.first_sent_at) if row.first_sent_at else "",
        error=row.last_error or "",
        key=row.effect_key,
    )
