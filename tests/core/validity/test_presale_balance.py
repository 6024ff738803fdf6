"""Only the deposit is paid."""

from __future__ import annotations

from orderwatch.core.validity.presale_balance import check

from ..builders import NOW, make_context, make_order


def test_fires() -> None:
    assert check(make_order(kind="presale", payment="deposit"), make_context()).outcome == "match"


def test_stays_silent_once_the_balance_is_paid() -> None:
    assert check(make_order(kind="presale", payment="paid"), make_context()).outcome == "no_match"
    settled = make_order(kind="presale", payment="deposit", balance_paid_at=NOW)
    assert check(settled, make_context()).outcome == "no_match"
