"""A silence keeps messages back, not facts: it is written down, it ends, and then what is still open is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from orderwatch.core.words import Node
from orderwatch.store import silences
from orderwatch.store.attention import acknowledge
from orderwatch.store.silences import Matcher
from tests.pipeline.books import fingerprints
from tests.pipeline.desk import HOUR, MINUTE, NOON, Desk, a_shipment, an_order, late_in_pick

QUARTER = 15 * MINUTE
SILENCED = "select bool_or(is_silenced(incident_id, business_now())) from incident"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def silence(desk: Desk, lasts: timedelta = 4 * HOUR, **over: Any) -> int:
    with desk.engine.begin() as conn:
        return silences.add(conn, Matcher(**over), "li.na", "known, being mended", lasts)


def end(desk: Desk, number: int) -> bool:
    with desk.engine.begin() as conn:
        return silences.end(conn, number, "li.na")


def begin(desk: Desk) -> None:
    desk.scan(orders=[an_order("SO1", value_minor=900_000)], shipments=[a_shipment("SO1")])


def events(desk: Desk) -> list[str]:
    return desk.ask("select event from timeline where event like 'silence%' order by timeline_id")


def test_a_silenced_incident_is_opened_and_shown_and_told_to_nobody(desk: Desk) -> None:
    number = silence(desk, order_id="SO1")
    begin(desk)
    assert desk.incidents() == {"order:SO1:pick": "open"}
    assert desk.ask("select count(*) from effect") == [0]
    assert desk.ask("select detail ->> 'silence', detail ->> 'by', detail ->> 'reason' from timeline"
                    " where event = 'silenced'") == [(str(number), "li.na", "known, being mended")]  # fmt: skip


def test_it_neither_climbs_nor_is_it_told_again_nor_does_its_growth(desk: Desk) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    told = desk.ask("select count(*) from effect")
    silence(desk, timedelta(days=7), cause="W1")
    for number in range(4, 9):
        desk.advance(5 * HOUR)
        counts = desk.scan(**late_in_pick(f"SO{number}", wave_no="W1"))
        assert (counts["messages_planned"], counts["escalated"], counts["reminded"]) == (0, 0, 0)
    assert desk.ask("select count(*) from effect") == told
    assert events(desk) == ["silenced"]


def test_when_the_silence_ends_what_is_open_is_told_once_and_not_a_minute_earlier(desk: Desk) -> None:
    silence(desk, 4 * HOUR, order_id="SO1")
    begin(desk)
    desk.advance(4 * HOUR - MINUTE)
    assert desk.scan()["messages_planned"] == 0
    desk.advance(MINUTE)
    assert desk.scan()["messages_planned"] == 4
    assert desk.scan()["messages_planned"] == 0
    assert events(desk) == ["silenced", "silence_ended"]


def test_a_doubtful_order_that_was_silenced_is_told_of_when_the_silence_ends(desk: Desk) -> None:
    silence(desk, HOUR, order_id="SO1")
    desk.scan(orders=[an_order("SO1", flags=["address_incomplete"])], shipments=[a_shipment("SO1")])
    assert desk.incidents() == {"order:SO1:pick": "triage"}
    assert events(desk) == ["silenced"]
    desk.advance(HOUR)
    assert desk.scan()["messages_planned"] > 0
    assert events(desk) == ["silenced", "silence_ended"]


def test_what_was_told_before_the_silence_is_told_again_after_it(desk: Desk) -> None:
    begin(desk)
    number = silence(desk, incident_id=1)
    desk.advance(QUARTER)
    desk.scan()
    assert end(desk, number)
    assert desk.scan()["messages_planned"] == 4
    assert desk.ask("select count(distinct effect_key) from effect where family = 'opened'") == [8]


def test_after_the_silence_there_is_the_full_time_to_acknowledge(desk: Desk) -> None:
    begin(desk)
    desk.advance(30 * MINUTE)
    assert desk.scan()["escalated"] == 1
    silence(desk, HOUR, incident_id=1)
    desk.scan()
    desk.advance(HOUR)
    assert desk.scan()["escalated"] == 0
    desk.advance(29 * MINUTE)
    assert desk.scan()["escalated"] == 0
    desk.advance(MINUTE)
    assert desk.scan()["escalated"] == 1
    assert desk.ask("select count(*) from effect where family = 'escalated'") == [8]


def test_what_somebody_has_acknowledged_meanwhile_is_not_told(desk: Desk) -> None:
    silence(desk, order_id="SO1")
    begin(desk)
    with desk.engine.begin() as conn:
        acknowledge(conn, 1, "li.ting")
    desk.advance(4 * HOUR)
    assert desk.scan()["messages_planned"] == 0
    assert events(desk) == ["silenced", "silence_ended"]


def test_what_a_larger_incident_explains_meanwhile_is_not_told(desk: Desk) -> None:
    silence(desk, HOUR, order_id="SO1")
    begin(desk)
    with desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into incident (dedup_key, kind, level, owner_role, observed_at, opened_at)
            values ('system_failure:F', 'system_failure', 3, 'vice_president', business_now(), business_now());
            update incident set inhibited_by = 2 where incident_id = 1;
        """)
        )
    desk.advance(HOUR)
    assert desk.scan()["messages_planned"] == 0
    assert events(desk) == ["silenced", "silence_ended"]


