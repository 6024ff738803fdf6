"""Promoters less detractors, in whole points; nobody's answer is no score."""

from __future__ import annotations

import pytest

from orderwatch.core.survey.nps import Answers, count_answers


def test_every_score_has_its_side() -> None:
    assert count_answers(list(range(11))) == Answers(promoters=2, passives=2, detractors=7)


@pytest.mark.parametrize(
    ("answers", "nps"),
    [
        (Answers(9, 6, 6), 14),
        (Answers(1, 0, 0), 100),
        (Answers(0, 0, 3), -100),
        (Answers(1, 0, 1), 0),
        (Answers(2, 0, 1), 33),
        (Answers(1, 0, 2), -33),
        (Answers(1, 199, 0), 1),  # half a point
        (Answers(0, 199, 1), -1),
        (Answers(0, 5, 0), 0),
        (Answers(0, 0, 0), None),
    ],
)
def test_the_score_is_whole_and_the_same_on_both_sides_of_zero(answers: Answers, nps: int | None) -> None:
    assert answers.nps == nps


@pytest.mark.parametrize("score", [-1, 11])
def test_a_score_off_the_scale_is_an_error(score: int) -> None:
    with pytest.raises(ValueError, match=str(score)):
        count_answers([5, score])
