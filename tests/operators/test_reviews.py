"""The operator writes what is due, says so beside the task, and fails where a review could not be written."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk import Asset, AssetAlias
from airflow.sdk.exceptions import AirflowFailException
from sqlalchemy import Engine

from orderwatch.edge import parking
from orderwatch.edge.assets import CLOSED, CLOSED_ALIAS
from orderwatch.operators.detect_anomalies import DetectAnomaliesOperator
from orderwatch.operators.write_reviews import WriteReviewsOperator
from tests.pipeline.desk import MINUTE, NOON, Desk, a_shipment
from tests.pipeline.harness import the_policy
from tests.pipeline.people.conftest import publish, with_logins
from tests.pipeline.review.conftest import Office


@pytest.fixture
def office(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Office:
    desk = Desk(engine, with_logins(the_policy()))
    publish(desk)
    for operator in (WriteReviewsOperator, DetectAnomaliesOperator):
        monkeypatch.setattr(operator, "engine", staticmethod(lambda: desk.engine))
        monkeypatch.setattr(operator, "policy", staticmethod(lambda: desk.policy))
    return Office(desk)


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(parking, "say", lambda context, label: said.append(label))
    return said


def write() -> Any:
    about: Any = {"run_id": "one", "params": {}}
    return WriteReviewsOperator(task_id="write_reviews").execute(about)


def test_all_that_was_closed_is_written_in_one_run_and_only_once(office: Office, words: list[str]) -> None:
    for number in (1, 2):
        office.close(office.late(f"SO{number}", fault_code=f"E{number}"), "system", "r")
    assert write() == {"written": 2, "unchanged": 0, "failed": 0, "reminded": 0, "late": 0}
    assert write()["written"] == 0
    assert words == ["2 written", "nothing to review"]


def test_a_review_that_cannot_be_written_makes_the_task_red(office: Office, words: list[str]) -> None:
    office.close(office.late("SO1"))
    office.desk.ask_to_change("alter table review add constraint broken check (false) not valid")
    with pytest.raises(AirflowFailException, match="reviews not written: 1"):
        write()
    assert words == ["1 not written"]


class Events(dict[Any, Any]):
    """What Airflow hands to a task for its outlets."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[Asset, Any]] = []

    def __missing__(self, key: Any) -> Any:
        assert key == AssetAlias(CLOSED_ALIAS)
        return self

    def add(self, asset: Asset, extra: Any) -> None:
        self.told.append((asset, extra))


def test_a_scan_tells_of_incidents_that_it_has_closed_and_of_nothing_else(office: Office) -> None:
    def scan(**form: Any) -> list[tuple[Asset, Any]]:
        events = Events()
        about: Any = {"run_id": "one", "params": form, "outlet_events": events}
        outlets = [AssetAlias(CLOSED_ALIAS)]
        scan_id = office.desk.open(dry_run=form.get("dry_run", False))
        office.desk.bring_in(scan_id)
        DetectAnomaliesOperator(task_id="detect_anomalies", scan_id=scan_id, outlets=outlets).execute(about)
        return events.told

    number = office.late("SO1")
    assert scan() == []
    for news in ([a_shipment("SO1", version=NOON + MINUTE, picked_at=NOON + MINUTE)], []):
        office.desk.advance(15 * MINUTE)
        office.desk.scan(shipments=news)
    assert office.state(number) == "resolved"
    office.desk.advance(60 * MINUTE)
    assert scan(dry_run=True) == []
    assert scan() == [(Asset(CLOSED), {"closed": 1})]
    assert scan() == []
