"""Validity first, then exemptions, then the level; every answer says why in one line."""

from __future__ import annotations

import json
from datetime import date

import pytest

from orderwatch.core.judge import judge
from orderwatch.core.rest import Rest
from orderwatch.core.words import Node

from .builders import (
    DAY,
    HOUR,
    NOW,
    SECOND,
    at,
    in_transport,
    make_candidate,
    make_context,
    make_line,
    make_order,
    with_check,
)

SHIP_BY = at("11-25 20:00")
PRESALE = (make_line(presale=True, ship_by=SHIP_BY),)


def test_a_plain_late_order_is_an_anomaly_and_says_how_long_and_what_is_normal() -> None:
    candidate = make_candidate(entered_at=at("11-17 16:00"), threshold=7 * HOUR + 24 * 60 * SECOND)
    answer = judge(candidate, make_context())
    assert (answer.verdict, answer.level, answer.reasons) == ("anomaly", 0, ())
    assert answer.explanation.en == ("in pick for 20 h (8 h of working time), limit for orders like it 7 h 24 m")
    assert answer.explanation.zh == "在拣货已 20 小时（工作时间 8 小时），同类订单上限 7 小时 24 分"


def test_on_the_road_there_is_only_one_clock() -> None:
    answer = judge(in_transport(threshold=5 * DAY), make_context())
    assert answer.explanation.en == "in transport for 8 d, limit for orders like it 5 d"


@pytest.mark.parametrize(("step", "share"), [(600, 100), (3600, 40)])
def test_the_explanation_says_how_unusual_the_waiting_is(step: int, share: int) -> None:
    """Eight hours of working time, against shares of five hundredths that lie a step apart."""
    kept = tuple(step * place for place in range(23))
    late = make_candidate(entered_at=at("11-17 16:00"), threshold=3 * HOUR, samples=1204, quantiles=kept)
    words = judge(late, make_context()).explanation
    assert f"(8 h of working time), longer than {share} % of 1,204 orders like it, limit for" in words.en
    assert f"，比 1,204 个同类订单中的 {share}% 更久，同类订单上限" in words.zh


@pytest.mark.parametrize(
    ("alike", "en", "zh"),
    [
        ("node", "1,204 orders in this step", "1,204 个本环节订单"),
        ("cell", "1,204 orders like it (home / 广东 / tmall)", "1,204 个同类（home / 广东 / tmall）订单"),
        ("category_region", "1,204 orders like it (home / 广东)", "1,204 个同类（home / 广东）订单"),
    ],
)
def test_the_explanation_names_the_orders_that_it_is_compared_with(alike: str, en: str, zh: str) -> None:
    late = make_candidate(samples=1204, quantiles=tuple(range(23)), alike=alike)
    words = judge(late, make_context(version=12)).explanation
    assert f"longer than 100 % of {en}, limit" in words.en and words.en.endswith("; version 12")
    assert f"比 {zh}中的 100% 更久" in words.zh and words.zh.endswith("（阈值版本 12）")


def test_words_from_outside_mark_up_nothing_in_an_explanation() -> None:
    order = make_order(region="[a](http://b) <@all>\n# c", category="x" * 64)
    late = make_candidate(order, samples=3, quantiles=tuple(range(23)), alike="cell")
    words = judge(late, make_context()).explanation.en
    assert not set("[]<>@\n#`*") & set(words.replace("# c", "c")) and "x" * 31 not in words


@pytest.mark.parametrize(
    ("due", "en", "zh"),
    [
        ("11-20 23:59", "by 11-20 23:59, in 59 h 59 m: 83 %", "，还有 59 小时 59 分，83%"),
        ("11-22 23:59", "in 107 h 59 m with one day of rest (Sunday): 83", "（含休息日 1 天：周日），83%"),
        ("11-30 23:59", "with 2 days of rest: 83", "（含休息日 2 天），83%"),
    ],
)
def test_the_explanation_says_how_much_time_is_left_and_how_much_of_it_is_rest(due: str, en: str, zh: str) -> None:
    promised = at(due)
    late = in_transport(make_order(promised_at=promised), alert_at=NOW, promise_alert_at=NOW, chance=0.83)
    words = judge(late, make_context(rest=Rest())).explanation
    assert en in words.en and zh in words.zh


def test_public_holidays_are_days_of_rest_and_make_up_days_are_not() -> None:
    rest = Rest(frozenset({5, 6}), "cn")
    days = rest.between(date(2026, 9, 18), date(2026, 10, 9))
    assert date(2026, 9, 20) not in days  # a Sunday that is worked for National Day
    assert {date(2026, 10, day) for day in range(1, 8)} <= set(days)


def test_invalid_comes_before_everything() -> None:
    order = make_order(payment="unpaid", lines=PRESALE, tier="vip")
    answer = judge(make_candidate(order), make_context())
    assert (answer.verdict, answer.level, answer.reasons) == ("invalid", 0, ("unpaid",))
    assert answer.explanation.en.endswith("not a valid order: not paid")


