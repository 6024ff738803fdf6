"""The whole question put to one late order: is it an order, is the waiting normal, how serious is it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from orderwatch.core.context import Context
from orderwatch.core.exemptions import Exemption, exempt
from orderwatch.core.exemptions import title_of as exemption_title
from orderwatch.core.explain import Explanation, Why, explain, worked_in
from orderwatch.core.finding import Finding
from orderwatch.core.grading import grade
from orderwatch.core.validity import Validity, assess
from orderwatch.core.validity import title_of as validity_title
from orderwatch.core.words import Candidate, Node, stopped

Verdict = Literal["invalid", "suspect", "exempt", "anomaly"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for one order in one node.

    ``reasons`` are codes: the checks that matched, the exemptions that hold, or what raised the level and
    cancelled the exemption. ``expected_until`` is set exactly when exempt. ``evidence`` is JSON for the
    timeline: everything that was asked, also by rules in shadow.
    """

    order_id: str
    node: Node
    verdict: Verdict
    level: Literal[0, 1]
    reasons: tuple[str, ...]
    expected_until: datetime | None
    explanation: Explanation
    evidence: Mapping[str, object]
    promised: bool = False  # somebody was told ``expected_until``


def judge(candidate: Candidate, context: Context) -> Judgement:
    """Validity first, then exemptions, then the level."""
    validity = assess(candidate.order, context)
    if validity.verdict == "invalid" or (validity.verdict == "suspect" and not _waited(candidate, context)):
        return _doubted(candidate, context, validity.verdict, validity)
    exemption = exempt(candidate, context)
    if exemption.exempt:
        return _exempted(candidate, context, validity, exemption)
    return _late(candidate, context, validity, exemption)


def undecided(candidate: Candidate, context: Context, error: Exception) -> Judgement:
    """The answer where a rule broke on the order's facts: a person looks first.

    If nobody does, it becomes a plain late order: a mistake of ours must hide no order, and stop no other.
    """
    waited = _waited(candidate, context)
    what, title = type(error).__name__, context.policy.node(candidate.node).title
    return Judgement(
        order_id=candidate.order.order_id,
        node=candidate.node,
        verdict="anomaly" if waited else "suspect",
        level=grade(candidate.order, context, broken_promise=False).level if waited else 0,
        reasons=("rule_failed",),
        expected_until=None,
        explanation=Explanation(
            zh=f"在{title.say('zh-CN')}已超时；判断规则出错（{what}），须由人核实",
            en=f"late in {title.say('en')}; a rule failed on it ({what}), a person should look",
        ),
        evidence={"alert_at": candidate.alert_at.isoformat(), "error": what},
    )


def _waited(candidate: Candidate, context: Context) -> bool:
    """Nobody looked at the doubtful order in time, so it must not hide a real one any longer."""
    since = candidate.in_triage_since
    return since is not None and context.now - since >= context.policy.validity.triage_max_age


def _doubted(
    candidate: Candidate, context: Context, verdict: Literal["invalid", "suspect"], validity: Validity
) -> Judgement:
    rules = [validity_title(name, context) for name in validity.reasons]
    return Judgement(
        order_id=candidate.order.order_id,
        node=candidate.node,
        verdict=verdict,
        level=0,
        reasons=validity.reasons,
        expected_until=None,
        explanation=explain(candidate, context, verdict, rules=rules),
        evidence=_evidence(candidate, context, validity, None),
    )


def _exempted(candidate: Candidate, context: Context, validity: Validity, exemption: Exemption) -> Judgement:
    titles = [exemption_title(name, context) for name in exemption.rules]
    return Judgement(
        order_id=candidate.order.order_id,
        node=candidate.node,
        verdict="exempt",
        level=0,
        reasons=exemption.rules,
        expected_until=exemption.expected_until,
        explanation=explain(candidate, context, "exempt", until=exemption.expected_until, rules=titles),
        evidence=_evidence(candidate, context, validity, exemption),
        promised=exemption.promise,
    )


def _late(candidate: Candidate, context: Context, validity: Validity, exemption: Exemption) -> Judgement:
    graded = grade(candidate.order, context, broken_promise=exemption.broken_promise)
    doubts = (*validity.reasons, "triage_expired") if validity.reasons else ()
    deadline = ("platform_deadline",) if exemption.reason == "platform_deadline" else ()
    why, until = _why(candidate, context, exemption)
    return Judgement(
        order_id=candidate.order.order_id,
        node=candidate.node,
        verdict="anomaly",
        level=graded.level,
        reasons=(*graded.reasons, *deadline, *doubts),
        expected_until=None,
        explanation=explain(candidate, context, why, until=until),
        evidence=_evidence(candidate, context, validity, exemption),
    )


def _why(candidate: Candidate, context: Context, exemption: Exemption) -> tuple[Why, datetime | None]:
    """The reason that a person understands first: a broken promise, the platform's deadline, or the limit."""
    order = candidate.order
    if stopped(candidate):
        return "stopped", None
    if exemption.broken_promise and (expected := _promised(candidate, exemption)) is not None:
        return "promise", expected
    if order.promised_at is not None and candidate.alert_at == candidate.promise_alert_at:
        return ("overdue" if order.promised_at < context.now else "at_risk"), order.promised_at
    stayed = worked_in(candidate, context) or context.now - candidate.entered_at
    if order.platform_deadline_at is not None and stayed < candidate.threshold:
        return "platform", order.platform_deadline_at
    return "limit", None


def _promised(candidate: Candidate, exemption: Exemption) -> datetime | None:
    if candidate.promise_broken_at is not None:
        return candidate.promise_broken_at
    broken = (found.finding for found in exemption.findings if found.finding.broken_promise)
    return max((datetime.fromisoformat(str(one.evidence["expected_until"])) for one in broken), default=None)


def _evidence(
    candidate: Candidate, context: Context, validity: Validity, exemption: Exemption | None
) -> Mapping[str, object]:
    worked = worked_in(candidate, context)
    return {
        "entered_at": candidate.entered_at.isoformat(),
        "alert_at": candidate.alert_at.isoformat(),
        "threshold_s": int(candidate.threshold.total_seconds()),
        "promised_at": _iso(candidate.order.promised_at),
        "chance": candidate.chance,
        "dwell_s": int((worked or context.now - candidate.entered_at).total_seconds()),
        "working_time": worked is not None,
        "checks": [{"check": one.check, "state": one.state, **_answer(one.finding)} for one in validity.evidence],
        "exemptions": [
            {"rule": one.rule, "state": one.state, "line_no": one.line_no, **_answer(one.finding)}
            for one in (exemption.findings if exemption else ())
        ],
        "shadow_until": _iso(exemption.shadow_until) if exemption else None,
    }


def _answer(finding: Finding) -> dict[str, object]:
    return {
        "outcome": finding.outcome,
        "expected_until": _iso(finding.expected_until),
        "facts": dict(finding.evidence),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
