"""The generated company: the same for the same seed, ordinary where it says so, and planted with care."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest

from demo.book import BALANCE, CANCELLED, PAID, SHIPPED, SIGNED
from demo.company import Company, make_company
from demo.instants import DAY, HOUR, NEVER, epoch
from demo.ordinary import Calendars
from demo.rows_erp import order_row
from demo.truth import truth
from demo.vocabulary import CATEGORIES, MEANS, NODES, REGIONS, mean_seconds

NOW = epoch("2026-10-08T10:07:00+08:00")
CALENDARS = Calendars.around(NOW)


@cache
def company(seed: int = 7, orders: int = 2000, history: int = 5000) -> Company:
    return make_company(seed=seed, orders=orders, now=NOW, history=history)


def dwell_in_means(made: Company, row: int, node: str, now: int = NOW) -> float:
    """How long an open order has been in its node, as a multiple of its cell's mean."""
    times = made.book.times[row]
    entered = [times[BALANCE] if times[BALANCE] < NEVER else times[PAID], *times[2:6]][NODES.index(node)]
    calendar = CALENDARS.office if node == "review" else CALENDARS.warehouse
    dwell = now - entered if node == "transport" else calendar.worked(now) - calendar.worked(entered)
    book = made.book
    return float(dwell) / mean_seconds(node, str(book.category[row]), str(book.region[row]), str(book.channel[row]))


def test_the_same_seed_gives_the_same_truth() -> None:
    assert truth(company(), NOW) == truth(make_company(seed=7, orders=2000, now=NOW, history=5000), NOW)
    assert truth(company(), NOW) != truth(company(seed=8), NOW)


@pytest.mark.parametrize("orders", [400, 2000, 12_345])
def test_exactly_as_many_orders_are_open_as_asked_for(orders: int) -> None:
    made = company(orders=orders)
    assert int(made.book.is_open(NOW).sum()) == orders
    assert int(made.book.is_open(NOW + 300).sum()) == orders


def test_too_small_a_company_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 400"):
        make_company(seed=7, orders=399, now=NOW)


def test_open_orders_are_spread_over_the_nodes() -> None:
    made = company()
    nodes = Counter(made.book.node(row, NOW) for row in np.flatnonzero(made.book.is_open(NOW)))
    assert nodes == {"review": 300, "print": 200, "pick": 400, "outbound": 300, "transport": 800}


@pytest.mark.parametrize("later_s", [0, 5 * HOUR, 30 * HOUR, 4 * DAY])
def test_ordinary_orders_are_never_near_their_limit(later_s: int) -> None:
    made = company()
    now = NOW + later_s
    for row in np.flatnonzero(made.book.is_open(now)):
        node = made.book.node(int(row), now)
        if int(row) not in (made.planted or {}) and node is not None:
            assert dwell_in_means(made, int(row), node, now) < 1.5


def test_everything_late_by_the_clock_is_in_the_truth() -> None:
    made = company()
    answer = truth(made, NOW)
    assert answer is not None
    told = {one["order_id"] for one in answer["anomalies"] + answer["suppressed"]}
    late = {
        str(made.book.order_no[row])
        for row in np.flatnonzero(made.book.is_open(NOW))
        if (node := made.book.node(int(row), NOW)) and dwell_in_means(made, int(row), node) > 1.8
    }
    deadline = {one["order_id"] for one in answer["anomalies"]} - late
    deposit = {str(made.book.order_no[row]) for row, plant in (made.planted or {}).items() if plant.deposit_only}
    assert late - deposit == told - deadline
    assert len(deadline) == 1


def test_planted_orders_have_their_planned_levels_and_groups() -> None:
    answer = truth(company(), NOW)
    assert answer is not None
    assert Counter((one["kind"], one["level"]) for one in answer["incidents"]) == {
        ("single", 0): 12,
        ("single", 1): 5,
        ("batch", 2): 2,
        ("stock_out", 3): 1,
        ("system_failure", 3): 1,
        ("triage", 0): 3,
    }
    assert Counter(one["reason"] for one in answer["suppressed"]) == {
        "holiday_stocking": 2,
        "presale": 3,
        "customer_delay": 2,
        "customs": 2,
        "bulky_split": 2,
        "supplier_direct": 2,
        "invalid:test_order": 1,
        "invalid:duplicate": 1,
        "invalid:refunded": 1,
    }


def test_no_unplanned_batch_of_late_orders_exists() -> None:
    made = company(orders=12_345)
    answer = truth(made, NOW)
    assert answer is not None
    place = {str(number): row for row, number in enumerate(made.book.order_no)}
    batches = Counter[str | None]()
    for one in answer["anomalies"] + answer["suppressed"]:
        row = place[one["order_id"]]
        if one["node"] != "review":
            batches[(made.book.manifest if one["node"] == "transport" else made.book.wave)[row]] += 1
    planned = {one["group"] for one in answer["incidents"] if one["kind"] == "batch"}
    assert all(count < 3 or batch in planned for batch, count in batches.items())


