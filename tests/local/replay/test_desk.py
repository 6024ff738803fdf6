"""In a replay the questions to people have an answer: whoever is asked says yes at once, or nobody ever speaks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from orderwatch.core.models.clocks import SCAN_S
from orderwatch.local.replay.course import Course, Span, run_course
from orderwatch.local.replay.desk import Answers
from orderwatch.local.replay.rules import read_rules
from orderwatch.local.replay.story import Story
from orderwatch.paths import POLICY
from tests.conftest import Databases

from .stories import a_company, at, tell, write

COSTLY = "SO00839"  # a VIP's, stuck in print from the 27th of May on


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One percent of the costly order is 80 yuan, and a voucher of more than 50 needs a person's word."""
    rows = a_company()
    rows.loc[rows["order_id"] == COSTLY, "order_value"] = 8_000.0
    return tell(write(tmp_path_factory.mktemp("desk"), rows))[1]


def course(databases: Databases, story: Story, answers: Answers) -> Course:
    url = databases.copy().url.set(drivername="postgresql").render_as_string(hide_password=False)
    span = Span(at("05-27 00:00"), at("05-31 00:00"), 8 * SCAN_S)
    return run_course(url, read_rules("in force"), story, span, answers, lambda name, done, all_of: None)


def vouchers(found: Course) -> dict[str, int]:
    given: pd.Series[int] = found.effects[found.effects["amount_minor"] > 0].set_index("order_id")["amount_minor"]
    return {str(order): int(amount) for order, amount in given.items()}


def test_what_needs_a_word_is_given_after_a_yes_and_never_without(databases: Databases, story: Story) -> None:
    yes, none = course(databases, story, "yes"), course(databases, story, "none")
    assert vouchers(yes)[COSTLY] == 8_000
    assert COSTLY not in vouchers(none)
    assert vouchers(none).items() <= vouchers(yes).items()  # what needs nobody's word is given all the same
    assert "customer_mail" in set(none.effects.loc[none.effects["order_id"] == COSTLY, "sink"])  # without an offer


def test_what_is_late_before_the_replay_is_answered_by_no_playbook(databases: Databases, story: Story) -> None:
    found = course(databases, story, "yes")
    standing = set(found.late.loc[found.late["standing"], "order_id"])
    acted = set(found.effects["order_id"].dropna())
    fresh = set(found.late.loc[~found.late["standing"], "order_id"])
    assert standing and not (acted & (standing - fresh))


def test_rules_come_from_the_files_in_force_and_those_that_replace_them(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    plain = read_rules("in force")
    changed = (POLICY / "grading.yaml").read_text().replace("CNY: 500000", "CNY: 700000")
    (tmp_path / "policy" / "grading.yaml").write_text(changed)
    other = read_rules("try", tmp_path)
    assert (plain.policy.grading.high_value["CNY"], other.policy.grading.high_value["CNY"]) == (500_000, 700_000)
    assert {one.id for one in other.playbooks} == {one.id for one in plain.playbooks}
    assert other.policy.thresholds.clock.approval == "never"  # nobody is there to be asked
