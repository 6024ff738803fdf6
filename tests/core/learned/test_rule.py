"""A learned rule in the judge: it doubts or moves, the built-in rules go first, and the shadow decides nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderwatch.core.judge import judge
from orderwatch.core.learned.predicate import predicate
from orderwatch.core.learned.rule import LearnedRule
from orderwatch.core.words import Node
from tests.core.builders import HOUR, at, in_transport, make_candidate, make_context, make_order

BY_SALES = make_order(entered_by="sales")
ASKED = predicate([["entered_by", "sales"]])
CHECK = LearnedRule(7, "check", "active", ASKED)


def exemption(expected: timedelta, node: Node = Node.PICK, state: str = "active") -> LearnedRule:
    return LearnedRule(8, "exemption", state, ASKED, node, expected)  # type: ignore[arg-type]


def test_an_active_check_doubts_and_says_why() -> None:
    judgement = judge(make_candidate(BY_SALES), make_context(learned=(CHECK,)))
    assert (judgement.verdict, judgement.reasons) == ("suspect", ("learned:7",))
    assert judgement.explanation.zh.endswith("须先由人核实：规则 7（录入方：销售）")
    assert judgement.explanation.en.endswith("a person should look first: rule 7 (entered by: sales)")


def test_a_learned_check_never_outweighs_a_built_in_one() -> None:
    judgement = judge(make_candidate(make_order(entered_by="sales", payment="unpaid")), make_context(learned=(CHECK,)))
    assert (judgement.verdict, judgement.reasons) == ("invalid", ("unpaid",))


def test_in_the_shadow_it_is_recorded_and_decides_nothing() -> None:
    shadow = LearnedRule(7, "check", "shadow", ASKED)
    judgement = judge(make_candidate(BY_SALES), make_context(learned=(shadow,)))
    assert judgement.verdict == "anomaly"
    said = [one for one in judgement.evidence["checks"] if one["check"] == "learned:7"]  # type: ignore[attr-defined]
    assert [(one["state"], one["outcome"]) for one in said] == [("shadow", "match")]


def test_another_order_is_not_its_business() -> None:
    assert judge(make_candidate(), make_context(learned=(CHECK,))).verdict == "anomaly"


@pytest.mark.parametrize(("hours", "verdict"), [(4, "exempt"), (1, "anomaly")])
def test_an_exemption_counts_in_the_working_time_of_its_node(hours: int, verdict: str) -> None:
    """In picking since closing time on Tuesday; at noon on Wednesday four of its working hours are over."""
    rule = exemption(hours * HOUR)
    judgement = judge(make_candidate(BY_SALES), make_context(learned=(rule,)))
    assert judgement.verdict == verdict
    if verdict == "exempt":
        assert judgement.expected_until == at("11-18 12:00")
        assert judgement.reasons == ("learned:8",) and not judgement.promised
        assert "正常：规则 8（录入方：销售）" in judgement.explanation.zh


def test_past_its_time_the_order_is_late_and_no_promise_is_broken() -> None:
    judgement = judge(make_candidate(BY_SALES), make_context(learned=(exemption(1 * HOUR),)))
    assert (judgement.level, "promise_broken" in judgement.reasons) == (0, False)


def test_it_speaks_about_its_own_node_only() -> None:
    rule = exemption(900 * HOUR)
    assert judge(in_transport(BY_SALES), make_context(learned=(rule,))).verdict == "anomaly"


def test_where_the_clock_is_wall_time_so_is_its_own() -> None:
    rule = exemption(240 * HOUR, Node.TRANSPORT)
    judgement = judge(in_transport(BY_SALES), make_context(learned=(rule,)))
    assert judgement.expected_until == at("11-20 12:00")


def test_an_exemption_in_the_shadow_moves_nothing() -> None:
    shadow = exemption(9 * HOUR, state="shadow")
    judgement = judge(make_candidate(BY_SALES), make_context(learned=(shadow,)))
    assert judgement.verdict == "anomaly" and judgement.evidence["shadow_until"] is not None
