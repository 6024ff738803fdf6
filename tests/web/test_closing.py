"""Who closes an incident by hand starts the reviews, as a scan does that has closed some."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.edge import closing
from orderwatch.edge.assets import CLOSED
from tests.pipeline.desk import Desk, late_in_pick
from tests.web.conftest import LogIn, send


@pytest.fixture
def seen(tables: None) -> int:
    """Airflow knows the asset that the reviews wait for; the number of the last event before."""
    from airflow.models.asset import AssetModel
    from airflow.utils.session import create_session

    with create_session() as session:
        if session.query(AssetModel).filter_by(name=CLOSED).first() is None:
            session.add(AssetModel(name=CLOSED, uri=CLOSED, group="asset"))
    return max((number for number, _ in events()), default=0)


def events(after: int = 0) -> list[tuple[int, Any]]:
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        found = session.query(AssetEvent).filter(AssetEvent.id > after).order_by(AssetEvent.id)
        return [(one.id, one.extra) for one in found]


def close(log_in: LogIn, who: str) -> int:
    return send(
        log_in(who), "/incident/1/close", version=0, root_cause="human", reason="two pickers were ill"
    ).status_code


def test_a_close_by_hand_is_an_event(log_in: LogIn, company: Desk, seen: int) -> None:
    company.scan(**late_in_pick("SO-1"))
    assert close(log_in, "manager") == 200
    ((_, told),) = events(seen)
    assert {name: told[name] for name in ("closed", "incident")} == {"closed": 1, "incident": 1}


def test_what_is_refused_is_none(log_in: LogIn, company: Desk, seen: int) -> None:
    company.scan(**late_in_pick("SO-1"))
    assert close(log_in, "nobody") == 403
    assert events(seen) == []


def test_it_counts_all_the_same_where_airflow_knows_no_such_asset(
    log_in: LogIn, company: Desk, tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "CLOSED", "an_asset_of_nobody")
    company.scan(**late_in_pick("SO-1"))
    assert close(log_in, "manager") == 200
    assert company.ask("select state from incident") == ["closed"]
    assert not closing.tell_closed(1)
