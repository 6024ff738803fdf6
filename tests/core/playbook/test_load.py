"""A playbook is read whole or not at all, and a broken file harms no other one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from orderwatch.core.playbook.actions import WorkOrder
from orderwatch.core.playbook.load import load_folder, load_playbook, parse_playbook
from orderwatch.core.policy.loader import PolicyError

from .builders import TELL, make_playbook, shipped, written


def test_inputs_are_typed_when_the_file_is_read() -> None:
    given = shipped("single_important").inputs["call_customer"]
    assert isinstance(given, WorkOrder)
    assert (given.role, given.due) == ("owner", timedelta(hours=2))


def test_a_version_is_named_by_its_letters() -> None:
    assert make_playbook().sha == make_playbook().sha
    assert make_playbook().sha != parse_playbook("example.yaml", written() + "\n# a comment").sha
    assert make_playbook().raw == written()


def test_the_file_has_the_name_of_the_playbook() -> None:
    with pytest.raises(PolicyError, match=r"other.yaml:1 playbook: must be 'other', like the file's name"):
        parse_playbook("other.yaml", written("example"))


def test_every_mistake_is_told_at_once() -> None:
    step = "{title: {zh-CN: 通知, en: tell}, action: owner.tell, when: "
    with pytest.raises(PolicyError) as caught:
        make_playbook(steps=f"{{one: {step}order.x}}, two: {step}order.y}}}}", owner="boss")
    assert len(caught.value.problems) == 2


def test_a_thousand_mistakes_are_told_in_part() -> None:
    with pytest.raises(PolicyError) as caught:
        make_playbook(limits="{" + ", ".join(f"x{number}: 1" for number in range(1000)) + "}")
    assert len(caught.value.problems) == 50


def test_a_list_is_not_said_to_be_empty_because_its_member_is_wrong() -> None:
    with pytest.raises(PolicyError) as caught:
        make_playbook(tests="[{name: any, matches: perhaps}]")
    assert [problem.field for problem in caught.value.problems] == ["tests.0.matches"]


@pytest.mark.parametrize("place", ["nowhere.yaml", "."])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(PolicyError, match="there is no such file"):
        load_playbook(tmp_path / place)


def test_a_broken_file_harms_no_other_one(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text(written("first"), encoding="utf-8")
    (tmp_path / "second.yaml").write_text(written("second", steps="{"), encoding="utf-8")
    (tmp_path / "third.yaml").write_text(written("third", owner="boss"), encoding="utf-8")
    (tmp_path / "fourth.yaml").mkdir()
    (tmp_path / "README.md").write_text("no playbook", encoding="utf-8")
    good, problems = load_folder(tmp_path, {"operations_manager"})
    assert set(good) == {"first"}
    assert set(problems) == {"second.yaml", "third.yaml", "fourth.yaml"}
    assert problems["third.yaml"].problems[0].line == 4


def test_a_folder_that_is_not_there_is_a_problem_and_not_an_empty_one(tmp_path: Path) -> None:
    good, problems = load_folder(tmp_path / "nowhere")
    assert (good, str(problems["nowhere"])) == ({}, "nowhere:1: there is no such folder")


def test_steps_come_one_after_the_other_unless_they_say_otherwise() -> None:
    plain = "title: {zh-CN: 通知, en: tell}, action: owner.tell"
    steps = f"{{one: {{{plain}}}, two: {{{plain}}}, side: {{{plain}, after: [one]}}, free: {{{plain}, after: []}}}}"
    playbook = make_playbook(steps=steps).playbook
    assert [playbook.before(step) for step in playbook.steps] == [(), ("one",), ("one",), ()]
    assert playbook.ancestors("two") == {"one"}


def test_a_playbook_has_at_most_twenty_steps() -> None:
    with pytest.raises(PolicyError, match="at most 20"):
        make_playbook(steps="{" + ", ".join(f"s{number}: {TELL[7:-1]}" for number in range(21)) + "}")
