"""A dispatcher killed at any moment sends nothing twice and loses nothing: delivered, or a person looks."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Lock
from typing import Any

import pytest
from sqlalchemy import text

from orderwatch.core.effect import Effect, Outcome
from orderwatch.pipeline.dispatch import Send, dispatch
from orderwatch.store import ledger
from orderwatch.store.database import business_now
from tests.pipeline.company import Company
from tests.pipeline.conftest import Install
from tests.pipeline.harness import Pipeline
from tests.pipeline.killing import killed_after, killed_after_seconds, killed_by_itself

MESSAGES = 30
ROUNDS = 10
Senders = dict[str, Send]
RECIPIENT = {
    "wecom_app": "user{}", "mail": "user{}@example.com", "wecom_robot": "operations", "crm_note": "C0000{}"
}  # fmt: skip


@pytest.fixture(scope="module")
def pipeline(install: Install) -> Pipeline:
    return install("orderwatch_empty")


def plan(
    pipeline: Pipeline, name: str, count: int = MESSAGES, sinks: tuple[str, ...] = ("wecom_app", "mail"), level: int = 1
) -> None:
    """As many messages, by turns to each sink, whose words occur nowhere else."""
    with pipeline.engine.begin() as conn:
        for n in range(count):
            words = f"{name}, message {n:02}."
            ledger.plan(
                conn, key=words, family="opened", sink=sinks[n % len(sinks)],
                recipient=RECIPIENT[sinks[n % len(sinks)]].format(n), level=level, now=business_now(conn),
                payload={"subject": words, "text": words}, valid_for=timedelta(hours=1),
            )  # fmt: skip


def heard(company: Company, name: str) -> Counter[str]:
    """How often each message of a name has arrived at either sink."""
    words = [one["content"] for one in company.chat()] + [one["text"].strip() for one in company.mails()]
    return Counter(one for one in words if one.startswith(f"{name},"))


def states(pipeline: Pipeline, name: str) -> dict[str, str]:
    return dict(pipeline.ask("select effect_key, state from effect where effect_key like :name", name=f"{name},%"))


def leases_run_out(pipeline: Pipeline) -> None:
    with pipeline.engine.begin() as conn:
        conn.execute(text("update effect set lease_until = clock_timestamp() - interval '1 s' where state = 'sending'"))


def dying(senders: Senders, after: int) -> Senders:
    """Senders whose process dies when so many messages have arrived, before any of it is recorded."""
    count, lock = 0, Lock()

    def deadly(send: Send) -> Send:
        def deliver(effect: Effect) -> Outcome:
            nonlocal count
            outcome = send(effect)
            with lock:
                count += 1
                if count >= after:
                    os.kill(os.getpid(), signal.SIGKILL)
            return outcome

        return deliver

    return {sink: deadly(send) for sink, send in senders.items()}


def kill(pipeline: Pipeline, number: int) -> None:
    """By turns: right after a statement, right after a delivery, at some moment."""
    dice = Random(number)
    if number % 3 == 0:
        assert killed_after(dice.randint(4, 70), pipeline.notify, pipeline.engine)
    elif number % 3 == 1:
        after = dice.randint(1, MESSAGES - 4)
        assert killed_by_itself(lambda: dispatch(pipeline.engine, dying(pipeline.senders(), after)))
    else:
        killed_after_seconds(dice.uniform(0.02, 0.15), pipeline.notify)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_dispatcher_sends_nothing_twice_and_loses_nothing(
    pipeline: Pipeline, company: Company, number: int
) -> None:
    name = f"round {number}"
    plan(pipeline, name)
    kill(pipeline, number)
    leases_run_out(pipeline)
    pipeline.notify()
    arrived, ended = heard(company, name), states(pipeline, name)
    assert len(ended) == MESSAGES
    assert max(arrived.values()) == 1
    for words, state in ended.items():
        blind = words in pipeline.ask("select effect_key from effect where sink = 'mail'")
        assert state == "delivered" or (blind and state == "needs_human"), words
        assert arrived[words] == 1 or state == "needs_human", words


def test_at_least_one_round_really_left_something_in_doubt(pipeline: Pipeline) -> None:
    """Otherwise the rounds before this test prove nothing."""
    assert pipeline.ask("select count(*) > 0 from effect_event where after = 'unknown'") == [True]
    assert pipeline.ask("select count(*) > 0 from effect where state = 'needs_human'") == [True]


def test_four_dispatchers_at_once_send_each_message_once(pipeline: Pipeline, company: Company) -> None:
    plan(pipeline, "together")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: pipeline.notify(), range(4)))
    assert set(states(pipeline, "together").values()) == {"delivered"}
    assert heard(company, "together") == Counter(states(pipeline, "together").keys())


def test_a_sink_that_is_down_gets_its_messages_when_it_is_back(
    install: Install, start_company: Callable[[], Company]
) -> None:
    company = start_company()
    pipeline = install("orderwatch_empty", of=company)
    plan(pipeline, "down", 4)
    company.fail("wecom", "down")
    company.fail("smtp", "down")
    assert pipeline.notify() == {"not_sent": 4}
    company.heal()
    assert pipeline.notify() == {}  # not at once
    company.advance(timedelta(minutes=3))
    pipeline.set_clock(company.ahead())
    assert pipeline.notify() == {"delivered": 4}
    assert set(heard(company, "down").values()) == {1}


def test_a_robots_limit_of_twenty_a_minute_delays_and_loses_nothing(
    install: Install, start_company: Callable[[], Company]
) -> None:
    company = start_company()
    pipeline = install("orderwatch_empty", of=company)
    plan(pipeline, "robot", 25, ("wecom_robot",))
    assert pipeline.notify() == {"delivered": 17}  # three are kept for level 3
    plan(pipeline, "grave", 2, ("wecom_robot",), level=3)
    assert pipeline.notify() == {"delivered": 2}
    company.advance(timedelta(minutes=2))
    pipeline.set_clock(company.ahead())
    assert pipeline.notify() == {"delivered": 8}
    assert set(heard(company, "robot").values()) == {1}


def test_an_answer_that_is_lost_after_the_message_was_shown_shows_it_once(
    install: Install, start_company: Callable[[], Company]
) -> None:
    company = start_company()
    pipeline = install("orderwatch_empty", of=company)
    plan(pipeline, "lost", 1, ("wecom_app",))
    company.fail("wecom", "truncated", times=1)  # after it has done its work
    assert pipeline.notify() == {"unknown": 1}
    assert heard(company, "lost") == {"lost, message 00.": 1}
    company.advance(timedelta(minutes=2))
    pipeline.set_clock(company.ahead())
    assert pipeline.notify() == {"delivered": 1}
    assert heard(company, "lost") == {"lost, message 00.": 1}


def test_a_sink_that_nobody_connected_keeps_its_messages(pipeline: Pipeline) -> None:
    plan(pipeline, "unplugged", 2, ("mail",))
    assert dict(dispatch(pipeline.engine, {})) == {"not_sent": 2}
    assert set(states(pipeline, "unplugged").values()) == {"planned"}


def test_a_sender_that_breaks_leaves_its_message_in_doubt(pipeline: Pipeline) -> None:
    def broken(effect: Effect) -> Outcome:
        raise KeyError("access_token")

    with pipeline.engine.begin() as conn:
        conn.execute(text("update effect set next_attempt_at = 'infinity' where state = 'planned'"))
    plan(pipeline, "broken", 1, ("mail",))
    assert dict(dispatch(pipeline.engine, {"mail": broken})) == {"unknown": 1}
    assert states(pipeline, "broken") == {"broken, message 00.": "needs_human"}
    unsent: Any = pipeline.ask("select last_error from effect where effect_key like 'broken%'")
    assert unsent == ["the sender failed: KeyError"]


def test_an_unknown_note_is_looked_for_before_a_person_is_asked(install: Install) -> None:
    """Its lease has run out long ago: even so the CRM is asked first."""
    pipeline = install("orderwatch_empty")
    plan(pipeline, "note", 2, ("crm_note",))

    def broken(effect: Effect) -> Outcome:
        return Outcome("unknown", "the answer was lost", timedelta(0))

    def find(effect: Effect) -> Outcome:
        return Outcome("delivered", ref="N-1") if effect.effect_key.endswith("00.") else Outcome("unknown", "not there")

    assert dict(dispatch(pipeline.engine, {"crm_note": broken})) == {"unknown": 2}
    assert set(states(pipeline, "note").values()) == {"unknown"}
    with pipeline.engine.begin() as conn:
        conn.execute(text("update effect set first_sent_at = first_sent_at - interval '15 min'"))
    assert dict(dispatch(pipeline.engine, {}, finders={"crm_note": find})) == {"delivered": 1}
    assert list(states(pipeline, "note").values()) == ["delivered", "needs_human"]
