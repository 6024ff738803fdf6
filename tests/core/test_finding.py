"""An answer holds the facts that led to it, as JSON can."""

from __future__ import annotations

from orderwatch.core.finding import Finding, match, no_match, unknown, waits_until

from .builders import HOUR, NOW, SECOND


def test_answers_carry_their_reason_and_facts() -> None:
    assert match(flag="test") == Finding("match", {"flag": "test"})
    assert no_match("too_short", since=NOW).evidence == {"reason": "too_short", "since": NOW.isoformat()}
    assert unknown("no_date").outcome == "unknown"


def test_waits_until_the_grace_is_over_and_not_a_second_longer() -> None:
    waiting = waits_until(NOW, now=NOW + HOUR - SECOND, grace=HOUR)
    assert (waiting.outcome, waiting.expected_until, waiting.broken_promise) == ("match", NOW, False)
    over = waits_until(NOW, now=NOW + HOUR, grace=HOUR)
    assert (over.outcome, over.expected_until, over.broken_promise) == ("no_match", None, True)


def test_passing_a_time_that_nobody_promised_breaks_nothing() -> None:
    assert not waits_until(NOW, now=NOW + HOUR, grace=HOUR, promise=False).broken_promise