def test_a_second_silence_takes_over_from_the_first(desk: Desk) -> None:
    silence(desk, HOUR, order_id="SO1")
    silence(desk, 2 * HOUR, kind="single")
    begin(desk)
    desk.advance(HOUR)
    assert desk.scan()["messages_planned"] == 0
    assert events(desk) == ["silenced", "silenced"]
    desk.advance(HOUR)
    assert desk.scan()["messages_planned"] == 4


def test_its_end_is_told_to_whoever_was_told_that_it_began_before_the_silence(desk: Desk) -> None:
    begin(desk)
    silence(desk, incident_id=1)
    desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    desk.scan()
    assert desk.told("resolved") == desk.told("opened") != set()


def test_what_nobody_was_told_of_ends_silently(desk: Desk) -> None:
    silence(desk, HOUR, order_id="SO1")
    begin(desk)
    desk.scan(shipments=[a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)])
    desk.scan()
    assert desk.incidents() == {"order:SO1:pick": "resolved"}
    desk.advance(2 * HOUR)
    desk.scan()
    assert desk.ask("select count(*) from effect") == [0]


def test_a_graver_incident_is_not_what_was_silenced(desk: Desk) -> None:
    silence(desk, kind="single", level=0)
    desk.scan(**late_in_pick("SO1"))
    assert desk.ask("select count(*) from effect") == [0]
    desk.scan(orders=[an_order("SO1", version=NOON + MINUTE, value_minor=900_000)])
    assert len(desk.told("opened")) == 4


def test_a_silence_changes_nothing_when_nothing_happens(desk: Desk) -> None:
    silence(desk, order_id="SO1")
    begin(desk)
    desk.advance(QUARTER)
    before = fingerprints(desk.engine)
    desk.scan()
    assert fingerprints(desk.engine) == before


def test_a_dry_run_writes_down_no_silence(desk: Desk) -> None:
    begin(desk)
    silence(desk, incident_id=1)
    desk.scan(dry_run=True)
    assert events(desk) == []


# --- what it is over ---


@pytest.mark.parametrize(
    ("over", "silent"),
    [
        ({"incident_id": 1}, True),
        ({"order_id": "SO1"}, False),  # two others are in the wave
        ({"cause": "W1"}, True),
        ({"cause": "W"}, False),
        ({"kind": "batch"}, True),
        ({"kind": "single"}, False),
        ({"kind": "batch", "node": Node.PICK}, True),
        ({"kind": "batch", "node": Node.PRINT}, False),
        ({"kind": "batch", "level": 2}, True),
        ({"kind": "batch", "level": 1}, False),
        ({"kind": "batch", "node": Node.PICK, "level": 2}, True),
        ({"kind": "batch", "node": Node.PICK, "level": 3}, False),
    ],
)
def test_a_silence_is_over_what_it_names_and_nothing_else(desk: Desk, over: dict[str, Any], silent: bool) -> None:
    desk.scan(**late_in_pick("SO1", "SO2", "SO3", wave_no="W1"))
    silence(desk, **over)
    assert desk.ask(SILENCED) == [silent]


