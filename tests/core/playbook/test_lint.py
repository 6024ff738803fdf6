"""Every mistake that makes a playbook unsafe is found at its line; the examples in ``invalid`` say in a comment which.

The comment ``# wrong: reason`` stands on the line of the mistake and holds a part of what is said about it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orderwatch.core.playbook.load import load_playbook, problems_together
from orderwatch.core.policy.loader import PolicyError

from ..builders import the_policy
from .builders import make_playbook

INVALID = Path(__file__).parent / "invalid"
WRONG = re.compile(r"# wrong: (.+)$")


def mistakes(file: Path) -> list[tuple[int, str]]:
    """(line, part of the reason) as the file itself says."""
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    return [(number, found[1]) for number, line in lines if (found := WRONG.search(line))]


@pytest.mark.parametrize("file", sorted(INVALID.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_mistake_is_named_with_file_line_and_reason(file: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_playbook(file, the_policy().roles.root)
    found = sorted(caught.value.problems, key=lambda problem: problem.line or 0)
    wanted = mistakes(file)
    assert [(problem.file, problem.line) for problem in found] == [(file.name, line) for line, _ in wanted]
    for problem, (_, reason) in zip(found, wanted, strict=True):
        assert reason in problem.message


def test_roles_are_asked_for_only_where_they_are_known() -> None:
    assert load_playbook(INVALID / "role_unknown.yaml").playbook.owner == "boss"


# --- several playbooks of one folder ---


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("kinds: [batch], levels: [2]", "kinds: [batch], levels: [2]", True),
        ("kinds: [batch], levels: [2]", "kinds: [batch], levels: [1, 2]", True),
        ("kinds: [batch], levels: [2]", "kinds: [batch], levels: [2], priority: 1", False),
        ("kinds: [batch], levels: [2]", "kinds: [batch], levels: [1]", False),
        ("kinds: [batch], levels: [2]", "kinds: [single], levels: [2]", False),
        ("kinds: [batch], levels: [2], nodes: [pick]", "kinds: [batch], levels: [2], nodes: [print]", False),
        ("kinds: [batch], levels: [2], nodes: [pick]", "kinds: [batch], levels: [2], nodes: [pick, print]", True),
        ("kinds: [stock_out], levels: [3], nodes: [pick]", "kinds: [stock_out], levels: [3], nodes: [print]", True),
        ("kinds: [batch], levels: [2]", "kinds: [batch], levels: [2], when: incident.orders > 9", True),
        (
            "kinds: [batch], levels: [2], when: incident.orders <= 9",
            "kinds: [batch], levels: [2], when: incident.orders > 9",
            False,
        ),
    ],
)
def test_two_playbooks_of_which_nobody_can_tell_which_answers(one: str, other: str, told: bool) -> None:
    found = problems_together([
        make_playbook("first", match=f"{{{one}}}"),
        make_playbook("second", match=f"{{{other}}}"),
    ])
    assert [(problem.file, problem.line, problem.field) for problem in found] == [("second.yaml", 6, "match")] * told
    if told:
        assert "like first and with the same priority" in found[0].message


def test_a_draft_beside_an_active_playbook_is_no_rival() -> None:
    draft = make_playbook("second", match="{kinds: [batch], levels: [2]}", state="draft")
    assert problems_together([make_playbook("first", match="{kinds: [batch], levels: [2]}"), draft]) == []
