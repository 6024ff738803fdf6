"""What the page of a threshold version shows, read and put into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy, load_policy
from orderwatch.core.words import Node
from orderwatch.paths import POLICY
from orderwatch.store.database import run
from orderwatch.web.pictures.limits import Spread, Step
from orderwatch.web.pictures.words import clock, percent, say

Report = Mapping[str, Any]
BECAME: Final[Mapping[str, tuple[str, str]]] = {
    "held": ("等待批准", "waits for a person"),
    "approved": ("已批准", "approved"),
    "rejected": ("已拒绝", "rejected"),
    "in_force": ("启用", "put in force"),
}
KEPT_NOTHING: Final[Report] = {
    "reason": "", "counts": {}, "before": None, "candidates": [], "refused": {},
    "gate": None, "chosen": None, "champion": None, "months": {}, "example": None, "missing": {},
}  # fmt: skip
"""What a version says of its learning that was learned before anything of the kind was kept."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of the version, by whom, when and why."""

    what: str
    by: str
    why: str
    at: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Everything that is known of one version, in one language; ``report`` is what it kept of its learning."""

    version: int
    model: str
    window: str
    learned_at: str
    window_from: str
    window_to: str
    policy_version: str
    run_id: str | None
    passages: int
    state: str  # in_force, held, approved, rejected, was_in_force or free
    why: str
    before: int | None
    report: Report
    decisions: Sequence[Decision]
    steps: Sequence[Step]
    local: Callable[[int], datetime]
    step_title: Callable[[str], tuple[int, str]]

    @property
    def alone(self) -> bool:
        """Whether there is nothing to compare its limits with."""
        return all(step.before is None for step in self.steps)


def version_of_run(conn: Connection, dag_id: str, run_id: str) -> int | None:
    """The version that this run has learned; none where it is no retraining, or has not learned one."""
    version: int | None = run(conn, "pages/version_of_run", dag_id=dag_id, run_id=run_id).scalar()
    return version


def read_version_page(conn: Connection, version: int, language: Language) -> VersionPage | None:
    """The page of a version; none where there is no such version."""
    row = run(conn, "thresholds/read_version", version=version).one_or_none()
    if row is None:
        return None
    policy = load_policy(POLICY)
    zone = ZoneInfo(policy.calendars.business_zone)
    report: Report = {**KEPT_NOTHING, **row.report}
    before = report["before"]
    return VersionPage(
        version=row.version,
        model=row.model,
        window=report["chosen"]["window"] if report["chosen"] else "all",
        learned_at=f"{row.learned_at.astimezone(zone):%Y-%m-%d %H:%M}",
        window_from=f"{row.window_from.astimezone(zone):%Y-%m-%d}",
        window_to=f"{row.window_to.astimezone(zone):%Y-%m-%d}",
        policy_version=row.policy_version,
        run_id=row.run_id,
        passages=row.stages,
        state=_state(row),
        why=_why(report, language),
        before=before,
        report=report,
        decisions=[
            Decision(
                say(language, *BECAME[one.decision]),
                one.decided_by,
                one.reason,
                f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}",
            )
            for one in run(conn, "pages/version_decisions", version=version)
        ],
        steps=_steps(run(conn, "pages/version_limits", version=version, before=before).all(), policy, language),
        local=lambda at: datetime.fromtimestamp(at, zone),
        step_title=lambda code: _titled(code, policy, language),
    )


def _state(row: Row[Any]) -> str:
    if row.active:
        return "in_force"
    return "was_in_force" if row.decision == "in_force" else row.decision or "free"


def _why(report: Report, language: Language) -> str:
    """The gate's reason; in Chinese where its figures say it all, else as it was kept."""
    gate, chosen = report["gate"], report["chosen"]
    judged = {(one["model"], one["window"]) for one in report["candidates"]}
    if language == "en" or not gate:
        return str(report["reason"])
    if gate["mode"] == "formula":
        return "模式为 formula：只用上限"
    if (chosen["model"], chosen["window"]) not in judged:
        return str(report["reason"])
    name, prefer = clock(chosen["model"], chosen["window"], language), gate["prefer"]
    return (
        f"{name}：提前 {prefer.removeprefix('rec')} 小时以上预警 {percent(chosen[prefer], 1)}，"
        f"误报最多 {percent(chosen['fa_bound'], 1)}（上限 {percent(gate['false_alarms'])}）"
    )


def _steps(rows: Sequence[Row[Any]], policy: Policy, language: Language) -> list[Step]:
    """Steps of which this version says anything, each with what the version before said."""
    steps = []
    for row in rows:
        after = Spread(row.after_whole_s, _three(row.after_spread_s), row.after_cells)
        before = Spread(row.before_whole_s, _three(row.before_spread_s), row.before_cells)
        if after.whole is None and not after.count:
            continue
        rules = policy.node(Node(row.node))
        known = before.whole is not None or before.count > 0
        steps.append(
            Step(rules.title.say(language), rules.working_time, after, before if known else None, _three(row.moved))
        )
    return steps


def _three(values: Sequence[float] | None) -> tuple[float, float, float] | None:
    return None if values is None or values[0] is None else (values[0], values[1], values[2])


def _titled(code: str, policy: Policy, language: Language) -> tuple[int, str]:
    """The number and the title of a step; of one that there is no more, the code it had."""
    node = next((one for one in Node if one.code == code), None)
    return (len(Node), code) if node is None else (int(node), policy.node(node).title.say(language))
