"""Who may do what: every role, action, level and amount, asked of the policy, of the pipeline and of the database."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from orderwatch.core.policy.rights import PersonAction
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, act
from tests.pipeline.desk import Desk
from tests.pipeline.people.conftest import with_logins

ACTIONS = get_args(PersonAction)
LEVELS = range(4)
AMOUNTS = (0, 1, 50_000, 50_001, 1_000_000, 1_000_001, 20_000_000, 20_000_001)
MONEY = ("release", "settle", "undo")


@pytest.fixture(scope="module")
def everybody(databases: Any) -> Desk:
    """Every role has somebody who logs in under its name, and a viewer is in none."""
    desk = Desk(databases.copy())
    desk.policy = with_logins(desk.policy, {code: code for code in desk.policy.roles.root})
    from orderwatch.store.policy import publish_policy

    with desk.engine.begin() as conn:
        publish_policy(conn, desk.policy, desk.now())
    return desk


def asked(conn: Connection, login: str, role: str, action: str, level: int, amount: int) -> bool:
    """What the database says to this very row."""
    row = {
        "login": login, "role": role, "action": action, "level": level, "amount": amount,
        "currency": "CNY" if amount else None,
    }  # fmt: skip
    try:
        with conn.begin_nested() as nested:
            conn.execute(
                text("""
                insert into person_action (
                    at, action, login, role, level, amount_minor, currency, reason, until, subject
                )
                values (
                    business_now(), :action, :login, :role, :level, :amount, :currency, 'why',
                    business_now() + interval '1 hour', 'x'
                )
            """),
                row,
            )
            nested.rollback()
        return True
    except DBAPIError as error:
        assert str(getattr(error.orig, "sqlstate", "")) in {"OW032", "OW034"}, error
        return False


def done(conn: Connection, desk: Desk, login: str, action: str, level: int, amount: int) -> bool:
    """What the pipeline says."""
    nested = conn.begin_nested()
    try:
        act(
            conn, desk.policy, By(login), action,  # type: ignore[arg-type]
            subject="x", level=level, reason="why", until=desk.now() + (desk.now() - desk.now().replace(hour=0)),
            amount_minor=amount, currency="CNY" if amount else None,
        )  # fmt: skip
    except Refusal as refusal:
        assert refusal.kind == "forbidden", refusal
        return False
    finally:
        nested.rollback()
    return True


def test_the_whole_matrix_of_role_action_level_and_amount(everybody: Desk) -> None:
    checked = 0
    rights = everybody.policy.rights.root
    without_merge = [action for action in ACTIONS if action != "merge"]  # of a merger there are always two incidents
    with everybody.engine.connect() as conn, conn.begin() as work:
        for role, action, level in product([*everybody.policy.roles.root, "viewer"], without_merge, LEVELS):
            for amount in AMOUNTS if action in MONEY else (0,):
                right = rights.get(role)
                may = right is not None and level <= right.may.get(action, -1)
                may = may and (not amount or amount <= right.money.get("CNY", -1))
                about = (role, action, level, amount)
                assert asked(conn, role, *about) is may, about
                assert done(conn, everybody, *about) is may, about
                checked += 1
        work.rollback()
    assert checked == 10 * 4 * (18 + 3 * len(AMOUNTS))


def test_nobody_acts_in_a_role_that_is_not_theirs(everybody: Desk) -> None:
    with everybody.engine.connect() as conn, conn.begin() as work:
        assert not asked(conn, "viewer", "vice_president", "pause", 0, 0)
        assert not asked(conn, "pick_lead", "vice_president", "pause", 0, 0)
        with pytest.raises(Refusal, match="holds no role"):
            act(conn, everybody.policy, By("pick_lead", "vice_president"), "acknowledge", subject="x", level=0,
                must_say_why=False)  # fmt: skip
        work.rollback()


def test_a_right_that_is_taken_away_is_gone(engine: Engine) -> None:
    desk = Desk(engine)
    with engine.connect() as conn, conn.begin() as work:
        assert asked(conn, "admin", "operations_manager", "pause", 3, 0)
        conn.execute(text("delete from action_right where role = 'operations_manager' and action = 'pause'"))
        assert not asked(conn, "admin", "operations_manager", "pause", 0, 0)
        work.rollback()
    assert desk.policy.rights.who_may("pause", 3)


def test_whoever_leaves_a_role_can_do_nothing_in_it_any_more(everybody: Desk) -> None:
    with everybody.engine.connect() as conn, conn.begin() as work:
        conn.execute(text("delete from person_role where login = 'pick_lead'"))
        assert not asked(conn, "pick_lead", "pick_lead", "acknowledge", 0, 0)
        with pytest.raises(Refusal) as caught:  # the files of this server are older than the database
            act(conn, everybody.policy, By("pick_lead"), "acknowledge", subject="x", level=0, must_say_why=False)
        assert caught.value.kind == "forbidden"
        work.rollback()
