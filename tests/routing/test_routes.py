"""Who hears of which incident: every row of ``routes.yaml`` is played through the pipeline with the shipped policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine, text

from orderwatch.core.durations import Duration
from orderwatch.core.policy import Policy
from orderwatch.core.policy.roles import Away, RolesFile
from orderwatch.core.words import Node
from orderwatch.store import silences
from orderwatch.store.attention import acknowledge
from tests.pipeline.desk import HOUR, MINUTE, NOON, Body, Desk, a_shipment, an_order
from tests.pipeline.harness import the_policy

FILE = Path(__file__).with_name("routes.yaml")
QUARTER = 15 * MINUTE
Heard = set[tuple[int, str, str, str]]  # after how many minutes, family, sink, recipient


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hears(Strict):
    after: Duration
    family: Literal["opened", "grown", "digest", "resolved", "escalated", "reminder"]
    people: tuple[str, ...] = ()
    mail: tuple[str, ...] = ()
    robot: str | None = None


class Silence(Strict):
    order: str | None = None
    cause: str | None = None
    kind: str | None = None
    level: int | None = None
    node: str | None = None
    lasts: Duration = Field(alias="for")


class GivenUp(Strict):
    after: Duration
    role: str
    to: str


class Shares(Strict):
    wave: str | None = None
    article: str | None = None
    fault: str | None = None


class Route(Strict):
    """One row; its fields are explained at the top of the table."""

    name: str
    opens: str
    hears: tuple[Hears, ...]
    at: str = "12:00"
    watch: Duration = timedelta(minutes=90)
    orders: int = 1
    node: Literal["review", "print", "pick", "outbound", "transport"] = "pick"
    order: Mapping[str, Any] = {}
    tier: str = "regular"
    shares: Shares = Shares()
    silent: str | None = None
    away: tuple[str, ...] = ()
    deputy: Mapping[str, str] = {}
    office: tuple[str, ...] = ()
    silence: Silence | None = None
    inhibited: Duration | None = None
    acknowledged: Duration | None = None
    recovered: Duration | None = None
    given_up: GivenUp | None = None

    @property
    def begins(self) -> datetime:
        return datetime.fromisoformat(f"2026-11-18T{self.at}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


ROUTES = [Route.model_validate(row) for row in yaml.safe_load(FILE.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_exactly_those_hear_who_should(engine: Engine, route: Route) -> None:
    desk = Desk(engine, policy_of(route))
    play(desk, route)
    kind, level = route.opens.split()
    assert desk.ask("select distinct kind, level from incident where dedup_key <> 'system_failure:F'") == [
        (kind, int(level))
    ]
    assert heard(desk) == wanted(route)


def test_the_table_is_large_enough_to_mean_something() -> None:
    assert len(ROUTES) >= 25
    assert len({route.name for route in ROUTES}) == len(ROUTES)


# --- playing a row ---


def policy_of(route: Route) -> Policy:
    """The shipped policy, with the people away and the hours kept that the row says."""
    today = (Away(first=date(2026, 11, 18), last=date(2026, 11, 18)),)
    shipped = the_policy()
    roles = {
        code: role.model_copy(
            update={
                "on_duty": "office" if code in route.office else role.on_duty,
                "people": tuple(
                    person.model_copy(
                        update={
                            "away": today if person.wecom in route.away else (),
                            "deputy": route.deputy.get(person.wecom),
                        }
                    )
                    for person in role.people
                ),
            }
        )
        for code, role in shipped.roles.root.items()
    }
    return shipped.model_copy(update={"roles": RolesFile(roles)})


def without_role(policy: Policy, gone: GivenUp) -> Policy:
    roles = {code: role for code, role in policy.roles.root.items() if code != gone.role}
    levels = {
        number: level.model_copy(update={"owner": gone.to}) if level.owner == gone.role else level
        for number, level in policy.grading.levels.items()
    }
    grading = policy.grading.model_copy(update={"levels": levels})
    return policy.model_copy(update={"roles": RolesFile.model_construct(root=roles), "grading": grading})


def play(desk: Desk, route: Route) -> None:
    """A scan every quarter of an hour, and between them what the row says."""
    if route.silent:
        desk.set_time(route.begins - HOUR)
        desk.scan()
    desk.set_time(route.begins)
    if route.silence:
        with desk.engine.begin() as conn:
            silences.add(conn, matcher(route.silence), "li.na", "known and being mended", route.silence.lasts)
    desk.scan(silent=silent(route), **({} if route.silent else late(route)))
    after = QUARTER
    while after <= route.watch:
        desk.advance(QUARTER)
        between(desk, route, after)
        desk.scan(silent=silent(route), shipments=picked(route) if route.recovered == after else ())
        after += QUARTER


def between(desk: Desk, route: Route, after: timedelta) -> None:
    if route.given_up and route.given_up.after == after:
        desk.policy = without_role(desk.policy, route.given_up)
    with desk.engine.begin() as conn:
        if route.acknowledged == after:
            acknowledge(conn, 1, "li.ting")
        if route.inhibited == after:
            conn.execute(
                text("""
                    insert into incident (dedup_key, kind, level, owner_role, observed_at, opened_at)
                    values ('system_failure:F', 'system_failure', 3, 'vice_president', business_now(), business_now())
                """)
            )
            conn.execute(text("update incident set inhibited_by = 2 where incident_id = 1"))


def silent(route: Route) -> Sequence[str]:
    return [route.silent] if route.silent else []


def matcher(one: Silence) -> silences.Matcher:
    node = None if one.node is None else Node[one.node.upper()]
    return silences.Matcher(None, one.order, one.cause, one.kind, node, one.level)


def late(route: Route) -> dict[str, list[Body]]:
    """The late orders of the row, as the systems tell of them."""
    ids = [f"SO{number}" for number in range(route.orders)]
    facts = dict(route.order) | ({"approved_at": None} if route.node == "review" else {})
    found: dict[str, list[Body]] = {
        "orders": [an_order(one, **facts) for one in ids],
        "customers": [{"customer_id": f"C-{one}", "version": NOON - HOUR, "tier": route.tier} for one in ids],
    }
    if route.node not in {"review", "print"}:
        found["shipments"] = [shipment(one, route) for one in ids]
    return found


def shipment(order_id: str, route: Route) -> Body:
    left = {
        "pick": {},
        "outbound": {"picked_at": NOON - 47 * HOUR},
        "transport": {"picked_at": NOON - 47 * HOUR, "shipped_at": NOON - 40 * HOUR},
    }[route.node]
    shares = route.shares
    shared = {"wave_no": shares.wave, "fault_code": shares.fault}
    return a_shipment(order_id, **left, **shared, shortage_skus=[shares.article] if shares.article else [])


def picked(route: Route) -> list[Body]:
    moved = {"version": NOON + MINUTE, "picked_at": NOON + MINUTE}
    return [a_shipment(f"SO{number}", **moved) for number in range(route.orders)]


# --- comparing ---


def heard(desk: Desk) -> Heard:
    rows = desk.ask("""
        select family, sink, recipient, floor(extract(epoch from planned_at - (
            select min(opened_at) from incident
        )) / 60)::integer from effect
    """)
    return {(minutes, family, sink, recipient) for family, sink, recipient, minutes in rows}


def wanted(route: Route) -> Heard:
    found: Heard = set()
    for one in route.hears:
        at = (int(one.after.total_seconds() // 60), one.family)
        found |= {(*at, "wecom_app", person) for person in one.people}
        found |= {(*at, "mail", f"{person}@example.com") for person in (*one.people, *one.mail)}
        found |= {(*at, "wecom_robot", one.robot)} if one.robot else set()
    return found
