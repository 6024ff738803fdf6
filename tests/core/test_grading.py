"""VIP and high value are level 1; a broken promise lifts an ordinary order there and no further."""

from __future__ import annotations

import pytest

from orderwatch.core.grading import Grade, grade

from .builders import make_context, make_order, with_grading


def test_an_ordinary_order_is_level_0() -> None:
    assert grade(make_order(), make_context(), broken_promise=False) == Grade(0, ())


@pytest.mark.parametrize("tier", ["vip", "svip"])
def test_vip_is_level_1(tier: str) -> None:
    assert grade(make_order(tier=tier), make_context(), broken_promise=False) == Grade(1, ("vip",))


def test_a_customer_of_unknown_tier_is_no_vip() -> None:
    assert grade(make_order(tier=None), make_context(), broken_promise=False).level == 0


def test_high_value_begins_exactly_at_the_limit() -> None:
    assert grade(make_order(value_minor=499_999), make_context(), broken_promise=False).level == 0
    at_limit = grade(make_order(value_minor=500_000), make_context(), broken_promise=False)
    assert at_limit == Grade(1, ("high_value",))


def test_a_currency_without_limit_is_told_and_raises_nothing() -> None:
    order = make_order(currency="USD", value_minor=10**9)
    assert grade(order, make_context(), broken_promise=False) == Grade(0, ("no_limit_for:USD",))


def test_a_broken_promise_lifts_to_1_and_never_beyond() -> None:
    assert grade(make_order(), make_context(), broken_promise=True) == Grade(1, ("broken_promise",))
    both = grade(make_order(tier="vip"), make_context(), broken_promise=True)
    assert both == Grade(1, ("vip", "broken_promise"))


def test_lifting_can_be_switched_off() -> None:
    context = make_context(policy=with_grading(broken_promise_raises=0))
    assert grade(make_order(), context, broken_promise=True) == Grade(0, ("broken_promise",))
