"""Where a promise to the customer decides what is late, the books, the alert and its words follow it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine

from orderwatch.core.models.risk import Risk, RiskFit
from orderwatch.core.models.terms import terms_of

from .desk import HOUR, NOON, Desk, a_shipment, an_order

ON_THE_ROAD: Mapping[str, Any] = {
    "printed_at": NOON - 47 * HOUR, "picked_at": NOON - 46 * HOUR, "shipped_at": NOON - 45 * HOUR,
}  # fmt: skip
DUE = NOON + timedelta(days=2, hours=11, minutes=59, seconds=59)  # noon in Shanghai: the end of the day after tomorrow
ALERT = "select alert_at from order_alert where order_id = 'SO1'"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.set_limits(dict.fromkeys(range(1, 6), 10 * 24 * 3600))  # nobody is late by time
    return desk


def on_the_road(desk: Desk, due: datetime | None = DUE, order_id: str = "SO1", **changes: Any) -> dict[str, int]:
    return desk.scan(
        orders=[an_order(order_id, promised_at=due, **changes)], shipments=[a_shipment(order_id, **ON_THE_ROAD)]
    )


def certain(desk: Desk, chance: float) -> RiskFit:
    """A clock to which every order breaks its promise with the same chance."""
    model = Risk(terms_of(desk.policy), 0.8)
    features = len(model.terms.steps) - 1 + 8 + 6
    return RiskFit(model, float(np.log(chance / (1 - chance))), np.zeros(features), 1000)


def test_without_a_promise_clock_a_promise_changes_nothing(desk: Desk) -> None:
    on_the_road(desk)
    assert desk.ask(ALERT) == [NOON - 45 * HOUR + timedelta(days=10)]


def test_the_alert_time_follows_the_promise_and_moves_with_it(desk: Desk) -> None:
    desk.set_promise_clock("countdown:48h")
    on_the_road(desk)
    assert desk.ask(ALERT) == [DUE + timedelta(seconds=1) - 48 * HOUR - 15 * timedelta(minutes=1)]
    on_the_road(desk, DUE + timedelta(days=1), version=NOON)
    assert desk.ask(ALERT) == [DUE + timedelta(seconds=1) - 24 * HOUR - 15 * timedelta(minutes=1)]
    on_the_road(desk, None, version=NOON + timedelta(minutes=1))
    assert desk.ask(ALERT) == [NOON - 45 * HOUR + timedelta(days=10)]


def test_an_order_without_a_promise_goes_by_the_limit(desk: Desk) -> None:
    desk.set_promise_clock("countdown:48h")
    on_the_road(desk, None)
    assert desk.ask(ALERT) == [NOON - 45 * HOUR + timedelta(days=10)]


def test_the_ceiling_holds_whatever_was_promised(desk: Desk) -> None:
    desk.set_promise_clock("countdown:1h")
    on_the_road(desk, NOON + timedelta(days=300))
    (ceiling,) = desk.ask("select ceiling_s from node_policy where node = 5")
    assert desk.ask(ALERT) == [NOON - 45 * HOUR + timedelta(seconds=ceiling)]


def test_the_alert_says_how_likely_the_promise_breaks(desk: Desk) -> None:
    desk.set_promise_clock("risk:0.80", certain(desk, 0.83))
    on_the_road(desk)
    (words,) = desk.ask("select explanation from anomaly")
    assert words["en"] == (
        "in transport for 1 d 21 h, promised to the customer by 11-20 23:59, in 59 h 57 m: 83 % likely to break; "
        "version 3"
    )
    assert words["zh-CN"] == (
        "在运输已 1 天 21 小时，承诺 11-20 23:59 前送达，还有 59 小时 57 分，83% 的可能无法兑现（阈值版本 3）"
    )
    (evidence,) = desk.ask("select evidence from anomaly")
    assert evidence["chance"] == pytest.approx(0.83)
    assert evidence["promised_at"].startswith("2026-11-20T15:59:59")


def test_a_promise_that_nobody_thought_would_break_is_late_when_it_does(desk: Desk) -> None:
    desk.set_promise_clock("risk:0.80", certain(desk, 0.1))
    on_the_road(desk)
    assert desk.incidents() == {}
    assert desk.ask(ALERT) == [DUE + timedelta(seconds=1)]
    desk.set_time(DUE + timedelta(minutes=5))
    desk.scan()
    (words,) = desk.ask("select explanation from anomaly")
    assert words["en"].endswith("promised to the customer by 11-20 23:59 and still here; version 3")


def test_a_new_version_moves_every_open_order(desk: Desk) -> None:
    on_the_road(desk)
    on_the_road(desk, order_id="SO2")
    desk.set_promise_clock("countdown:24h")
    desk.follow()
    assert set(desk.ask("select alert_at from order_alert")) == {
        DUE + timedelta(seconds=1) - 24 * HOUR - 15 * timedelta(minutes=1)
    }
