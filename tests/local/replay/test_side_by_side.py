"""Two sets of rules run at the same time: what fails first ends both, and is what people are told."""

from __future__ import annotations

import time

import pytest

from orderwatch.core.models.model import ModelError
from orderwatch.local.replay.course import Course, Progress
from orderwatch.local.replay.replay import _side_by_side


def endless(told: Progress) -> Course:
    for scan in range(10_000):
        told("in force", scan, 10_000)
        time.sleep(0.001)
    raise AssertionError("nobody stopped it")


def fails(told: Progress) -> Course:
    time.sleep(0.05)
    raise ModelError("the history is empty")


@pytest.mark.parametrize("courses", [(endless, fails), (fails, endless)])
def test_the_reason_is_that_of_the_one_that_failed(courses: tuple[object, ...]) -> None:
    with pytest.raises(ModelError, match="the history is empty"):
        _side_by_side(list(courses), lambda name, done, all_of: None)  # type: ignore[arg-type]


def test_whoever_ends_it_ends_both() -> None:
    def interrupted(name: str, done: int, all_of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _side_by_side([endless, endless], interrupted)
