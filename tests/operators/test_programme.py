"""The month is written and told once, a month that goes on is refused, and owners are reminded beside the reviews."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from sqlalchemy import Engine

from orderwatch.edge import parking
from orderwatch.operators.remind_owners import RemindOwnersOperator
from orderwatch.operators.write_report import WriteReportOperator
from orderwatch.pipeline.people.improve import Improvement, propose
from tests.pipeline.desk import NOON, Desk
from tests.pipeline.harness import the_policy
from tests.pipeline.people.conftest import publish, with_logins
from tests.pipeline.programme.ledger import DAY, THE_5TH, Ledger
from tests.pipeline.review.conftest import Office


@pytest.fixture
def office(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Office:
    desk = Desk(engine, with_logins(the_policy()))
    publish(desk)
    for operator in (WriteReportOperator, RemindOwnersOperator):
        monkeypatch.setattr(operator, "engine", staticmethod(lambda: desk.engine))
        monkeypatch.setattr(operator, "policy", staticmethod(lambda: desk.policy))
    return Office(desk)


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(parking, "say", lambda context, label: said.append(label))
    return said


def write(month: str | None = None) -> Any:
    about: Any = {"run_id": "one", "params": {"month": month}}
    return WriteReportOperator(task_id="write_report").execute(about)


def test_the_month_is_written_and_told_once_with_its_figures(office: Office, words: list[str]) -> None:
    ledger = Ledger(office.desk)
    ledger.incident(["SO1"], THE_5TH - 30 * DAY)
    ledger.complaint("SO1", THE_5TH - 31 * DAY)
    ledger.incident(["SO1"])
    ledger.incident(["SO2"])
    assert write() == {"2026-09": 1, "2026-10": 1}
    assert write() == {"2026-10": 0}
    assert words == ["2026-09 version 1; 2026-10 version 1", "2026-10 unchanged"]
    texts = office.desk.ask("select recipient, payload ->> 'subject', payload ->> 'text' from effect"
                            " where effect_key like 'report:%' order by 1")  # fmt: skip
    assert [one[0] for one in texts] == [
        "wang.fang", "wang.fang@example.com", "zhao.lei", "zhao.lei@example.com",
    ]  # fmt: skip
    assert texts[1][1] == "[Orderwatch] 2026-10 月报"
    assert "Found before a complaint: 50.0 % (1 of 2), +50.0 points against the month before" in texts[1][2]
    assert "误报率：没有数据（0 中 0）" in texts[1][2]
    assert "/orderwatch/programme?month=2026-10" in texts[1][2]


@pytest.mark.parametrize(("month", "why"), [("2026-11", "2026-11 is not over"), ("soon", "is not a month")])
def test_what_is_no_month_that_is_over_is_refused_in_words(office: Office, month: str, why: str) -> None:
    with pytest.raises(AirflowFailException, match=f"nothing written: .*{why}"):
        write(month)


def test_owners_are_reminded_and_the_label_says_so(office: Office, words: list[str]) -> None:
    wanted = Improvement("Count stock", "郑强", NOON.date() + 10 * DAY, "no stock-out", playbook="stock_out")
    office.do("vp", propose, wanted)
    about: Any = {"run_id": "one", "params": {}}
    task = RemindOwnersOperator(task_id="remind_owners")
    nothing = {"measured": 0, "reminded of": 0, "digest of the week": 0}
    assert task.execute(about) == nothing
    office.desk.advance(12 * DAY)  # a Monday
    assert task.execute(about) == nothing | {"reminded of": 1, "digest of the week": 1}
    assert task.execute(about) == nothing
    assert words == ["nobody to remind", "1 reminded of, 1 digest of the week", "nobody to remind"]
