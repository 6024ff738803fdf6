"""A set of rules: the policy and the playbooks in force, or with some of their files replaced."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orderwatch.core.playbook.load import Loaded, load_folder, problems_together
from orderwatch.core.policy import Policy, PolicyError, Problem, load_policy
from orderwatch.paths import PLAYBOOKS, POLICY

PARTS: Final = {"policy": POLICY, "playbooks": PLAYBOOKS}


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Everything that people decide, read and checked."""

    name: str
    policy: Policy
    playbooks: Collection[Loaded]


def read_rules(name: str, changes: Path | None = None) -> Rules:
    """The rules in force; ``changes`` is a folder whose ``policy`` and ``playbooks`` hold files that replace theirs.

    Raises PolicyError with every mistake, also where a file replaces none.
    """
    with tempfile.TemporaryDirectory() as folder:
        for part, source in PARTS.items():
            shutil.copytree(source, Path(folder) / part)
        if changes is not None:
            _replace(Path(folder), changes)
        policy = load_policy(Path(folder) / "policy")
        good, bad = load_folder(Path(folder) / "playbooks", frozenset(policy.roles.root))
    problems = [problem for error in bad.values() for problem in error.problems]
    if problems := problems or list(problems_together(good.values())):
        raise PolicyError(problems)
    return Rules(name, _nobody_asked_about_versions(policy), list(good.values()))


def _replace(folder: Path, changes: Path) -> None:
    files = [file for part in PARTS for file in sorted((changes / part).rglob("*.yaml"))]
    if not files:
        raise PolicyError([Problem(str(changes), None, "", "holds no file policy/*.yaml or playbooks/*.yaml")])
    for file in files:
        into = folder / file.relative_to(changes)
        if file.relative_to(changes).parts[0] == "policy" and not into.exists():
            known = ", ".join(sorted(one.name for one in POLICY.glob("*.yaml")))
            raise PolicyError([Problem(str(file), None, "", f"replaces no file of the policy; it has {known}")])
        shutil.copy(file, into)


def _nobody_asked_about_versions(policy: Policy) -> Policy:
    """In a replay there is nobody to ask whether a new version may be in force."""
    clock = policy.thresholds.clock.model_copy(update={"approval": "never"})
    return policy.model_copy(update={"thresholds": policy.thresholds.model_copy(update={"clock": clock})})
