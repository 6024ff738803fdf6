"""An incident of ten orders of which nothing is known but what a test states."""

from __future__ import annotations

from typing import Any

from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import CauseFacts

from ..builders import the_policy


def about(**known: Any) -> CauseFacts:
    return CauseFacts(**{"kind": "batch", "orders": 10} | known)


def the_rules(**changes: Any) -> ReviewFile:
    return the_policy().review.model_copy(update=changes)