def test_a_silenced_wave_covers_its_first_late_order_before_it_is_an_incident_of_its_own(desk: Desk) -> None:
    silence(desk, cause="W1")
    desk.scan(**late_in_pick("SO1", wave_no="W1"))
    assert desk.ask(SILENCED) == [True]


def test_it_holds_from_its_beginning_until_just_before_its_end(desk: Desk) -> None:
    begin(desk)
    silence(desk, HOUR, incident_id=1)
    question = "select is_silenced(1, starts - interval '1 s'), is_silenced(1, starts), " \
        "is_silenced(1, ends - interval '1 s'), is_silenced(1, ends) from silence"  # fmt: skip
    assert desk.ask(question) == [(False, True, True, False)]


# --- what is refused ---


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({}, "say what is silenced"),
        ({"order_id": "SO1", "cause": "W1"}, "say what is silenced"),
        ({"order_id": ""}, "say what is silenced"),
        ({"node": Node.PICK}, "say what is silenced"),
        ({"order_id": "SO1", "level": 1}, "narrow a kind"),
        ({"kind": "odd"}, "'odd' is no kind of incident"),
        ({"kind": "single", "level": 4}, "there is no level 4"),
    ],
)
def test_a_silence_names_one_thing(over: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Matcher(**over)


@pytest.mark.parametrize(
    ("lasts", "fine"),
    [
        (timedelta(days=7), True),
        (timedelta(days=7, seconds=1), False),
        (timedelta(0), False),
        (timedelta(seconds=1), True),
    ],
)
def test_a_silence_ends_within_seven_days(desk: Desk, lasts: timedelta, fine: bool) -> None:
    if fine:
        assert silence(desk, lasts, order_id="SO1") == 1
        return
    with pytest.raises(ValueError, match="at most 7 days"):
        silence(desk, lasts, order_id="SO1")


def test_over_an_incident_that_there_is_not_or_that_is_over_there_is_none(desk: Desk) -> None:
    with pytest.raises(LookupError, match="there is no incident 1"):
        silence(desk, incident_id=1)
    desk.scan(**late_in_pick("SO1", "SO2", wave_no="W1"))
    desk.scan(**late_in_pick("SO3", wave_no="W1"))
    with pytest.raises(ValueError, match="#1 is merged into #3: silence that one"):
        silence(desk, incident_id=1)


def test_a_silence_is_ended_once(desk: Desk) -> None:
    number = silence(desk, order_id="SO1")
    assert end(desk, number)
    assert not end(desk, number)
    assert not end(desk, 99)


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ("update silence set ends = ends + interval '1 day'", "not rewritten"),
        ("update silence set reason = 'another'", "not rewritten"),
        ("delete from silence", "append-only"),
        ("insert into silence (reason, owner, starts, ends, created_at) values ('r', 'o', now(), now() + '1 h', now())",
         "silence_of_one_thing"),
        ("insert into silence (order_id, level, reason, owner, starts, ends, created_at)"
         " values ('SO1', 1, 'r', 'o', now(), now() + '1 h', now())", "silence_narrowed_kind"),
        ("insert into silence (order_id, reason, owner, starts, ends, created_at)"
         " values ('SO1', 'r', 'o', now(), now() + '8 d', now())", "silence_check"),
        ("insert into silence (order_id, reason, owner, starts, ends, created_at)"
         " values ('SO1', '', 'o', now(), now() + '1 d', now())", "silence_reason_check"),
    ],
)  # fmt: skip
def test_the_database_keeps_a_silence_as_it_was_made(desk: Desk, attempt: str, said: str) -> None:
    silence(desk, order_id="SO1")
    with desk.engine.begin() as conn, pytest.raises(DBAPIError, match=said):
        conn.execute(text(attempt))
