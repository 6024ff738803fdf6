"""The ledger refuses what must never happen, whoever asks, and hands each effect to one sender at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from orderwatch.core.effect import Effect, Outcome
from orderwatch.store import ledger
from orderwatch.store.database import business_now

MINUTE = timedelta(minutes=1)
STATES = (
    "held",
    "planned",
    "cancelled",
    "sending",
    "delivered",
    "unknown",
    "needs_human",
    "failed",
    "expired",
    "undone",
)
LEGAL = {
    ("planned", "sending"), ("planned", "expired"), ("sending", "delivered"), ("sending", "planned"),
    ("sending", "failed"), ("sending", "unknown"), ("unknown", "sending"), ("unknown", "needs_human"),
    ("needs_human", "delivered"), ("needs_human", "failed"), ("held", "planned"), ("held", "cancelled"),
    ("held", "expired"), ("planned", "cancelled"), ("unknown", "delivered"), ("sending", "needs_human"),
    ("sending", "cancelled"), ("delivered", "undone"),
}  # fmt: skip


def plan(conn: Connection, key: str = "k1", **changes: Any) -> int | None:
    plain: dict[str, Any] = {
        "family": "opened", "sink": "wecom_app", "recipient": "li.ting", "payload": {"text": "late"}, "level": 1,
        "now": business_now(conn), "valid_for": timedelta(hours=12),
    }  # fmt: skip
    return ledger.plan(conn, key=key, **plain | changes)


def claim(engine: Engine, later: timedelta = timedelta(0)) -> Effect | None:
    with engine.begin() as conn:
        return ledger.claim(conn, business_now(conn) + later)


def finish(engine: Engine, effect: Effect | None, result: Any, wait: timedelta = MINUTE) -> bool:
    assert effect is not None
    with engine.begin() as conn:
        return ledger.finish(conn, effect, Outcome(result, None, wait), business_now(conn))


def state(engine: Engine, key: str = "k1") -> str:
    with engine.connect() as conn:
        return str(conn.execute(text("select state from effect where effect_key = :k"), {"k": key}).scalar_one())


def events(engine: Engine) -> list[str]:
    with engine.connect() as conn:
        return list(conn.execute(text("select after from effect_event order by event_id")).scalars())


def tidy(engine: Engine, later: timedelta = timedelta(0)) -> None:
    with engine.begin() as conn:
        ledger.tidy(conn, business_now(conn) + later)


def sender_dies(engine: Engine) -> None:
    """The lease of whoever is sending runs out."""
    with engine.begin() as conn:
        conn.execute(text("update effect set lease_until = clock_timestamp() - interval '1 s' where state = 'sending'"))


def planned(engine: Engine, key: str = "k1", **changes: Any) -> None:
    with engine.begin() as conn:
        assert plan(conn, key, **changes)


def force(conn: Connection, state: str) -> None:
    """Put the only effect into a state, past every guard."""
    conn.execute(text("alter table effect disable trigger user"))
    conn.execute(
        text("""
            update effect set state = :s, first_sent_at = clock_timestamp(),
                lease_until = case when :s = 'sending' then clock_timestamp() + interval '1 min' end,
                delivered_at = case when :s in ('delivered', 'undone') then clock_timestamp() end,
                hold_reason = case when :s = 'held' then 'approval' end
        """),
        {"s": state},
    )
    conn.execute(text("alter table effect enable trigger user"))


@pytest.fixture(scope="module")
def engine(databases: Any) -> Engine:
    return databases.copy()  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def nothing_planned(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("set local session_replication_role = replica"))
        conn.execute(text("delete from effect_event; delete from effect_incident; delete from effect"))


# --- what the guard refuses ---


@pytest.mark.parametrize("before", STATES)
def test_only_the_listed_transitions_are_possible(engine: Engine, before: str) -> None:
    planned(engine)
    for after in STATES:
        if after == before:
            continue
        with engine.connect() as conn, conn.begin() as work:
            force(conn, before)
            change = text("""
                update effect set state = :s,
                    lease_until = case when :s = 'sending' then clock_timestamp() + interval '1 min' end,
                    delivered_at = case when :s in ('delivered', 'undone') then clock_timestamp() end,
                    hold_reason = case when :s = 'held' then 'approval' end
            """)
            if (before, after) in LEGAL:
                conn.execute(change, {"s": after})
            else:
                with pytest.raises(DBAPIError, match=f"cannot go from {before} to {after}"):
                    conn.execute(change, {"s": after})
            work.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "payload = '{\"text\": \"other\"}'", "recipient = 'somebody.else'", "sink = 'mail'", "effect_key = 'k2'",
        "family = 'resolved'", "planned_at = planned_at - interval '1 s'",
    ],
)  # fmt: skip
def test_what_is_planned_cannot_be_rewritten(engine: Engine, change: str) -> None:
    planned(engine)
    with engine.begin() as conn, pytest.raises(DBAPIError, match="cannot be rewritten once planned"):
        conn.execute(text(f"update effect set {change}"))


@pytest.mark.parametrize("table", ["effect", "effect_event"])
def test_effects_and_their_history_are_never_deleted(engine: Engine, table: str) -> None:
    planned(engine)
    with engine.begin() as conn, pytest.raises(DBAPIError, match="append-only"):
        conn.execute(text(f"delete from {table}"))


@pytest.mark.parametrize("table", ["effect", "effect_event"])
def test_effects_and_their_history_are_never_truncated(engine: Engine, table: str) -> None:
    planned(engine)
    with engine.begin() as conn, pytest.raises(DBAPIError, match="append-only"):
        conn.execute(text(f"truncate {table} cascade"))


def test_the_history_of_an_effect_cannot_be_changed(engine: Engine) -> None:
    planned(engine)
    with engine.begin() as conn, pytest.raises(DBAPIError, match="append-only"):
        conn.execute(text("update effect_event set note = 'never happened'"))


@pytest.mark.parametrize("age", [timedelta(minutes=46), timedelta(minutes=-6)], ids=["stale", "future"])
def test_a_decision_that_is_not_of_now_becomes_no_message(engine: Engine, age: timedelta) -> None:
    with engine.begin() as conn, pytest.raises(DBAPIError, match="is not of now"):
        plan(conn, now=business_now(conn) - age)


@pytest.mark.parametrize("age", [timedelta(minutes=44), timedelta(minutes=-4)], ids=["recent", "clock drift"])
def test_a_decision_of_the_last_minutes_becomes_a_message(engine: Engine, age: timedelta) -> None:
    with engine.begin() as conn:
        assert plan(conn, now=business_now(conn) - age)


def test_the_same_effect_is_planned_once_and_keeps_its_first_words(engine: Engine) -> None:
    planned(engine)
    with engine.begin() as conn:
        assert not plan(conn, payload={"text": "other words"})
        assert conn.execute(text("select payload ->> 'text' from effect")).scalars().all() == ["late"]


# --- claim, send, finish ---


def test_an_effect_is_claimed_by_one_sender_only(engine: Engine) -> None:
    planned(engine)
    with engine.begin() as first, engine.begin() as second:
        assert ledger.claim(first, business_now(first)) is not None
        assert ledger.claim(second, business_now(second)) is None
    assert claim(engine) is None


def test_the_gravest_effect_goes_first(engine: Engine) -> None:
    for key, level in (("a", 0), ("b", 3), ("c", 1)):
        planned(engine, key, level=level)
    assert [one.effect_key for one in (claim(engine), claim(engine), claim(engine)) if one] == ["b", "c", "a"]


def test_only_the_effects_asked_for_are_claimed(engine: Engine) -> None:
    for key, level in (("a", 3), ("b", 0)):
        planned(engine, key, level=level)
    with engine.begin() as conn:
        found = [ledger.claim(conn, business_now(conn), only) for only in (["b", "none"], ["b"], [])]
    assert [one and one.effect_key for one in found] == ["b", None, None]


def test_delivered_is_the_end(engine: Engine) -> None:
    planned(engine)
    assert finish(engine, claim(engine), "delivered")
    assert (state(engine), claim(engine, later=timedelta(hours=6))) == ("delivered", None)
    assert events(engine) == ["planned", "sending", "delivered"]


def test_proof_that_nothing_was_sent_brings_it_back_after_a_while(engine: Engine) -> None:
    planned(engine)
    finish(engine, claim(engine), "not_sent", wait=2 * MINUTE)
    assert state(engine) == "planned"
    assert claim(engine) is None
    again = claim(engine, later=2 * MINUTE)
    assert again is not None and again.fence == 2


def test_a_refusal_is_final(engine: Engine) -> None:
    planned(engine)
    finish(engine, claim(engine), "refused")
    assert (state(engine), claim(engine, later=timedelta(hours=6))) == ("failed", None)


def test_who_lost_the_lease_cannot_say_how_it_ended(engine: Engine) -> None:
    planned(engine)
    slow = claim(engine)
    sender_dies(engine)
    tidy(engine)
    quick = claim(engine)
    assert quick is not None and slow is not None and quick.fence == slow.fence + 1
    assert not finish(engine, slow, "refused")
    assert state(engine) == "sending"
    assert finish(engine, quick, "delivered")
    assert not finish(engine, slow, "refused")
    assert state(engine) == "delivered"


def test_a_living_lease_is_left_alone(engine: Engine) -> None:
    planned(engine)
    claim(engine)
    tidy(engine)
    assert state(engine) == "sending"


def test_a_repeat_carries_the_same_bytes(engine: Engine) -> None:
    planned(engine, payload={"text": "晚了 <b>", "subject": "x"})
    first = claim(engine)
    sender_dies(engine)
    tidy(engine)
    assert state(engine) == "unknown"
    second = claim(engine)
    assert first is not None and second is not None
    assert (second.payload, second.recipient, second.effect_key) == (
        first.payload,
        first.recipient,
        first.effect_key,
    )


@pytest.mark.parametrize("sink", ["mail", "wecom_robot"])
def test_what_a_blind_sink_may_have_got_goes_to_a_person_and_is_never_repeated(engine: Engine, sink: str) -> None:
    planned(engine, sink=sink)
    claim(engine)
    sender_dies(engine)
    tidy(engine)
    assert (state(engine), claim(engine, later=timedelta(hours=1))) == ("needs_human", None)
    assert events(engine) == ["planned", "sending", "unknown", "needs_human"]


@pytest.mark.parametrize("sink", ["mail", "wecom_robot"])
def test_the_database_itself_refuses_to_repeat_on_a_blind_sink(engine: Engine, sink: str) -> None:
    planned(engine, sink=sink)
    finish(engine, claim(engine), "unknown")
    with engine.begin() as conn, pytest.raises(DBAPIError, match="does not recognise a repeat"):
        conn.execute(text("update effect set state = 'sending', lease_until = clock_timestamp()"))


def test_an_unknown_effect_is_not_repeated_when_its_sink_has_forgotten_it(engine: Engine) -> None:
    planned(engine)
    finish(engine, claim(engine), "unknown")
    with engine.begin() as conn:
        conn.execute(text("update effect set first_sent_at = first_sent_at - interval '3 h 51 min'"))
    assert claim(engine, later=timedelta(hours=1)) is None
    with engine.begin() as conn, pytest.raises(DBAPIError, match="does not recognise a repeat"):
        conn.execute(text("update effect set state = 'sending', lease_until = clock_timestamp()"))
    tidy(engine)
    assert state(engine) == "needs_human"


def test_old_news_is_not_sent_any_more(engine: Engine) -> None:
    planned(engine)
    tidy(engine, later=timedelta(hours=12, seconds=1))
    assert (state(engine), claim(engine)) == ("expired", None)


def test_the_time_of_a_claim_is_the_companys_time(engine: Engine) -> None:
    with engine.begin() as conn:
        now: datetime = business_now(conn)
        plan(conn)
        assert ledger.claim(conn, now - MINUTE) is None
        assert ledger.claim(conn, business_now(conn)) is not None


# --- an attempt that may have arrived is not undone by one that surely did not ---


@pytest.fixture
def in_doubt(engine: Engine) -> Effect:
    """An effect on its second attempt, whose first one may have arrived."""
    planned(engine)
    claim(engine)
    sender_dies(engine)
    tidy(engine)
    again = claim(engine)
    assert again is not None
    return again


def test_not_sent_this_time_leaves_open_whether_it_was_sent_the_last_time(engine: Engine, in_doubt: Effect) -> None:
    finish(engine, in_doubt, "not_sent")
    assert state(engine) == "unknown"
    tidy(engine, later=timedelta(hours=12, seconds=1))  # no plan that could expire and give its money back
    assert state(engine) == "unknown"
    assert finish(engine, claim(engine, later=MINUTE), "delivered")


def test_a_refused_repeat_may_be_a_refusal_of_what_was_done(engine: Engine, in_doubt: Effect) -> None:
    finish(engine, in_doubt, "refused")
    assert state(engine) == "needs_human"


def test_the_memory_of_a_sink_counts_from_the_first_attempt_that_may_have_arrived(engine: Engine) -> None:
    planned(engine)
    finish(engine, claim(engine), "not_sent")
    with engine.connect() as conn:
        assert conn.execute(text("select first_sent_at from effect")).scalar_one() is None


# --- what a sink, or a person, is asked about ---


@pytest.fixture
def note(engine: Engine) -> Effect:
    """An unknown note of the CRM, which can be asked."""
    planned(engine, sink="crm_note")
    claimed = claim(engine)
    assert claimed is not None
    finish(engine, claimed, "unknown", wait=timedelta(0))
    return claimed


def reconcile(engine: Engine, note: Effect, result: Any) -> bool:
    with engine.begin() as conn:
        return ledger.reconcile(conn, note, Outcome(result, "not there", ref="N-7"), business_now(conn))


def test_what_can_be_asked_about_is_neither_repeated_nor_handed_to_a_person(engine: Engine, note: Effect) -> None:
    tidy(engine)
    assert (state(engine), claim(engine, later=timedelta(hours=1))) == ("unknown", None)
    with engine.connect() as conn:
        asked = ledger.read_unknown(conn, ["crm_note"], business_now(conn), None)
        assert [one.effect_key for one in asked] == ["k1"]
        assert ledger.read_unknown(conn, ["crm_note"], business_now(conn), ["k2"]) == []
        assert ledger.read_unknown(conn, ["voucher"], business_now(conn), None) == []


def test_what_is_found_is_delivered_with_its_number(engine: Engine, note: Effect) -> None:
    assert reconcile(engine, note, "delivered")
    with engine.connect() as conn:
        assert conn.execute(text("select state, ref from effect")).one() == ("delivered", "N-7")


@pytest.mark.parametrize(("age", "after"), [("9 min 58 s", "unknown"), ("10 min", "needs_human")])
def test_what_is_not_found_may_still_arrive_for_ten_minutes(engine: Engine, note: Effect, age: str, after: str) -> None:
    with engine.begin() as conn:
        conn.execute(text("update effect set first_sent_at = first_sent_at - cast(:age as interval)"), {"age": age})
    assert not reconcile(engine, note, "unknown")
    assert state(engine) == after


def test_an_answer_about_an_earlier_attempt_does_not_count(engine: Engine, note: Effect) -> None:
    assert reconcile(engine, note, "delivered")
    assert not reconcile(engine, note, "delivered")
    reconcile(engine, note, "unknown")
    assert state(engine) == "delivered"


def settle(engine: Engine, *, arrived: bool) -> bool:
    with engine.begin() as conn:
        number = conn.execute(text("select effect_id from effect")).scalar_one()
        return ledger.settle(conn, number, arrived=arrived, who="li.na", because="asked her", now=business_now(conn))


@pytest.mark.parametrize(("arrived", "after", "said"), [(True, "delivered", ""), (False, "failed", "did not ")])
def test_a_person_settles_what_nobody_else_can(engine: Engine, arrived: bool, after: str, said: str) -> None:
    planned(engine, sink="mail")
    assert not settle(engine, arrived=arrived)  # nobody was asked yet
    finish(engine, claim(engine), "unknown")
    tidy(engine)
    with engine.connect() as conn:
        assert [row.recipient for row in ledger.read_unsettled(conn)] == ["li.ting"]
    assert settle(engine, arrived=arrived)
    assert state(engine) == after
    assert not settle(engine, arrived=not arrived)  # once
    with engine.connect() as conn:
        assert ledger.read_unsettled(conn) == []
        last = conn.execute(text("select note from effect_event order by event_id desc limit 1")).scalar_one()
    assert last == f"{said or ''}{'arrive' if said else 'arrived'}, says li.na: asked her"


# --- whatever the server's defaults ---


def test_a_claim_is_on_the_disk_before_anything_is_sent(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("set local synchronous_commit = off"))
        ledger.claim(conn, business_now(conn))
        assert conn.execute(text("show synchronous_commit")).scalar_one() == "on"


def test_a_sender_that_freezes_in_the_middle_loses_its_locks(engine: Engine) -> None:
    with engine.begin() as conn:
        ledger.claim(conn, business_now(conn))
        assert conn.execute(text("show idle_in_transaction_session_timeout")).scalar_one() == "30s"


def test_two_senders_at_once_do_not_take_the_same_place_in_a_robots_minute(engine: Engine) -> None:
    for key in ("a", "b"):
        planned(engine, key, sink="wecom_robot")
    with engine.begin() as conn:
        conn.execute(text("delete from sink_bucket"))
        conn.execute(text("insert into sink_bucket values ('wecom_robot', 'li.ting', 4, business_now())"))
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as first:
            assert ledger.claim(first, business_now(first)) is not None
            second = pool.submit(claim, engine)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)  # it waits for the first to decide
        assert second.result() is None
