"""What may have arrived is listed for a person, who says under their name whether it did."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from orderwatch.core.effect import Outcome
from orderwatch.store import ledger
from orderwatch.store.database import business_now
from tests.cli.conftest import Call
from tests.pipeline.answering import Answering, important
from tests.pipeline.desk import Desk


@pytest.fixture
def url(engine: Engine) -> str:
    """A database with a mail of which nobody knows, and one that has arrived."""
    for key, result in (("k1", "unknown"), ("k2", "delivered")):
        with engine.begin() as conn:
            now = business_now(conn)
            ledger.plan(
                conn, key=key, family="opened", sink="mail", recipient=f"[{key}]li.ting@example.com", level=1, now=now,
                payload={"subject": "late", "text": "late"}, valid_for=timedelta(hours=1),
            )  # fmt: skip
            claimed = ledger.claim(conn, business_now(conn))
            assert claimed is not None
            ledger.finish(conn, claimed, Outcome(result, "the answer was lost"), now)  # type: ignore[arg-type]
            ledger.tidy(conn, now)
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_what_waits_for_a_person_is_listed_with_what_is_known(call: Call, url: str) -> None:
    result = call("effects", "list", "--db", url)
    assert result.exit_code == 0
    assert "[k1]li.ting@example.com" in result.stdout and "the answer was lost" in result.stdout
    assert "[k2]" not in result.stdout


@pytest.mark.parametrize(("word", "after"), [("--arrived", "delivered"), ("--not-arrived", "failed")])
def test_a_person_says_whether_it_arrived(call: Call, url: str, engine: Engine, word: str, after: str) -> None:
    words = ("effects", "settle", "1", word, "--because", "she has it", "--as", "li.na", "--db", url)
    result = call(*words)
    assert (result.exit_code, result.stderr) == (0, f"effect 1 is {after}\n")
    with engine.connect() as conn:
        told = conn.exec_driver_sql("select after, note from effect_event order by event_id desc limit 1").one()
    assert told[0] == after and told[1].endswith("says li.na: she has it")
    assert "nothing waits for a person" in call("effects", "list", "--db", url).stdout
    assert call(*words).exit_code == 1


def test_what_nobody_is_asked_about_cannot_be_settled(call: Call, url: str) -> None:
    result = call("effects", "settle", "2", "--not-arrived", "--because", "no", "--db", url)
    assert result.exit_code == 1
    assert "effect 2 waits for nobody" in result.stderr


@pytest.mark.parametrize("words", [("--because", "x"), ("--arrived",), ("--arrived", "--because", " ")])
def test_which_way_it_went_and_why_have_to_be_said(call: Call, url: str, words: tuple[str, ...]) -> None:
    assert call("effects", "settle", "1", *words, "--db", url).exit_code == 2


def test_what_a_playbook_has_done_is_listed_and_taken_back(call: Call, engine: Engine) -> None:
    desk = Desk(engine)
    important(desk, value=90_000)
    answering = Answering(desk)
    answering.perform("call_customer")
    answering.perform("apologise")
    db = ("--db", engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    (number,) = desk.ask("select effect_id from effect where step = 'call_customer'")
    lines = call("effects", "list", "--incident", "1", *db).stdout.split("\n")
    rows = {line.split("│")[2].strip(): line for line in lines if line.count("│") > 5}
    assert "work_order-" in rows["call_customer"] and " yes " in rows["call_customer"]
    assert " yes " not in rows["apologise"]
    done = call("effects", "undo", str(number), "--because", "wrong customer", "--as", "li.ting", *db)
    assert done.exit_code == 0 and f"takes back effect {number}" in done.stderr
    assert "li.ting takes back call_customer (work_order-" in call("incidents", "show", "1", *db).stdout
    again = call("effects", "undo", str(number), "--because", "wrong customer", *db)
    assert again.exit_code == 2 and "already" in again.stderr
    assert "nothing was done about incident 9" in call("effects", "list", "--incident", "9", *db).stdout
