"""The likeliest cause, or an honest "undetermined"; and which rule a person's word contradicts."""

from __future__ import annotations

import pytest

from orderwatch.core.durations import Language
from orderwatch.core.policy.review import Causes, ReviewFile
from orderwatch.core.review.classify import CAUSES, classify, wrong_rule
from orderwatch.core.review.facts import Evidence, Traffic
from orderwatch.core.review.words import say_evidence

from .about import about, the_rules


def switched(name: str, state: str) -> ReviewFile:
    causes = the_rules().causes
    return the_rules(causes=causes.model_copy(update={name: causes.of(name).model_copy(update={"state": state})}))


def test_every_cause_of_the_policy_has_its_rule() -> None:
    assert list(CAUSES) == list(Causes.model_fields)


def test_one_strong_match_is_the_cause_with_the_weight_of_its_evidence() -> None:
    said = classify(about(faulty=10, fault_code="E42"), the_rules())
    assert (said.cause, said.root_cause, said.confidence, said.open) == ("system_fault", "system", 0.95, 0.05)
    assert said.findings[0].cause == "system_fault"
    assert {one.cause for one in said.findings} == set(CAUSES)


def test_a_match_that_explains_only_half_is_undetermined() -> None:
    said = classify(about(faulty=5), the_rules())
    assert (said.cause, said.root_cause, said.confidence) == (None, None, 0.47)


def test_two_strong_rivals_are_undetermined() -> None:
    said = classify(about(faulty=10, short=10), the_rules())
    assert said.cause is None
    assert [one.confidence for one in said.findings[:2]] == [0.48, 0.48]


def test_without_any_match_it_is_undetermined() -> None:
    said = classify(about(), the_rules())
    assert (said.cause, said.confidence, said.open) == (None, 0.0, 1.0)


def test_a_weak_rival_does_not_shake_a_strong_one() -> None:
    said = classify(about(faulty=10, in_place=10, place="WH-SH", here=Traffic(100, 99, 9)), the_rules())
    assert (said.cause, said.confidence) == ("system_fault", 0.79)


@pytest.mark.parametrize(("limit", "cause"), [(0.95, "system_fault"), (0.96, None)])
def test_the_limit_itself_is_enough(limit: float, cause: str | None) -> None:
    assert classify(about(faulty=10), the_rules(confidence=limit)).cause == cause


@pytest.mark.parametrize(("faulty", "cause", "confidence"), [(628, None, 0.59), (632, "system_fault", 0.6)])
def test_what_falls_short_of_the_limit_does_not_reach_it_by_rounding(
    faulty: int, cause: str | None, confidence: float
) -> None:  # fmt: skip
    said = classify(about(orders=1000, faulty=faulty), the_rules(confidence=0.6))
    assert (said.cause, said.confidence) == (cause, confidence)


def test_a_rule_in_the_shadow_answers_and_does_not_count_and_a_draft_is_not_asked() -> None:
    said = classify(about(faulty=10), switched("system_fault", "shadow"))
    shown = next(one for one in said.findings if one.cause == "system_fault")
    assert (said.cause, shown.evidence.outcome, shown.confidence) == (None, "match", 0.0)
    assert "system_fault" not in {one.cause for one in classify(about(), switched("system_fault", "draft")).findings}


def test_what_a_silent_source_has_not_told_of_is_unknown_and_not_absent() -> None:
    facts = about(faulty=10, silent=("crm", "wms"))
    said = {one.cause: one.evidence for one in classify(facts, the_rules()).findings}
    assert said["moved_by_seller"].outcome == "unknown"
    assert said["stock_shortage"].outcome == "unknown"
    assert said["address_incomplete"].outcome == "no_match"
    assert said["system_fault"].outcome == "match"
    assert say_evidence("moved_by_seller", said["moved_by_seller"], "en") == "crm was silent then: nobody knows"
    assert say_evidence("moved_by_seller", said["moved_by_seller"], "zh-CN") == "crm 当时中断，无从得知"


def test_a_persons_word_names_the_rule_that_was_wrong() -> None:
    said = classify(about(faulty=10), the_rules())
    assert wrong_rule(said, "external") == "system_fault"
    assert wrong_rule(said, "system", "stock_shortage") == "system_fault"
    assert wrong_rule(said, "system") is None
    assert wrong_rule(said, "system", "system_fault") is None


def test_nobody_was_wrong_where_the_rules_had_left_it_open() -> None:
    assert wrong_rule(classify(about(), the_rules()), "human") is None


KNOWN = about(
    faulty=1, short=2, customs=3, over_holiday=4, supplier_silent=5, address_incomplete=6, placeholder=7,
    moved_by_seller=8, place="WH-SH", in_place=9, here=Traffic(30, 20, 3), with_carrier=10, carrier="SF",
    traffic=Traffic(20, 10, 3), others=Traffic(40, 1),
)  # fmt: skip


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    "facts", [KNOWN, about(), about(silent=("crm", "erp", "wms")), about(orders=0), about(kind="source", orders=0)]
)
def test_every_answer_can_be_read(facts: object, language: Language) -> None:
    for one in classify(facts, the_rules()).findings:  # type: ignore[arg-type]  # facts of every kind
        said = say_evidence(one.cause, one.evidence, language)
        assert said and "{" not in said


def test_a_sentence_holds_its_numbers() -> None:
    facts = {"orders": 38, "of": 40, "carrier": "SF", "batches": 4, "others": 100, "others_late": 2}
    said = say_evidence("carrier_delay", Evidence("match", 0.95, facts), "en")
    assert said == "38 of 40 orders travel with SF, which is late in 4 batches; of 100 orders of others 2 are late"
    assert say_evidence("system_fault", Evidence("match", 1.0, {"orders": 3, "of": 3, "code": "E1"}), "zh-CN") == (
        "3 单中 3 单有仓库系统故障码 E1"
    )
