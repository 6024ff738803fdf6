"""The weekly check: what became of alarms and promises since the version has been in force, and who hears of drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row

from orderwatch.core.drift import ALL, Counts, Finding, Measure, Promised, assess, promised_by
from orderwatch.core.durations import Language
from orderwatch.core.notices import plan_to_role
from orderwatch.core.policy import Policy
from orderwatch.core.titles import ALL_NODES
from orderwatch.core.words import Node
from orderwatch.pipeline.announce import Announcement, duty_of, local, plan_text
from orderwatch.store.database import as_json, run

LEVEL: Final = 2  # as for the question which clock decides
STEPS: Final = (ALL, *(int(node) for node in Node))
MEASURES: Final[Mapping[str, Mapping[Language, str]]] = {
    "false_alarms": {"zh-CN": "误报", "en": "false alarms"},
    "misses": {"zh-CN": "漏报", "en": "misses"},
    "false_alarms_promised": {
        "zh-CN": "误报（对照该版本学习时的承诺）",
        "en": "false alarms, as promised when learned",
    },
    "early_promised": {"zh-CN": "提前 24 小时发现的违约", "en": "broken promises known 24 h ahead, as promised"},
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The version in force and the time that says something about it."""

    version: int
    since: datetime
    until: datetime
    by_promises: bool
    promised: Promised | None
    complaints_known: bool


def check_drift(engine: Engine, policy: Policy, run_id: str, link: str, now: datetime) -> Sequence[Row[Any]]:
    """Check once per run and keep what was found, all steps together first; past a limit the approvers are told.

    One transaction: a run that is repeated, or goes on twice, finds what was kept first and tells nobody again.
    """
    with engine.begin() as conn:
        scope, why = _scope(conn, policy, now)
        findings = _measure(conn, policy, scope) if scope else []
        if _keep(conn, run_id, scope, findings, why, now) and scope:
            _tell(conn, policy, run_id, scope, findings, link, now)
        return read_results(conn, run_id)


def read_results(conn: Connection, run_id: str | None = None) -> Sequence[Row[Any]]:
    """What a run has kept, or the latest one; all steps together first. None where nothing was ever checked."""
    return run(conn, "drift/read_results", run_id=run_id).all()


def step_of(node: int) -> str:
    """The step's name, or ``all``."""
    return "all" if node == ALL else Node(node).code


def in_words(results: Sequence[Row[Any]]) -> str:
    """One line: where drift was found, and the figures of all steps together."""
    beyond = [step_of(row.node) for row in results if row.verdict == "drift" and row.node != ALL]
    return f"drift in {', '.join(beyond)}; all steps: {results[0].reason}" if beyond else str(results[0].reason)


def _scope(conn: Connection, policy: Policy, now: datetime) -> tuple[Scope | None, str]:
    """What can be looked at; else nothing, and why not.

    The window never begins before the version came into force: what an earlier one did says nothing about this one.
    It never ends after the ERP and the WMS were last heard: a delivery that nobody has told of is no broken promise.
    """
    row = run(conn, "drift/read_scope").one_or_none()
    if row is None:
        return None, "no version is in force: there is nothing to check"
    if row.told_until is None:
        return None, "the ERP or the WMS has never answered: nobody knows what has arrived"
    rules = policy.thresholds.drift
    until = min(now, row.told_until)
    since = max(now - rules.window, row.in_force_since)
    if since >= until:
        return None, f"too few cases: nothing was heard since version {row.version} has been in force"
    heard = row.complaints_until
    complaints_known = heard is not None and until - heard <= policy.grading.sources.max_staleness
    promised = promised_by(row.model, row.candidates or (), policy.thresholds.clock.false_alarms)
    return Scope(row.version, since, until, row.by_promises, promised, complaints_known), ""


def _measure(conn: Connection, policy: Policy, scope: Scope) -> list[Finding]:
    rules = policy.thresholds.drift
    limits = rules.by_promises if scope.by_promises else rules.by_limits
    window = {"since": scope.since, "until": scope.until}
    run(conn, "drift/create_fate", **window)
    counted: dict[int, dict[str, int]] = {node: {} for node in STEPS}
    for row in run(conn, "drift/count_alarms", version=scope.version, **window):
        counted[row.node] |= row._mapping
    for row in run(conn, "drift/count_misses"):
        counted[row.node] |= row._mapping
    counted[ALL] |= run(conn, "drift/count_left_out").one()._mapping
    return [assess(Counts(**{"node": node, **counted[node]}), rules, limits, scope.promised) for node in STEPS]


def _keep(
    conn: Connection, run_id: str, scope: Scope | None, findings: Sequence[Finding], why: str, now: datetime
) -> bool:
    """Whether this run has found it; always all steps, so that two that go on at once keep the results of one."""
    if scope is None:
        results = [{**asdict(Counts(node)), "verdict": "too_few", "reason": why} for node in STEPS]
    else:
        results = [{**asdict(one.counts), "verdict": one.verdict, "reason": _reason(one, scope)} for one in findings]
    kept = run(
        conn,
        "drift/insert_results",
        run_id=run_id,
        version=scope.version if scope else None,
        now=now,
        window_from=scope.since if scope else None,
        window_to=scope.until if scope else None,
        results=as_json(results),
    )
    return kept.rowcount > 0


def _reason(finding: Finding, scope: Scope) -> str:
    """The figures, and for all steps together what else has to be known."""
    if finding.counts.node != ALL:
        return finding.reason
    nothing = "" if finding.counts.orders else "no promise was due"
    unheard = "" if scope.complaints_known else "complaints are not known up to the end of the window"
    return "; ".join(part for part in (finding.reason, nothing, unheard) if part)


def _tell(
    conn: Connection,
    policy: Policy,
    run_id: str,
    scope: Scope,
    findings: Sequence[Finding],
    link: str,
    now: datetime,
) -> int:
    """Plan the messages to the approvers, once per check and person; how many."""
    beyond = [(one, measure) for one in findings for measure in one.beyond]
    if not beyond:
        return 0
    announcement = Announcement(policy, None, now, link)

    def items_in(language: Language) -> list[dict[str, Any]]:
        return [_item(one, measure, scope, language, policy) for one, measure in beyond]

    duty, planned = duty_of(conn, policy, now), 0
    for role in policy.thresholds.clock.approvers:
        for notice in plan_to_role("drift", role, LEVEL, (), duty):
            key = f"drift:{run_id}:{notice.sink}:{notice.recipient}"
            planned += plan_text(conn, notice, key, items_in, announcement)
    return planned


def _item(finding: Finding, measure: Measure, scope: Scope, language: Language, policy: Policy) -> dict[str, Any]:
    node = finding.counts.node
    return {
        "node": policy.node(Node(node)).title.say(language) if node != ALL else ALL_NODES[language],
        "measure": MEASURES[measure.name][language],
        "hits": str(measure.hits),
        "of": str(measure.of),
        "share": f"{measure.hits / measure.of:.1%}",
        "bound": f"{measure.bound:.1%}",
        "limit": f"{measure.limit:.1%}",
        "falls": measure.name == "early_promised",
        "acted_on": str(finding.counts.acted_on),
        "version": str(scope.version),
        "since": local(scope.since, policy),
        "until": local(scope.until, policy),
        "complaints_known": scope.complaints_known,
    }
