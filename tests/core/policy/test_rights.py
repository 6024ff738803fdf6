"""``rights.yaml``: what is not written is not allowed, and whoever has several roles acts in the least of them."""

from __future__ import annotations

from orderwatch.core.policy.rights import RightsFile


def test_a_role_that_is_not_named_may_do_nothing() -> None:
    rights = RightsFile.model_validate({"a": {"may": {"pause": 1}, "money": {"CNY": 5}}})
    assert rights.who_may("pause", 1) == ("a",)
    assert rights.who_may("pause", 2) == rights.who_may("close", 0) == ()
    assert rights.who_may("pause", 1, 5, "CNY") == ("a",)
    assert rights.who_may("pause", 1, 6, "CNY") == rights.who_may("pause", 1, 1, "USD") == ()


def test_of_several_roles_the_owners_or_the_least_acts() -> None:
    rights = RightsFile.model_validate({"a": {"may": {"pause": 3}}, "b": {"may": {"pause": 1}}})
    assert rights.least(["a", "b"], "pause") == "b"
    assert rights.least(["a", "b"], "pause", "a") == "a"
    assert rights.least([], "pause") is None
