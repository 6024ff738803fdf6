"""Threshold versions: learned, held, decided about, put in force while everything goes on, and brought back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from orderwatch.core.learning import Limits
from orderwatch.core.retraining import Lesson
from orderwatch.pipeline import activate as activation
from orderwatch.pipeline.activate import activate, follow
from orderwatch.pipeline.approve import WordRefused, answer, question, summon
from orderwatch.pipeline.learn import Learned, decide, publish
from orderwatch.pipeline.policy import put_in_force
from orderwatch.store.database import Lock, hold

from .desk import HOUR, NOON, Desk, a_shipment, an_order

ALERTS = "select alert_at from order_alert order by order_id"
IN_PICK = NOON - 48 * HOUR
JUDGED = "judged_at = now(), verdict = 'invalid'"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.scan(
        orders=[an_order(f"SO{n}") for n in range(5)], shipments=[a_shipment(f"SO{n}") for n in range(5)], dry_run=True
    )
    return desk


def a_lesson(model: str = "formula:1.8", threshold_s: int = 7200) -> Learned:
    nodes = ["review", "print", "pick", "outbound", "transport"]
    rows = pd.DataFrame({
        "node": nodes, "category": None, "region": None, "channel": None, "threshold_s": threshold_s,
        "mean_s": threshold_s / 1.8, "n": 100, "buffer_s": 0.0, "fallback_level": "node", "cell_n": 100,
    })  # fmt: skip
    lesson = Lesson(model, None, (), {}, "because of the test")
    return Learned(Limits(rows, ()), lesson, 500, {"passages": 500}, NOON - timedelta(days=180), NOON)


def keep(desk: Desk, learned: Learned | None = None) -> tuple[int, bool]:
    with desk.engine.begin() as conn:
        return publish(conn, learned or a_lesson("test"), desk.policy, "run", NOON)


def put(desk: Desk, version: int) -> int:
    return activate(desk.engine, desk.policy, version, "test", "because", desk.now())


# --- what becomes of a version ---


def test_the_same_clock_needs_nobodys_word_another_one_does(desk: Desk) -> None:
    assert keep(desk)[1] is False  # the desk's version is called "test", too
    version, held = keep(desk, a_lesson("risk:0.80"))
    assert held
    assert desk.ask("select decision, decided_by, reason from threshold_decision where version = :v", v=version) == [
        ("held", "automation", "because of the test")
    ]


def test_a_held_version_cannot_be_in_force_before_somebody_has_said_yes(desk: Desk) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))
    before = desk.ask("select version from threshold_active")
    with pytest.raises(DBAPIError, match="waits for a person's word"):
        put(desk, version)
    assert desk.ask("select version from threshold_active") == before
    with desk.engine.begin() as conn:
        word = answer(conn, desk.policy, version, True, ["admin"], NOON)
    assert (word.yes, word.said) == (True, f"version {version} approved by admin")
    put(desk, version)
    assert desk.ask("select version from threshold_active") == [version]


def test_a_rejected_version_stays_rejected(desk: Desk) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))
    with desk.engine.begin() as conn:
        answer(conn, desk.policy, version, False, ["admin"], NOON)
    with pytest.raises(DBAPIError, match="has been rejected"):
        put(desk, version)
    with pytest.raises(DBAPIError, match="has been rejected"), desk.engine.begin() as conn:
        answer(conn, desk.policy, version, True, ["admin"], NOON)


@pytest.mark.parametrize("names", [["operations"], ["viewer"], []])
def test_whoever_lacks_the_role_is_told_who_may(desk: Desk, names: list[str]) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))
    with pytest.raises(WordRefused, match="operations manager, vice president"), desk.engine.begin() as conn:
        answer(conn, desk.policy, version, True, names, NOON)
    assert desk.ask("select decision from threshold_decision where version = :v", v=version) == ["held"]


def test_a_yes_that_comes_too_late_brings_nothing_old_back(desk: Desk) -> None:
    held, _ = keep(desk, a_lesson("risk:0.80"))
    newer, _ = keep(desk)
    put(desk, newer)
    with desk.engine.begin() as conn:
        word = answer(conn, desk.policy, held, True, ["admin"], NOON)
    assert not word.yes
    assert (
        word.said
        == f"version {held} is overtaken: version {newer} has come into force since it was learned; learn anew"
    )
    with pytest.raises(DBAPIError, match="has been rejected"):
        put(desk, held)


def test_a_yes_that_is_carried_out_too_late_brings_nothing_old_back_either(desk: Desk) -> None:
    held, _ = keep(desk, a_lesson("risk:0.80"))
    with desk.engine.begin() as conn:
        answer(conn, desk.policy, held, True, ["admin"], NOON)
    newer, _ = keep(desk)
    put(desk, newer)
    with pytest.raises(DBAPIError, match="is overtaken"):
        put(desk, held)
    assert desk.ask("select version from threshold_active") == [newer]


def test_whoever_may_decide_hears_of_it_once(desk: Desk) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))

    def told() -> int:
        with desk.engine.begin() as conn:
            return summon(conn, desk.policy, version, timedelta(days=14), "http://airflow/run", NOON)

    assert told() > 0
    assert told() == 0
    people = set(desk.ask("select recipient from effect where effect_key like 'version:%' and sink = 'mail'"))
    assert "wang.fang@example.com" in people and "li.ting@example.com" not in people
    text_of = "select payload ->> 'text' from effect where effect_key like 'version:%' and recipient = :who"
    (words,) = desk.ask(text_of, who="wang.fang@example.com")
    assert f"阈值版本 {version}（risk:0.80）将取代版本" in words
    assert f"Threshold version {version} (risk:0.80) would replace version" in words
    assert "because of the test" in words and "http://airflow/run" in words


def test_the_question_shows_what_would_change(desk: Desk) -> None:
    version, _ = keep(desk, a_lesson("risk:0.80"))
    with desk.engine.connect() as conn:
        asked = question(conn, version, timedelta(days=14), "/pictures")
    assert f"Threshold version {version} (risk:0.80) would replace version" in asked
    assert "because of the test" in asked and "See the pictures before you decide](/pictures)" in asked


@pytest.mark.parametrize(
    "change",
    [
        "update threshold_version set model = 'x'", "delete from threshold_version", "delete from threshold_decision",
        "update threshold_decision set decision = 'approved'", "update threshold set threshold_s = 1",
    ],
)  # fmt: skip
def test_nothing_about_a_version_can_be_rewritten(desk: Desk, change: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), desk.engine.begin() as conn:
        conn.execute(text(change))


def test_an_undecided_version_cannot_be_slipped_in(desk: Desk) -> None:
    version, _ = keep(desk)
    with pytest.raises(DBAPIError, match="undecided"), desk.engine.begin() as conn:
        conn.execute(text("update threshold_active set version = :v"), {"v": version})


# --- putting it in force ---


def test_open_orders_follow_and_an_earlier_version_comes_back(desk: Desk) -> None:
    before = desk.ask(ALERTS)
    (old,) = desk.ask("select version from threshold_active")
    version, _ = keep(desk, a_lesson("test", 100 * 3600))
    assert put(desk, version) == 5
    after = desk.ask(ALERTS)
    assert all(one > two for one, two in zip(after, before, strict=True))
    assert put(desk, old) == 5
    assert desk.ask(ALERTS) == before
    assert desk.ask("select decision from threshold_decision where version = :v", v=old) == ["in_force", "in_force"]


def test_putting_it_in_force_again_moves_nothing(desk: Desk) -> None:
    version, _ = keep(desk, a_lesson("test", 100 * 3600))
    assert [put(desk, version), put(desk, version)] == [5, 0]
    assert desk.ask("select count(*) from threshold_decision where version = :v", v=version) == [1]


def test_after_a_crash_on_the_way_the_next_scan_brings_the_rest_along(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.ask(ALERTS)
    version, _ = keep(desk, a_lesson("test", 100 * 3600))

    def die(*_: Any) -> int:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(activation, "_follow", die)
        with pytest.raises(RuntimeError, match="killed"):
            put(desk, version)
    assert desk.ask(ALERTS) == before
    assert desk.ask("select version, moved_at from threshold_active") == [(version, None)]
    assert not put_in_force(desk.engine, desk.policy, desk.now())
    assert all(one > two for one, two in zip(desk.ask(ALERTS), before, strict=True))
    assert desk.ask("select moved_at is not null from threshold_active") == [True]


def test_what_has_changed_meanwhile_is_left_as_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An order that moves on between the calculation and its portion keeps its new alert time, and one that was judged
    is not asked again."""
    version, _ = keep(desk, a_lesson("test", 100 * 3600))
    meant: list[Callable[[], Any]] = [
        lambda: desk.scan(
            orders=[],
            shipments=[
                a_shipment("SO0", version=NOON, picked_at=NOON - HOUR),
                a_shipment("SO2", version=NOON, printed_at=NOON - 2 * HOUR),
            ],
            dry_run=True,
        ),
        lambda: desk.ask_to_change(f"update order_alert set {JUDGED} where order_id = 'SO1'"),
    ]
    real = activation.hold

    def first_let_others_pass(conn: Any, lock: Lock) -> None:
        while meant and desk.ask("select moved_at is null from threshold_active") == [True]:
            meant.pop()()
        real(conn, lock)

    judged = desk.ask("select alert_at from order_alert where order_id = 'SO1'")
    monkeypatch.setattr(activation, "hold", first_let_others_pass)
    put(desk, version)
    assert not meant
    assert desk.ask("select node, entered_at from order_alert where order_id = 'SO0'") == [(4, NOON - HOUR)]
    assert desk.ask("select alert_at from order_alert where order_id = 'SO1'") == judged
    (later,) = desk.ask("select entered_at from order_alert where order_id = 'SO2'")
    assert later == NOON - 2 * HOUR
    calculated = desk.ask(ALERTS)
    assert follow(desk.engine, desk.policy, desk.now()) == 0
    assert desk.ask(ALERTS) == calculated


