"""Judge every order whose alert time has come, and write down what follows: all of it, once, or nothing."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine

from orderwatch.core.addresses import NOWHERE, Addresses
from orderwatch.core.context import Context
from orderwatch.core.grouping import IncidentPlan, Member, Newcomer, plan_incidents
from orderwatch.core.judge import Judgement, judge, undecided
from orderwatch.core.policy import Policy
from orderwatch.core.rest import Rest
from orderwatch.core.source_health import SourceHealth, assess_sources, judgeable
from orderwatch.core.words import Candidate, Node
from orderwatch.pipeline.announce import Announcement, announce
from orderwatch.pipeline.escalate import escalate
from orderwatch.pipeline.promises import promise_clock
from orderwatch.pipeline.remind import remind
from orderwatch.pipeline.silence import ask_anew, heed_silences
from orderwatch.store import detection, incidents, learned_rules, scans
from orderwatch.store.alerts import recalculate_exempted
from orderwatch.store.candidates import read_candidates
from orderwatch.store.database import Lock, business_now, hold, run
from orderwatch.store.node_load import count_nodes

log = logging.getLogger(__name__)
KEPT = 200  # rows of a dry run's report
PORTION = 5000  # orders judged at a time: of a storm of any size only what the plan needs stays in memory


@dataclass(frozen=True, slots=True)
class Judged:
    """What is kept of one order after its judgement has been staged."""

    member: Member
    verdict: str
    explanation: dict[str, str]
    newcomer: Newcomer  # as if it were fresh
    doubted: bool


@dataclass
class Findings:
    """What one detection found; ``counts`` is what its task returns."""

    verdicts: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    storm: int = 0  # of the anomalies, those that belong to a mass delay
    opened: list[int] = field(default_factory=list)
    resolved: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    messages: int = 0  # about what this scan found
    escalated: int = 0
    reminded: int = 0
    planned: list[dict[str, Any]] = field(default_factory=list)  # for the page of a dry run, which keeps nothing else
    silence: list[dict[str, Any]] = field(default_factory=list)
    silent: list[SourceHealth] = field(default_factory=list)
    judged: list[Node] = field(default_factory=list)  # nodes whose sources all spoke

    @property
    def counts(self) -> dict[str, int]:
        return {
            "anomalies": self.verdicts["anomaly"],
            "suspects": self.verdicts["suspect"],
            "exempt": self.verdicts["exempt"],
            "invalid": self.verdicts["invalid"],
            "unknown": self.unknown,
            "incidents_opened": len(self.opened),
            "incidents_resolved": len(self.resolved),
            "incidents_closed": len(self.closed),
            "messages_planned": self.messages,
            "escalated": self.escalated,
            "reminded": self.reminded,
        }


def detect(
    engine: Engine,
    policy: Policy,
    scan_id: int,
    feeds: Mapping[str, Iterable[str]],
    link: str,
    addresses: Addresses = NOWHERE,
) -> dict[str, int]:
    """Run the detection of a scan; ``feeds`` are the feeds that should speak, ``link`` leads people to the run, and
    ``addresses`` to the incidents.

    One transaction: a crash leaves nothing, a rerun or a second scan at the same time finds what is left to do.
    A dry run is rolled back; only the book of the scan says what would have happened.
    """
    with engine.connect() as conn, conn.begin() as work:
        hold(conn, Lock.SCAN)
        hold(conn, Lock.ALERTS)  # before anything is read: a verdict must not outlive the facts it was taken on
        scan = scans.read_scan(conn, scan_id)
        now = business_now(conn)
        found = _detect(conn, scan_id, feeds, Announcement(policy, scan_id, now, link, addresses))
        if scan.dry_run:
            work.rollback()
        else:
            # a storm must not teach the next one that storms are usual
            outside = found.verdicts["anomaly"] - found.storm
            scans.finish_scan(conn, scan_id, now, outside, add_reports(scan.report, _report(found)))
    if scan.dry_run:
        with engine.begin() as conn:
            would = {"dry_run": True, "planned": found.planned, "silence": found.silence}
            scans.finish_scan(conn, scan_id, now, 0, {**_report(found), **would})
    else:
        with engine.begin() as conn:  # while no writer waits for a lock
            count_nodes(conn, found.judged, now)
    log.info("scan %s found %s", scan_id, found.counts)
    return found.counts


def _detect(conn: Connection, scan_id: int, feeds: Mapping[str, Iterable[str]], announcement: Announcement) -> Findings:
    policy, now = announcement.policy, announcement.now
    found = Findings()
    states = detection.read_feed_states(
        conn, scans.read_pulls(conn, scan_id), feeds, now, policy.grading.sources.volume_window
    )
    health = assess_sources(states, now, policy)
    found.silent = [one for one in health if not one.fresh]
    nodes = found.judged = judgeable(health, policy)
    soon = now + policy.grading.look_ahead
    incidents.hand_over_unowned(conn, policy, scan_id, now)
    run(conn, "detect/close_left_anomalies", now=now, late_by=soon)
    found.unknown = _count_unknown(conn, [node for node in Node if node not in nodes], soon)
    news, back = incidents.write_source_incidents(conn, health, policy=policy, scan_id=scan_id, now=now)
    found.opened += news
    found.resolved += back
    context = _context(conn, policy, soon)
    candidates = read_candidates(conn, nodes, soon, now - policy.validity.triage_max_age)
    judged = list(_stage(conn, candidates, context))
    if judged:
        found.opened += _write(conn, judged, policy, scan_id, now, found)
        if context.learned:
            run(conn, "rules/record_asked", now=now)
    resolved, freed, found.closed = incidents.settle_incidents(conn, policy, scan_id, now)
    found.resolved += resolved
    found.opened += [incident_id for incident_id in freed if incident_id not in found.opened]
    let_speak = heed_silences(conn, policy, scan_id, now)
    ask_anew(conn, [*freed, *let_speak], policy, now)
    found.messages = announce(conn, [*found.opened, *let_speak], found.resolved, announcement)
    found.escalated = escalate(conn, announcement)
    found.reminded = remind(conn, announcement)
    return found


def _context(conn: Connection, policy: Policy, now: datetime) -> Context:
    active = run(conn, "thresholds/read_rest").one_or_none()
    rest = None if active is None or active.rest is None else Rest.of(active.rest, active.holidays)
    learned = learned_rules.read_asking(conn, business_now(conn))
    return Context(now, policy, detection.read_calendars(conn), active.version if active else None, rest, learned)


def _stage(conn: Connection, candidates: Iterator[Candidate], context: Context) -> Iterator[Judged]:
    """Judge portion by portion; the evidence goes to the database and is not kept here."""
    run(conn, "detect/create_judged")
    while portion := [(candidate, _judge(candidate, context)) for candidate in islice(candidates, PORTION)]:
        detection.stage_judgements(conn, portion)
        yield from (_judged(candidate, judgement) for candidate, judgement in portion)


def _judge(candidate: Candidate, context: Context) -> Judgement:
    """One order on whose facts a rule breaks must not keep the others from being judged."""
    try:
        return judge(candidate, context)
    except Exception as error:
        log.exception("order %s in %s: a rule failed; a person is asked", candidate.order.order_id, candidate.node.code)
        return undecided(candidate, context, error)


def _write(
    conn: Connection, judged: Sequence[Judged], policy: Policy, scan_id: int, now: datetime, found: Findings
) -> list[int]:
    """Everything that follows from the judgements; returns the incidents that somebody has to hear of."""
    overtaken = detection.drop_overtaken(conn)
    standing = [one for one in judged if one.member not in overtaken]
    found.verdicts.update(one.verdict for one in standing if one.verdict in {"exempt", "invalid"})
    situation = detection.read_situation(conn, now, policy)
    run(conn, "detect/record_silence", now=now, scan_id=scan_id, policy_version=policy.version)
    run(conn, "detect/mark_judged", now=now)
    run(conn, "detect/select_exempted")
    recalculate_exempted(conn, promise_clock(policy))
    rows = run(conn, "detect/insert_anomalies", now=now).all()
    anomalies = {Member(row.order_id, Node(row.node)): row.anomaly_id for row in rows}
    fresh = {Member(row.order_id, Node(row.node)) for row in rows if row.fresh}
    new = fresh | {one.member for one in standing if one.doubted}
    newcomers = [
        one.newcomer if one.member in new else replace(one.newcomer, fresh=False)
        for one in standing
        if one.member in anomalies
    ]
    found.verdicts.update(one.verdict for one in newcomers if Member(one.order_id, one.node) in new)
    plans = plan_incidents(newcomers, situation, policy)
    late = {Member(one.order_id, one.node) for one in newcomers if one.verdict == "anomaly"} & new
    found.storm = sum(member in late for plan in plans if plan.kind == "mass_delay" for member in plan.members)
    found.planned, found.silence = _would(plans, standing)
    opened = [
        incidents.write_incident(conn, plan, anomalies, policy=policy, scan_id=scan_id, now=now) for plan in plans
    ]
    run(conn, "detect/close_left_anomalies", now=now, late_by=now + policy.grading.look_ahead)
    return [one.incident_id for one in opened if one.news]


def _would(
    plans: Sequence[IncidentPlan], standing: Sequence[Judged]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The plans and the silence in a form that can be kept when everything else of a dry run is rolled back."""
    said = {one.member: one.explanation for one in standing}

    def about(member: Member) -> dict[str, Any]:
        return {"order_id": member.order_id, "node": int(member.node), "explanation": said[member]}

    planned = [
        {
            "kind": plan.kind,
            "level": plan.level,
            "dedup_key": plan.dedup_key,
            "reasons": plan.reasons,
            "orders": [about(member) for member in plan.members[:KEPT]],
        }
        for plan in plans[:KEPT]
    ]
    quiet = [one.member for one in standing if one.verdict in {"exempt", "invalid"}]
    return planned, [about(member) for member in quiet[:KEPT]]


