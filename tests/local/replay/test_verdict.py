"""What rules would have meant, counted by hand on six orders whose fate is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from orderwatch.local.replay.course import Course, Span
from orderwatch.local.replay.rules import read_rules
from orderwatch.local.replay.verdict import Outcome, differences, figures_of, orders_of

from .stories import at

HOUR: Final = 3600
BEGIN, END = at("06-01 00:00"), at("07-01 00:00")
SPAN = Span(BEGIN, END, 900)
DUE = at("06-20 00:00")
ORDERS = ["fine", "late", "latest", "never told", "before", "after"]
# "before" broke before the replay, "after" breaks after it: neither is counted as late in it
OUTCOME = Outcome(
    late=np.array([False, True, True, True, True, True]),
    breaks_s=np.array([DUE, DUE, DUE, DUE, BEGIN - HOUR, END + HOUR]),
    keys=pd.Index(ORDERS),
    unknown=1,
)


def found(*rows: tuple[str, int, str]) -> pd.DataFrame:
    """Order, when it was found late, and in an incident of which kind."""
    return pd.DataFrame(
        [
            {
                "order_id": order, "node": 5, "level": 0, "detected_at": pd.Timestamp(when, unit="s", tz="UTC"),
                "incident_id": 1, "kind": kind, "incident_level": 1, "standing": when <= BEGIN,
            }
            for order, when, kind in rows
        ]
    )  # fmt: skip


def a_course(late: pd.DataFrame, **changes: Any) -> Course:
    incidents = pd.DataFrame([
        {"level": 0, "state": "open", "playbook": None},
        {"level": 1, "state": "closed", "playbook": "single_transport"},
        {"level": 1, "state": "merged", "playbook": "single_transport"},
    ])
    effects = pd.DataFrame([
        {"sink": "voucher", "order_id": "late", "currency": "CNY", "sent": 1, "amount_minor": 2_000},
        {"sink": "voucher", "order_id": "fine", "currency": "CNY", "sent": 1, "amount_minor": 500},
        {"sink": "customer_mail", "order_id": "late", "currency": None, "sent": 2, "amount_minor": 0},
        {"sink": "mail", "order_id": None, "currency": None, "sent": 3, "amount_minor": 0},
        {"sink": "wecom_app", "order_id": None, "currency": None, "sent": 4, "amount_minor": 0},
    ])
    silent = pd.DataFrame([
        {"order_id": "quiet", "event": "exempted", "reasons": [["presale"]], "standing": False},
        {"order_id": "quiet", "event": "not_valid", "reasons": [["test_order"], []], "standing": False},
        {"order_id": "long quiet", "event": "exempted", "reasons": [["customs"]], "standing": True},
    ])
    return replace(Course(read_rules("in force"), incidents, late, silent, effects, {"held back": 2}, ()), **changes)


LATE = found(
    ("fine", DUE - 50 * HOUR, "single"),
    ("late", DUE - 30 * HOUR, "single"),
    ("late", DUE - 10 * HOUR, "batch"),
    ("latest", DUE + 5 * HOUR, "single"),
    ("before", BEGIN, "mass_delay"),
    ("after", END - HOUR, "single"),
    ("nobody knows", END - 2 * HOUR, "single"),
)


def test_the_figures() -> None:
    figures = figures_of(a_course(LATE), OUTCOME, SPAN)
    assert (figures["late"], figures["in_time"], figures["missed"]) == (3, 1, 1)
    assert figures["lead_median_h"] == 30.0
    assert figures["false_alarms"] == 1
    assert figures["orders_alerted"] == 5  # those that were late before are nobody's news
    assert (figures["incidents"], figures["by_level"], figures["responses"]) == (2, {"0": 1, "1": 1}, 1)
    assert figures["vouchers_minor"] == {"CNY": 2_500}
    assert (figures["letters"], figures["messages"], figures["work_orders"]) == (2, 7, 0)
    assert (figures["exempt"], figures["invalid"]) == (1, 1)
    assert figures["kept_back"] == {"held back": 2}


def test_where_nothing_happened_nothing_is_counted() -> None:
    figures = figures_of(a_course(LATE.iloc[:0]), OUTCOME, SPAN)
    assert (figures["late"], figures["missed"], figures["false_alarms"], figures["in_time"]) == (3, 3, 0, 0)
    assert figures["lead_median_h"] is None


def test_a_passage_is_told_of_in_its_own_step_only() -> None:
    keys = pd.MultiIndex.from_tuples([("late", 4), ("late", 5)])
    outcome = Outcome(np.array([True, True]), np.array([DUE, DUE]), keys, 0)
    figures = figures_of(a_course(LATE), outcome, SPAN)
    assert (figures["late"], figures["in_time"], figures["missed"]) == (2, 1, 1)


def test_of_an_order_the_first_alert_and_everything_it_was_given() -> None:
    orders = orders_of(a_course(LATE))
    late = orders.loc["late"]
    assert late["told_at"] == pd.Timestamp(DUE - 30 * HOUR, unit="s", tz="UTC") and late["step"] == "transport"
    assert (late["kind"], late["level"], late["vouchers"]) == ("batch", 1, 2_000)
    assert orders.loc["quiet", "silent"] == "exempt: presale, not valid: test_order"
    assert "long quiet" not in orders.index
    assert bool(orders.loc["before", "standing"])


def test_what_differs_what_matters_first() -> None:
    before = a_course(LATE)
    after = a_course(
        found(
            ("late", DUE - 40 * HOUR, "single"),
            ("never told", DUE - HOUR, "single"),
            ("before", BEGIN, "mass_delay"),
            ("after", END - HOUR, "single"),
            ("new and fine", DUE, "single"),
        )
    )
    told = differences(before, after, replace_keys("new and fine"))
    assert told.index.tolist() == ["latest", "nobody knows", "never told", "new and fine", "fine", "late"]
    assert "before" not in told.index and "after" not in told.index  # alike under both
    assert bool(told.loc["latest", "late"]) and not bool(told.loc["fine", "late"])
    assert pd.isna(told.loc["nobody knows", "late"])


def replace_keys(*fine: str) -> Outcome:
    """The same fates, and further orders that were fine."""
    return Outcome(
        np.append(OUTCOME.late, [False] * len(fine)),
        np.append(OUTCOME.breaks_s, [DUE] * len(fine)),
        pd.Index([*ORDERS, *fine]),
        0,
    )


@pytest.mark.parametrize("money", [{"late": 2_000}, {"late": 1_000}])
def test_another_sum_is_a_difference(money: dict[str, int]) -> None:
    course = a_course(LATE)
    other = replace(course, effects=course.effects.assign(amount_minor=[money["late"], 500, 0, 0, 0]))
    assert differences(course, other, OUTCOME).index.tolist() == (["late"] if money["late"] == 1_000 else [])
