"""Late orders with a common cause are one incident; the plan does not depend on the order of the facts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from orderwatch.core.grouping import IncidentPlan, Member, Newcomer, OpenAnomaly, Situation, plan_incidents
from orderwatch.core.words import Node

from .builders import late, still_late, the_policy

QUIET = Situation(open_orders=10_000)
WAVE = {"batch_no": "WV-1"}


def _plan(*newcomers: Newcomer, **situation: Any) -> list[IncidentPlan]:
    return plan_incidents(newcomers, Situation(**{"open_orders": 10_000} | situation), the_policy())


def _kinds(plans: list[IncidentPlan]) -> list[tuple[str, int]]:
    return [(plan.kind, plan.level) for plan in plans]


def test_nothing_new_plans_nothing() -> None:
    assert _plan() == []


def test_a_single_order_keeps_its_level_and_reasons() -> None:
    plan = _plan(late("A", level=1, reasons=("vip",)))[0]
    assert plan == IncidentPlan("single", "order:A:pick", 1, (Member("A", Node.PICK),), ("vip",))


def test_a_doubtful_order_goes_to_triage_at_level_0() -> None:
    plan = _plan(late("A", verdict="suspect", level=1, reasons=("placeholder",), fault_code="X"))[0]
    assert plan == IncidentPlan("triage", "order:A:pick", 0, (Member("A", Node.PICK),), ("placeholder",))


# batches


def test_two_orders_of_a_wave_stay_single_and_three_are_a_batch() -> None:
    assert _kinds(_plan(late("A", **WAVE), late("B", **WAVE))) == [("single", 0), ("single", 0)]
    plans = _plan(late("A", **WAVE), late("B", **WAVE), late("C", **WAVE, level=1))
    assert _kinds(plans) == [("batch", 2)]
    assert plans[0].dedup_key == "batch:pick:WV-1"
    assert [member.order_id for member in plans[0].members] == ["A", "B", "C"]
    assert plans[0].reasons == ("3 late orders in WV-1",)


def test_the_third_order_joins_and_the_earlier_incidents_become_children() -> None:
    plans = _plan(late("C", **WAVE), open_anomalies=[still_late("B", **WAVE), still_late("A", **WAVE)])
    assert _kinds(plans) == [("batch", 2)]
    assert plans[0].absorbs == ("order:A:pick", "order:B:pick")
    assert plans[0].members == (Member("C", Node.PICK),)


def test_distinct_orders_count_and_not_rows() -> None:
    same = [still_late("A", **WAVE), still_late("A", **WAVE, incident="order:A:pick:old")]
    assert _kinds(_plan(late("A", **WAVE), late("B", **WAVE), open_anomalies=same)) == [("single", 0)] * 2
    assert _kinds(_plan(late("A", **WAVE), late("A", **WAVE), late("B", **WAVE))) == [("single", 0)] * 2


def test_the_same_wave_in_another_node_is_another_batch() -> None:
    plans = _plan(late("A", **WAVE), late("B", **WAVE), late("C", Node.PRINT, **WAVE))
    assert _kinds(plans) == [("single", 0)] * 3


def test_review_has_no_batches() -> None:
    assert _kinds(_plan(*(late(name, Node.REVIEW, **WAVE) for name in "ABC"))) == [("single", 0)] * 3


def test_a_live_batch_takes_a_newcomer_even_when_few_are_left() -> None:
    plans = _plan(late("D", **WAVE), live=frozenset({"batch:pick:WV-1"}))
    assert _kinds(plans) == [("batch", 2)]


def test_doubtful_orders_do_not_count_into_a_batch() -> None:
    doubtful = still_late("B", **WAVE, kind="triage")
    plans = _plan(late("A", **WAVE), late("C", **WAVE, verdict="suspect"), late("D", **WAVE), open_anomalies=[doubtful])
    assert _kinds(plans) == [("single", 0), ("single", 0), ("triage", 0)]


def test_orders_explained_by_a_level_3_incident_do_not_count_into_a_batch() -> None:
    explained = still_late("B", **WAVE, kind="stock_out", incident="stock_out:WH:S1")
    assert _kinds(_plan(late("A", **WAVE), late("C", **WAVE), open_anomalies=[explained])) == [("single", 0)] * 2


# system failures and stock-outs


def test_a_system_failure_takes_its_orders() -> None:
    plans = _plan(late("A", fault_code="PRINT_SERVICE", **WAVE), late("B", fault_code="PRINT_SERVICE"), late("C"))
    assert _kinds(plans) == [("system_failure", 3), ("single", 0)]
    assert plans[0].dedup_key == "system_failure:PRINT_SERVICE"
    assert [member.order_id for member in plans[0].members] == ["A", "B"]


def test_a_stock_out_takes_its_orders() -> None:
    short = {"warehouse": "WH-SH", "shortage_skus": ("S1",)}
    plans = _plan(late("A", **short), late("B", warehouse="WH-GZ", shortage_skus=("S1",)), late("C"))
    assert [plan.dedup_key for plan in plans] == ["stock_out:WH-GZ:S1", "stock_out:WH-SH:S1", "order:C:pick"]
    assert [plan.level for plan in plans] == [3, 3, 0]


def test_an_order_short_of_two_articles_joins_the_shortage_that_most_share() -> None:
    plans = _plan(late("A", shortage_skus=("S1", "S2")), late("B", shortage_skus=("S2",)))
    assert [plan.dedup_key for plan in plans] == ["stock_out::S2"]
    tie = _plan(late("A", shortage_skus=("S2", "S1")))
    assert [plan.dedup_key for plan in tie] == ["stock_out::S1"]


def test_nothing_is_short_on_the_road() -> None:
    assert _kinds(_plan(late("A", Node.TRANSPORT, shortage_skus=("S1",)))) == [("single", 0)]


def test_a_level_3_incident_inhibits_what_it_explains_wholly() -> None:
    opened = [
        still_late("X", fault_code="F"),
        still_late("Y", fault_code="F", incident="batch:pick:WV-9", kind="batch"),
        still_late("Z", incident="batch:pick:WV-9", kind="batch"),
    ]
    assert _plan(late("A", fault_code="F"), open_anomalies=opened)[0].inhibits == ("order:X:pick",)


# storms


def _many(count: int, **fields: Any) -> list[Newcomer]:
    return [late(f"SO{number:05}", **fields) for number in range(count)]


def test_more_than_the_usual_bound_is_one_storm_with_all_of_them() -> None:
    assert len(_plan(*_many(50))) == 50
    plans = _plan(*_many(51))
    assert _kinds(plans) == [("mass_delay", 3)]
    assert plans[0].dedup_key == "mass_delay"
    assert len(plans[0].members) == 51


def test_a_busy_shop_has_a_higher_bound() -> None:
    busy = [20] * 100  # p99 = 20, bound 5 × 20
    assert len(_plan(*_many(100), recent_new=busy)) == 100
    assert _kinds(_plan(*_many(101), recent_new=busy)) == [("mass_delay", 3)]


@pytest.mark.parametrize(
    ("new", "open_orders", "storm"), [(31, 600, True), (30, 600, False), (30, 599, True), (29, 100, False)]
)
def test_a_share_of_all_open_orders_is_a_storm_from_a_least_number_on(new: int, open_orders: int, storm: bool) -> None:
    plans = _plan(*_many(new), open_orders=open_orders)
    assert (_kinds(plans) == [("mass_delay", 3)]) is storm


def test_a_storm_counts_distinct_orders() -> None:
    twice = [*_many(26), *_many(26, node=Node.OUTBOUND)]
    assert len(_plan(*twice)) == 52


def test_a_storm_tells_the_causes_it_covers_and_leaves_doubtful_orders_in_triage() -> None:
    plans = _plan(*_many(60, fault_code="F"), late("Z", verdict="suspect"))
    assert _kinds(plans) == [("mass_delay", 3), ("triage", 0)]
    assert plans[0].reasons == ("60 newly late orders, bound 50", "fault F: 60")


def test_a_storm_names_its_commonest_causes_and_counts_the_others() -> None:
    short = [late(f"SO{n:03}", shortage_skus=(f"S{n % 30:02}",)) for n in range(89)]
    (plan,) = _plan(*short, late("SO999", fault_code="F"))
    assert plan.reasons[1:] == ("short of S00: 3", "short of S01: 3", "short of S02: 3", "short of S03: 3",
                                "short of S04: 3", "and 26 other causes")  # fmt: skip


@pytest.mark.parametrize(("doubtful", "alone"), [(20, 20), (21, 0)])
def test_in_a_storm_people_are_not_asked_about_doubtful_orders_by_the_hundred(doubtful: int, alone: int) -> None:
    suspects = [late(f"Z{number}", verdict="suspect") for number in range(doubtful)]
    plans = _plan(*_many(60), *suspects)
    assert len(plans) == 1 + alone
    assert len(plans[0].members) == 60 + doubtful - alone


def test_without_a_storm_every_doubtful_order_goes_to_a_person() -> None:
    assert len(_plan(*[late(f"Z{number}", verdict="suspect") for number in range(60)])) == 60


# properties

ONE = some.builds(
    Newcomer,
    order_id=some.sampled_from("ABCDEF"),
    node=some.sampled_from(Node),
    verdict=some.sampled_from(["anomaly", "suspect"]),
    level=some.sampled_from([0, 1]),
    warehouse=some.just("WH"),
    batch_no=some.sampled_from([None, "W1", "W2"]),
    shortage_skus=some.sampled_from([(), ("S1",), ("S1", "S2")]),
    fault_code=some.sampled_from([None, None, "F"]),
)
OPEN = some.builds(
    OpenAnomaly,
    order_id=some.sampled_from("GHI"),
    node=some.sampled_from(Node),
    incident=some.sampled_from(["i1", "i2"]),
    kind=some.sampled_from(["single", "batch", "triage"]),
    batch_no=some.sampled_from([None, "W1"]),
)
NEW = some.lists(ONE, max_size=12, unique_by=lambda one: (one.order_id, one.node))


@settings(max_examples=80, deadline=None)
@given(NEW, some.lists(OPEN, max_size=5), some.randoms())
def test_every_newcomer_is_in_exactly_one_incident_whatever_the_order(
    new: list[Newcomer], opened: list[OpenAnomaly], dice: Any
) -> None:
    plans = plan_incidents(new, Situation(opened, open_orders=1000), the_policy())
    members = [member for plan in plans for member in plan.members]
    assert sorted(members) == sorted(Member(one.order_id, one.node) for one in new)
    assert len({plan.dedup_key for plan in plans}) == len(plans)
    dice.shuffle(new)
    dice.shuffle(opened)
    assert plan_incidents(new, Situation(opened, open_orders=1000), the_policy()) == plans