def _judged(candidate: Candidate, judgement: Judgement) -> Judged:
    shipment = candidate.order.shipment
    return Judged(
        Member(judgement.order_id, judgement.node),
        judgement.verdict,
        {"zh-CN": judgement.explanation.zh, "en": judgement.explanation.en},
        Newcomer(
            order_id=judgement.order_id,
            node=judgement.node,
            verdict="suspect" if judgement.verdict == "suspect" else "anomaly",
            level=judgement.level,
            reasons=judgement.reasons,
            warehouse=candidate.order.warehouse,
            batch_no=candidate.batch_no,
            shortage_skus=shipment.shortage_skus,
            fault_code=shipment.fault_code,
        ),
        doubted=candidate.in_triage_since is not None,
    )


def _count_unknown(conn: Connection, nodes: Sequence[Node], now: datetime) -> int:
    if not nodes:
        return 0
    unknown: int = run(conn, "detect/count_unjudged", now=now, nodes=[int(node) for node in nodes]).scalar_one()
    return unknown


def add_reports(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """A detection that is cleared and run again finds only what is left: what it found before still counts.

    Except for what could not be judged, or was silent: there the last word holds.
    """
    counted = before.get("counts", {})
    counts = {name: n + (0 if name == "unknown" else counted.get(name, 0)) for name, n in now["counts"].items()}
    lists = {name: [*before.get(name, []), *now[name]] for name in ("opened", "resolved")}
    return {**now, "counts": counts, **lists}


def _report(found: Findings) -> dict[str, Any]:
    return {
        "counts": found.counts,
        "opened": found.opened,
        "resolved": found.resolved,
        "silent": [{"source": one.source, "reasons": one.out} for one in found.silent],
    }
