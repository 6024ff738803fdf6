"""What is published of the policy: the last good roles are kept, and nothing is written when nothing changed."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, text

from orderwatch.core.policy import load_policy
from orderwatch.core.policy.roles import RolesFile
from orderwatch.paths import POLICY
from orderwatch.store.policy import last_roles, publish_policy

NOW = datetime(2026, 10, 8, 2, tzinfo=UTC)
WRITER = text("select xmin::text, ctid::text from last_roles")


def test_the_roles_are_kept_as_they_were_last_published(engine: Engine) -> None:
    policy = load_policy(POLICY)
    fewer = RolesFile({code: role for code, role in policy.roles.root.items() if code != "print_clerk"})
    with engine.begin() as conn:
        assert last_roles(conn) is None
        publish_policy(conn, policy, NOW)
        assert last_roles(conn) == policy.roles
        publish_policy(conn, policy.model_copy(update={"roles": fewer}), NOW)
        assert last_roles(conn) == fewer


def test_the_same_roles_are_not_written_again(engine: Engine) -> None:
    policy = load_policy(POLICY)
    writers = []
    for _ in range(2):
        with engine.begin() as conn:
            publish_policy(conn, policy, NOW)
            writers.append(conn.execute(WRITER).all())
    assert writers[0] == writers[1] and len(writers[0]) == 1