def test_a_doubtful_order_goes_to_a_person_first() -> None:
    order = make_order(flags=frozenset({"placeholder", "fraud_hold"}), lines=PRESALE)
    answer = judge(make_candidate(order), make_context())
    assert (answer.verdict, answer.reasons) == ("suspect", ("placeholder", "fraud_hold"))
    assert answer.explanation.zh.endswith("须先由人核实：占位订单、风控拦截")


def test_exactly_at_the_greatest_age_in_triage_it_becomes_an_anomaly() -> None:
    order = make_order(flags=frozenset({"placeholder"}), tier="vip")
    waiting = make_candidate(order, in_triage_since=NOW - 4 * HOUR + SECOND)
    assert judge(waiting, make_context()).verdict == "suspect"
    forgotten = judge(make_candidate(order, in_triage_since=NOW - 4 * HOUR), make_context())
    assert (forgotten.verdict, forgotten.level) == ("anomaly", 1)
    assert forgotten.reasons == ("vip", "placeholder", "triage_expired")


def test_an_invalid_order_stays_invalid_however_long_it_was_in_triage() -> None:
    candidate = make_candidate(make_order(status="cancelled"), in_triage_since=NOW - DAY)
    assert judge(candidate, make_context()).verdict == "invalid"


def test_an_exempt_order_says_until_when_and_why() -> None:
    answer = judge(make_candidate(make_order(lines=PRESALE, tier="vip")), make_context())
    assert (answer.verdict, answer.level, answer.reasons) == ("exempt", 0, ("presale",))
    assert answer.expected_until == SHIP_BY
    assert answer.explanation.en.endswith("normal until 11-25 20:00: presale")
    assert answer.explanation.zh.endswith("11-25 20:00 前属正常：预售")


def test_a_broken_promise_is_level_1_and_names_the_promise() -> None:
    answer = judge(make_candidate(make_order(lines=PRESALE)), make_context(SHIP_BY + 2 * HOUR))
    assert (answer.verdict, answer.level, answer.reasons) == ("anomaly", 1, ("broken_promise",))
    assert answer.explanation.en.endswith("was expected by 11-25 20:00")
    before = judge(make_candidate(make_order(lines=PRESALE)), make_context(SHIP_BY + 2 * HOUR - SECOND))
    assert before.verdict == "exempt"


def test_a_promise_broken_earlier_is_level_1() -> None:
    answer = judge(make_candidate(promise_broken_at=NOW - HOUR), make_context())
    assert (answer.level, answer.reasons) == (1, ("broken_promise",))
    assert answer.explanation.say("en").endswith("was expected by 11-18 11:00")
    assert answer.explanation.say("zh-CN").endswith("原定最晚 11-18 11:00")


def test_near_the_platforms_deadline_the_deadline_is_the_reason() -> None:
    order = make_order(lines=PRESALE, platform_deadline_at=NOW + 4 * HOUR)
    answer = judge(make_candidate(order, threshold=9 * HOUR), make_context())
    assert (answer.verdict, answer.level, answer.reasons) == ("anomaly", 0, ("platform_deadline",))
    assert answer.explanation.en.endswith("platform deadline 11-18 16:00")


def test_exactly_at_the_limit_the_limit_is_the_reason_whatever_the_platform_says() -> None:
    order = make_order(platform_deadline_at=NOW + 9 * HOUR)
    answer = judge(make_candidate(order, threshold=4 * HOUR), make_context())  # at work since 08:00
    assert answer.explanation.en.endswith("limit for orders like it 4 h")


def test_of_two_broken_promises_the_last_is_named() -> None:
    lines = (
        make_line(presale=True, ship_by=NOW - 5 * HOUR),
        make_line(2, presale=True, ship_by=NOW - 3 * HOUR),
    )
    answer = judge(make_candidate(make_order(lines=lines)), make_context())
    assert answer.explanation.en.endswith("was expected by 11-18 09:00")


def test_a_presale_with_an_unpaid_balance_is_not_late_even_when_its_check_is_only_suspect() -> None:
    order = make_order(kind="presale", payment="deposit", lines=PRESALE)
    assert judge(make_candidate(order), make_context()).verdict == "invalid"
    context = make_context(policy=with_check("presale_balance", verdict="suspect"))
    assert judge(make_candidate(order), context).verdict == "suspect"


def test_the_evidence_is_json_with_every_answer() -> None:
    answer = judge(make_candidate(make_order(lines=PRESALE)), make_context())
    evidence = json.loads(json.dumps(answer.evidence))
    assert (evidence["dwell_s"], evidence["threshold_s"], evidence["working_time"]) == (
        4 * 3600,
        3 * 3600,
        True,
    )
    assert len(evidence["checks"]) == 10
    presale = next(one for one in evidence["exemptions"] if one["rule"] == "presale")
    assert (presale["outcome"], presale["line_no"], presale["state"]) == ("match", 1, "active")
    assert presale["expected_until"] == SHIP_BY.isoformat()


def test_a_judgement_names_its_order_and_node() -> None:
    answer = judge(make_candidate(node=Node.PRINT), make_context())
    assert (answer.order_id, answer.node) == ("SO1", Node.PRINT)
