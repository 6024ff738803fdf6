"""``validity.yaml``: what makes an order no order at all, or a doubtful one."""

from __future__ import annotations

from typing import Literal

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Rule, Strict


class Check(Rule):
    """``invalid``: no customer or money action. ``suspect``: a person looks at it first."""

    verdict: Literal["invalid", "suspect"]


class Disagreement(Check):
    """``longer_than``: systems are never in step to the second, so a short difference means nothing."""

    longer_than: Duration


class Checks(Strict):
    """All checks; switch one off with ``state: draft``, do not delete it."""

    unpaid: Check
    cancelled: Check
    refunded: Check
    test_order: Check
    duplicate: Check
    presale_balance: Check
    placeholder: Check
    address_incomplete: Check
    fraud_hold: Check
    sources_disagree: Disagreement

    def of(self, name: str) -> Check:
        check: Check = getattr(self, name)
        return check


class ValidityFile(Strict):
    """``triage_max_age``: a doubtful order that nobody looked at becomes a normal incident after this."""

    triage_max_age: Duration
    checks: Checks
