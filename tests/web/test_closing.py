"""Who closes an incident by hand starts the reviews, as a scan does that has closed some."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from orderwatch.edge.assets import CLOSED
from orderwatch.edge.closing import tell_closed
from tests.pipeline.desk import Desk, late_in_pick
from tests.web.conftest import LogIn, send


@pytest.fixture
def asset(tables: None) -> Iterator[None]:
    """Airflow knows the asset that the reviews wait for."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session

    with create_session() as session:
        session.add(AssetModel(name=CLOSED, uri=CLOSED, group="asset"))
    yield
    with create_session() as session:
        session.query(AssetEvent).delete()
        session.query(AssetModel).filter_by(name=CLOSED).delete()


def events() -> list[Any]:
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        return [one.extra for one in session.query(AssetEvent).order_by(AssetEvent.id)]


def close(log_in: LogIn, who: str) -> int:
    return send(
        log_in(who), "/incident/1/close", version=0, root_cause="human", reason="two pickers were ill"
    ).status_code


def test_a_close_by_hand_is_an_event(log_in: LogIn, company: Desk, asset: None) -> None:
    company.scan(**late_in_pick("SO-1"))
    assert close(log_in, "manager") == 200
    (told,) = events()
    assert {name: told[name] for name in ("closed", "incident")} == {"closed": 1, "incident": 1}


def test_what_is_refused_is_none(log_in: LogIn, company: Desk, asset: None) -> None:
    company.scan(**late_in_pick("SO-1"))
    assert close(log_in, "nobody") == 403
    assert events() == []


def test_it_counts_all_the_same_where_airflow_knows_no_such_asset(log_in: LogIn, company: Desk, tables: None) -> None:
    company.scan(**late_in_pick("SO-1"))
    assert close(log_in, "manager") == 200
    assert company.ask("select state from incident") == ["closed"]
    assert not tell_closed(1)