def test_the_promise_of_one_presale_runs_out_after_six_hours() -> None:
    before, after = truth(company(), NOW), truth(company(), NOW + 6 * HOUR)
    assert before is not None and after is not None
    presales = {one["order_id"] for one in before["suppressed"] if one["reason"] == "presale"}
    broken = [one for one in after["anomalies"] if one["order_id"] in presales]
    assert [(one["node"], one["level"]) for one in broken] == [("pick", 1)]


def test_normal_waiting_ends_before_its_reason_does() -> None:
    answer = truth(company(), NOW + 3 * DAY)
    assert answer is not None
    assert {one["reason"] for one in answer["suppressed"]} == {
        "invalid:test_order",
        "invalid:duplicate",
        "invalid:refunded",
    }


def test_history_has_the_means_it_was_made_with() -> None:
    made = company(history=20_000)
    times = made.book.times
    done = np.flatnonzero((times[:, 6] < NOW) & (made.book.category == "furniture") & (made.book.channel == "jd"))
    transport = (times[done, 6] - times[done, SHIPPED]) / np.array([
        mean_seconds("transport", "furniture", str(region), "jd") for region in made.book.region[done]
    ])
    assert 0.93 < np.median(transport) < 1.03


def test_arrivals_come_at_a_fifth_of_the_open_orders_a_day() -> None:
    paid = company().book.times[:, PAID]
    assert int(((paid > NOW) & (paid <= NOW + 3 * DAY)).sum()) == 2000 * 3 // 5


def test_the_platform_deadline_is_never_near_for_ordinary_orders() -> None:
    made = company()
    waiting = np.flatnonzero(made.book.is_open(NOW) & (made.book.times[:, SHIPPED] > NOW))
    deadlines = made.book.latest_ship[waiting]
    assert deadlines.min() > NOW + 8 * HOUR


def test_cells_differ_by_category_region_and_channel() -> None:
    assert MEANS.shape == (5, len(CATEGORIES), len(REGIONS), 3)
    assert mean_seconds("pick", "furniture", "北京", "tmall") == 4 * mean_seconds("pick", "fresh", "北京", "tmall")


def test_who_complains_of_lateness_has_waited_past_a_promise_or_a_limit() -> None:
    made = company(seed=8)
    place = {str(number): row for row, number in enumerate(made.book.order_no)}
    late = [
        (place[one["order_no"]], epoch(one["complained_at"])) for one in made.complaints if one["category"] == "LATE"
    ]
    assert made.planted is not None
    planted = [row for row, _ in late if row in made.planted]
    assert 0 < len(planted) < sum(plant.node == "transport" for plant in made.planted.values())
    assert len(planted) < len(late)
    for row, at in late:
        assert made.book.times[row, SHIPPED] < at < made.book.times[row, CANCELLED]
        if row in made.planted:
            assert made.planted[row].node == "transport"
            assert any(verdict.reason is None for verdict in made.planted[row].verdicts)
        else:
            assert made.book.promised[row] < min(at, int(made.book.times[row, SIGNED]))


def test_complaints_are_made_with_the_seed_and_change_nothing_else() -> None:
    again = make_company(seed=7, orders=2000, now=NOW, history=5000)
    assert company().complaints == again.complaints != company(seed=8).complaints
    times = [one["complained_at"] for one in again.complaints]
    assert times == sorted(times)


def test_placeholders_of_appliances_become_late_in_the_course_of_the_day_and_nothing_marks_them() -> None:
    made = company()
    before, noon, evening = (truth(made, NOW + hours * HOUR) for hours in (0, 4, 7))
    assert before is not None and noon is not None and evening is not None

    def placeholders(answer: Any) -> set[str]:
        return {one["order_id"] for one in answer["anomalies"] if one.get("really") == "placeholder"}

    assert [len(placeholders(answer)) for answer in (before, noon, evening)] == [0, 6, 12]
    row_of = {str(number): row for row, number in enumerate(made.book.order_no)}
    shown = [order_row(made.book, row_of[one], NOW, NOW) for one in placeholders(evening)]
    assert {(one["entry"]["by"], bool(one["appointment_time"]), *one["tags"]) for one in shown} == {("SALES", True)}
    genuine = [
        order_row(made.book, row, NOW, NOW)
        for row, plant in (made.planted or {}).items()
        if plant.category == "appliances" and not plant.verdicts[0].really
    ]
    assert {(one["entry"]["by"], bool(one["appointment_time"])) for one in genuine} == {
        ("BUYER", True), ("SALES", False)
    }  # fmt: skip
