"""The tables come into being once, however often and by however many they are asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from orderwatch.local import postgres
from orderwatch.store.database import connect
from orderwatch.store.migrate import migrate
from tests.conftest import Databases


def test_migrating_again_changes_nothing_and_several_at_once_do_not_collide(databases: Databases) -> None:
    postgres.create_database(databases.server, "fresh")
    url = databases.url("fresh")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate, [url] * 3))
    migrate(url)
    with connect(url).connect() as conn:
        assert conn.execute(text("select count(*) from clock")).scalar_one() == 1
        assert conn.execute(text("select count(*) from alembic_version")).scalar_one() == 1


SPENT = """
insert into node_policy values (3, false, 'office', 'none', 86400, 0, 0);
insert into cell (node, category, region, channel) values (3, 'c', 'r', 'x');
insert into money_policy values ('CNY', 5000, 20000, 36000, 1500000);
insert into orders (order_id, version, status, kind, payment, channel, region, category, customer_id, warehouse,
    paid_at, value_minor, currency)
values ('SO1', now(), 'open', 'normal', 'paid', 'x', 'r', 'c', 'C1', 'WH', now(), 100, 'CNY');
insert into incident (dedup_key, kind, level, owner_role, observed_at, opened_at)
values ('order:SO1:pick', 'single', 1, 'x', now(), now());
insert into effect (effect_key, family, sink, recipient, payload, level, planned_at, valid_until, next_attempt_at,
    incident_id, step, slot, order_id, customer_id, side_effect, amount_minor, currency, business_key)
values ('k', 'response', 'voucher', 'C1', '{}', 1, now(), now() + interval '1 day', now(), 1, 'issue_voucher', 'SO1',
    'SO1', 'C1', 'money', 900, 'CNY', 'late_delivery:SO1');
"""


def test_money_that_an_earlier_version_has_planned_counts_and_can_be_given_back(databases: Databases) -> None:
    postgres.create_database(databases.server, "earlier")
    url = databases.url("earlier")
    migrate(url, "0004")
    with connect(url).begin() as conn:
        for statement in SPENT.split(";\n")[:-1]:
            conn.execute(text(statement))
    migrate(url)
    kept = (
        "select scope, committed_minor from budget where scope like 'incident:%' or scope like 'campaign:%' order by 1"
    )
    with connect(url).begin() as conn:
        scopes = conn.execute(text(kept)).all()
        assert [row.scope.split(":")[0] for row in scopes] == ["campaign", "incident"]
        assert {row.committed_minor for row in scopes} == {900}
        conn.execute(text("update effect set state = 'cancelled'"))
        assert {row.committed_minor for row in conn.execute(text("select committed_minor from budget"))} == {0}
