"""The policy: everything the operations people decide, read from ``include/policy``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from orderwatch.core.policy.base import Strict
from orderwatch.core.policy.calendars import CalendarPolicy, CalendarsFile
from orderwatch.core.policy.exemptions import ExemptionsFile
from orderwatch.core.policy.grading import GradingFile
from orderwatch.core.policy.learning import LearningFile
from orderwatch.core.policy.loader import PolicyError, Problem, load_file
from orderwatch.core.policy.nodes import NodePolicy, NodesFile
from orderwatch.core.policy.programme import ProgrammeFile
from orderwatch.core.policy.response import ResponseFile
from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.policy.rights import RightsFile
from orderwatch.core.policy.roles import Person, Role, RolesFile
from orderwatch.core.policy.survey import SurveyFile
from orderwatch.core.policy.thresholds import ThresholdsFile
from orderwatch.core.policy.validity import ValidityFile
from orderwatch.core.words import Node

__all__ = [
    "CalendarPolicy",
    "NodePolicy",
    "Person",
    "Policy",
    "PolicyError",
    "Problem",
    "Role",
    "load_policy",
]

_FILES: Final[dict[str, type[BaseModel]]] = {
    "nodes": NodesFile,
    "calendars": CalendarsFile,
    "exemptions": ExemptionsFile,
    "validity": ValidityFile,
    "grading": GradingFile,
    "roles": RolesFile,
    "rights": RightsFile,
    "thresholds": ThresholdsFile,
    "response": ResponseFile,
    "learning": LearningFile,
    "review": ReviewFile,
    "programme": ProgrammeFile,
    "survey": SurveyFile,
}


class Policy(Strict):
    """All policy files together; ``version`` changes when any value changes, not when a comment does."""

    nodes: NodesFile
    calendars: CalendarsFile
    exemptions: ExemptionsFile
    validity: ValidityFile
    grading: GradingFile
    roles: RolesFile
    rights: RightsFile
    thresholds: ThresholdsFile
    response: ResponseFile
    learning: LearningFile
    review: ReviewFile
    programme: ProgrammeFile
    survey: SurveyFile

    @property
    def version(self) -> str:
        """First 12 hexadecimal digits of the sha256 of the content."""
        content = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    def node(self, node: Node) -> NodePolicy:
        return self.nodes.of(node)

    def role(self, code: str) -> Role:
        return self.roles.role(code)

    def calendar_code(self, node: Node, warehouse: str) -> str | None:
        """Whose calendar measures working time in this node; none where the clock is wall time."""
        rules = self.node(node)
        if not rules.working_time:
            return None
        return self.calendars.code(rules.actor, warehouse if rules.actor == "warehouse" else None)


def load_policy(folder: Path) -> Policy:
    """Read the policy files of a folder.

    Raises:
        PolicyError: with every mistake found in any of the files.
    """
    files: dict[str, BaseModel] = {}
    problems: list[Problem] = []
    for name, model in _FILES.items():
        try:
            files[name] = load_file(folder / f"{name}.yaml", model)
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(problems)
    policy = Policy.model_construct(None, **files)
    if problems := _contradictions(policy):
        raise PolicyError(problems)
    return policy


def _contradictions(policy: Policy) -> list[Problem]:
    """What is right in each file and wrong between them."""
    problems = []
    for node in Node:
        rules = policy.node(node)
        for field, roles in (("first_responder", (rules.first_responder,)), ("deputies", rules.deputies)):
            problems += [_no_role("nodes", f"{node.code}.{field}", role) for role in roles if not _has(policy, role)]
        if rules.working_time and policy.calendar_code(node, "*") is None:
            message = f"no calendar {rules.actor} or {rules.actor}:* in calendars.yaml"
            problems.append(Problem("nodes.yaml", None, f"{node.code}.actor", message))
        normal_limit = float(policy.thresholds.multiplier) * rules.normal.longest
        if rules.ceiling <= normal_limit:
            message = f"must be longer than normal.longest × multiplier ({normal_limit})"
            problems.append(Problem("nodes.yaml", None, f"{node.code}.ceiling", message))
    for level, rules_of_level in policy.grading.levels.items():
        owner = rules_of_level.owner
        if owner is not None and not _has(policy, owner):
            problems.append(_no_role("grading", f"levels.{level}.owner", owner))
    for code, rules_of_role in policy.roles.root.items():
        if rules_of_role.on_duty == "office" and policy.calendars.code("office") is None:
            problems.append(Problem("roles.yaml", None, f"{code}.on_duty", "no calendar office in calendars.yaml"))
    for file, field, owner in (
        ("learning", "owner", policy.learning.owner),
        ("programme", "report.owner", policy.programme.report.owner),
        ("programme", "week.owner", policy.programme.week.owner),
    ):
        if not _has(policy, owner):
            problems.append(_no_role(file, field, owner))
    for role in policy.response.approval_rights:
        if not _has(policy, role):
            problems.append(_no_role("response", f"approval_rights.{role}", role))
    for role, rights in policy.rights.root.items():
        if not _has(policy, role):
            problems.append(_no_role("rights", role, role))
        for currency in rights.money:
            if currency not in policy.response.money:
                message = f"{currency} has no limits in response.yaml"
                problems.append(Problem("rights.yaml", None, f"{role}.money", message))
    return problems


def _has(policy: Policy, role: str) -> bool:
    return role in policy.roles.root


def _no_role(file: str, field: str, role: str) -> Problem:
    return Problem(f"{file}.yaml", None, field, f"{role!r} is not a role in roles.yaml")