def test_others_write_while_open_orders_move(desk: Desk) -> None:
    """Two versions change places while orders change; at the end everything is as the last version says."""
    one, two = (keep(desk, a_lesson("test", hours * 3600))[0] for hours in (50, 100))
    problems: list[BaseException] = []

    def guarded(work: Callable[[], Any]) -> Thread:
        def act() -> None:
            try:
                work()
            except BaseException as error:  # reported below
                problems.append(error)

        return Thread(target=act)

    def switch() -> None:
        for version in (one, two) * 3:
            put(desk, version)

    def write() -> None:
        dice = np.random.default_rng(3)
        for turn in range(1, 9):
            number = int(dice.integers(5))
            changed = a_shipment(f"SO{number}", version=NOON + turn * HOUR / 100, printed_at=IN_PICK + turn * HOUR)
            desk.scan(orders=[], shipments=[changed], dry_run=True)

    threads = [guarded(switch), guarded(write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    settled = desk.ask(ALERTS)
    assert follow(desk.engine, desk.policy, desk.now()) == 0
    assert desk.ask(ALERTS) == settled


def test_whoever_writes_waits_for_one_portion_only(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activation, "FIRST_PORTION", 2)
    held = []
    real = activation.hold

    def count(conn: Any, lock: Lock) -> None:
        held.append(lock)
        real(conn, lock)

    monkeypatch.setattr(activation, "hold", count)
    version, _ = keep(desk, a_lesson("test", 100 * 3600))
    assert put(desk, version) == 5
    assert held == [Lock.ALERTS] * 3  # the switch, two orders, and as many again as went quickly


def test_decisions_have_an_author_and_a_reason(desk: Desk) -> None:
    version, _ = keep(desk)
    for by, why in (("", "x"), ("x", "")):
        with pytest.raises(DBAPIError), desk.engine.begin() as conn:
            hold(conn, Lock.ALERTS)
            decide(conn, version, "approved", by, why, NOON)
