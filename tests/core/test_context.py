"""A context knows the time and the calendars."""

from __future__ import annotations

from datetime import datetime

import pytest

from orderwatch.core.words import Node

from .builders import in_transport, make_candidate, make_context, make_order


def test_now_must_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        make_context(datetime(2026, 11, 18))  # noqa: DTZ001 - the mistake under test


def test_the_calendar_of_a_candidate_is_that_of_its_node() -> None:
    context = make_context()
    assert context.calendar_for(make_candidate()) is context.calendars["warehouse:WH-SH"]
    assert context.calendar_for(make_candidate(node=Node.REVIEW)) is context.calendars["office"]
    other = make_candidate(make_order(warehouse="WH-XX"))
    assert context.calendar_for(other) is context.calendars["warehouse:*"]
    assert context.calendar_for(in_transport()) is None


def test_a_supplier_without_its_own_calendar_has_the_common_one() -> None:
    context = make_context()
    assert context.calendar("supplier", "S1") is context.calendars["supplier:*"]
    assert context.calendar("carrier", "SF") is None
