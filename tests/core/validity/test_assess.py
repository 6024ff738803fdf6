"""The worst verdict of the active checks is the order's."""

from __future__ import annotations

from orderwatch.core.validity import CHECKS, assess

from ..builders import make_context, make_order, with_check


def test_a_plain_order_is_valid_and_every_check_was_asked() -> None:
    answer = assess(make_order(), make_context())
    assert (answer.verdict, answer.reasons) == ("valid", ())
    assert [found.check for found in answer.evidence] == list(CHECKS)


def test_doubts_make_it_suspect_with_all_their_names() -> None:
    answer = assess(make_order(flags=frozenset({"fraud_hold", "placeholder"})), make_context())
    assert (answer.verdict, answer.reasons) == ("suspect", ("placeholder", "fraud_hold"))


def test_one_invalid_check_outweighs_every_doubt() -> None:
    answer = assess(make_order(payment="unpaid", flags=frozenset({"placeholder"})), make_context())
    assert (answer.verdict, answer.reasons) == ("invalid", ("unpaid",))


def test_a_check_in_shadow_is_recorded_and_decides_nothing() -> None:
    context = make_context(policy=with_check("placeholder", state="shadow"))
    answer = assess(make_order(flags=frozenset({"placeholder"})), context)
    assert answer.verdict == "valid"
    matched = [(found.check, found.state) for found in answer.evidence if found.finding.outcome == "match"]
    assert matched == [("placeholder", "shadow")]


def test_a_draft_check_is_not_asked() -> None:
    context = make_context(policy=with_check("placeholder", state="draft"))
    answer = assess(make_order(flags=frozenset({"placeholder"})), context)
    assert "placeholder" not in {found.check for found in answer.evidence}


def test_the_verdict_of_a_check_is_the_policys() -> None:
    context = make_context(policy=with_check("placeholder", verdict="invalid"))
    assert assess(make_order(flags=frozenset({"placeholder"})), context).verdict == "invalid"
