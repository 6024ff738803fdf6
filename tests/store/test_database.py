"""Whatever text a source sends, PostgreSQL takes it as JSON and gives the same words back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from orderwatch.store.database import as_json, connect, copy_rows

BACKSLASH = "\\"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("很晚", "很晚"),
        ("a\x00b", "ab"),
        ("\x00\x00", ""),
        (BACKSLASH + "u0000", BACKSLASH + "u0000"),  # six characters that only read like a NUL
        (BACKSLASH + "u0000" + BACKSLASH, BACKSLASH + "u0000" + BACKSLASH),
        (BACKSLASH + "\x00", BACKSLASH),
        (BACKSLASH * 2 + "\x00x", BACKSLASH * 2 + "x"),
        ("half \ud83d of a smile", "half \ufffd of a smile"),
        ("a whole one 😀", "a whole one 😀"),
        ("\x01\x1f\u2028", "\x01\x1f\u2028"),
    ],
)
def test_text_survives_the_way_into_a_json_column(engine: Engine, said: str, kept: str) -> None:
    with engine.begin() as conn:
        conn.execute(text("create temporary table t (j jsonb)"))
        conn.execute(text("insert into t values (cast(:j as jsonb))"), {"j": as_json({"said": said, said: 1})})
        back = conn.execute(text("select j from t")).scalar_one()
    assert back == {"said": kept, kept: 1}


def test_instants_are_written_in_iso() -> None:
    assert json.loads(as_json({"at": datetime(2026, 11, 18, tzinfo=UTC)})) == {"at": "2026-11-18T00:00:00+00:00"}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_know_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        as_json({"x": value})


def test_what_has_no_place_in_json_is_named() -> None:
    with pytest.raises(TypeError, match="set has no place in JSON"):
        as_json({"x": {1}})


@pytest.mark.parametrize("url", ["sqlite:///x.db", "mysql://a@b/c"])
def test_any_other_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="Orderwatch needs PostgreSQL"):
        connect(url)


ROW = "13800138000 wang.xiaoming"


def test_an_error_names_the_rule_and_not_the_row(engine: Engine) -> None:
    """PostgreSQL adds the failing row to its words; people's data would reach chat, mail and logs with it."""
    with pytest.raises(IntegrityError) as refused, engine.begin() as conn:
        conn.execute(text("create temporary table t (n integer constraint small check (n < 5), said text)"))
        conn.execute(text("insert into t values (9, :said)"), {"said": ROW})
    assert 'violates check constraint "small"' in str(refused.value)
    assert "13800138000" not in str(refused.value) and "13800138000" not in str(refused.value.orig)


def test_neither_does_an_error_of_a_copy(engine: Engine) -> None:
    with pytest.raises(psycopg.Error) as refused, engine.begin() as conn:
        conn.execute(text("create temporary table t (n integer constraint small check (n < 5), said text)"))
        copy_rows(conn, "t", ("n", "said"), [(9, ROW)])
    assert 'violates check constraint "small"' in str(refused.value)
    assert "13800138000" not in str(refused.value)
