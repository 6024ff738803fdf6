"""Nothing new begins once a pause has committed, whatever it is over; what is being sent is finished."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import text

from orderwatch.store import pauses
from orderwatch.store.database import business_now, connect
from tests.pipeline.desk import HOUR, Desk
from tests.pipeline.people.conftest import People
from tests.pipeline.people.races import Race, Races

RACES = int(os.environ.get("RACES", "600"))


def race(desk: Desk, races: int) -> Races:
    """All four scopes, in turn by dice."""
    with desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into playbook_version values ('s', 'single_important', '', now());
            insert into response (incident_id, attempt, playbook, sha, run_id, started_at)
            values (1, 1, 'single_important', 's', 'inc-000001-r1', now());
        """)
        )
    subjects = {"incident": "1", "order": "SO1", "playbook": "single_important", "everything": ""}

    engine = connect(desk.engine.url.set(drivername="postgresql").render_as_string(hide_password=False), pooled=True)

    def pause(scope: str) -> None:
        with engine.begin() as conn:
            pauses.take(
                conn, scope=scope, subject=subjects[scope], by="manager", reason="r", lasting=HOUR,  # type: ignore[arg-type]
                now=business_now(conn),
            )  # fmt: skip

    def resume() -> None:
        with engine.begin() as conn:
            for row in pauses.read_live(conn):
                pauses.end(conn, row.pause_id, "manager", business_now(conn))

    found = Race(desk.engine, 1, pause, resume).run(races)
    engine.dispose()
    return found


def test_no_act_slips_past_a_pause_and_none_is_left_half_done(people: People) -> None:
    found = race(people.desk, RACES)
    assert found.races >= RACES and found.slipped == []
    assert found.in_flight > 0  # the races were real: something was on its way when a pause came
    assert people.desk.ask("select count(*) from effect where state = 'sending'") == [0]
    assert people.desk.ask("select count(*) > :n from effect where state = 'delivered'", n=RACES // 10) == [True]


@pytest.mark.skipif(RACES < 1000, reason="the control: what the guard is there for needs many races to be seen")
def test_without_the_guard_some_slip_past(people: People) -> None:
    people.desk.ask_to_change("alter table effect disable trigger effect_heeds_pauses")
    assert race(people.desk, RACES).slipped != []
