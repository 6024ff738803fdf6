"""What is being done about a cause: the improvements that began after its incidents, as a review tells them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from orderwatch.pipeline.people.improve import Improvement, end, propose
from orderwatch.store.improvements import read_of_cause
from tests.pipeline.desk import HOUR
from tests.pipeline.review.conftest import Office


def of_cause(office: Office, cause: str, ago: timedelta = timedelta()) -> list[tuple[Any, ...]]:
    with office.desk.engine.connect() as conn:
        rows = read_of_cause(conn, cause, office.desk.now() - ago)
    return [(one.improvement_id, one.title, one.state, one.changed, one.incident_id, one.measured) for one in rows]


def begin(office: Office, title: str, incident_id: int) -> int:
    due = office.desk.now().date() + timedelta(days=7)
    return int(office.do("vp", propose, Improvement(title, "Zhao Lei", due, "no fault in a month", incident_id)))


def test_improvements_of_earlier_incidents_of_the_same_cause_and_of_no_other(office: Office) -> None:
    for order, cause in (("SO1", {"fault_code": "E42"}), ("SO2", {"shortage_skus": ["SKU-1"]})):
        office.close(office.late(order, **cause), "system", "r")
    office.review()
    causes = office.desk.ask("select cause from incident_review order by incident_id")
    assert causes == ["system_fault", "stock_shortage"]
    begin(office, "Restart the printers at night", 1)
    begin(office, "Count stock", 2)
    office.do("vp", end, 1, "done", "they restart", "the runbook of the printers")
    begin(office, "A second printer", 1)
    assert of_cause(office, "system_fault") == [
        (3, "A second printer", "open", None, 1, None),
        (1, "Restart the printers at night", "done", "the runbook of the printers", 1, None),
    ]
    assert of_cause(office, "system_fault", HOUR) == []  # nothing had begun by then
    assert of_cause(office, "customs_stop") == []
