"""Look through what people said about alarms, and keep what is worth a person's decision as proposals."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.learned.attributes import Facts
from orderwatch.core.learned.evidence import (
    Changed,
    Counts,
    Waits,
    count,
    hidden,
    incidents_less,
    replay,
    waits_of,
)
from orderwatch.core.learned.feedback import Alarm, Case, cases_of
from orderwatch.core.learned.mine import Ended, Found, is_enough, mine
from orderwatch.core.learned.predicate import Predicate, holds, predicate, say_predicate
from orderwatch.core.learned.rule import Kind
from orderwatch.core.notices import plan_to_role
from orderwatch.core.policy import Policy
from orderwatch.core.words import Node
from orderwatch.pipeline.announce import Announcement, duty_of, plan_text
from orderwatch.store import learned_rules as store
from orderwatch.store.database import run

log = logging.getLogger(__name__)
LEVEL: Final = 2  # as for the other questions to supervisors
BY: Final = "orderwatch"
Place = tuple[Kind, Node | None]
PLACES: Final[tuple[Place, ...]] = (("check", None), *(("exemption", node) for node in Node))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form of the DAG asks for; ``window``: how far back, by default as the policy says."""

    window: timedelta | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A condition with everything that speaks for it and against it; ``expected_s`` of an exemption."""

    kind: Kind
    node: Node | None
    asked: Predicate
    expected_s: int | None
    counts: Counts
    waits: Waits
    changed: Sequence[Changed]

    @property
    def hidden(self) -> int:
        return len({one.alarm.order_id for one in hidden(self.changed)})


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded about alarms and about orders without one, for one kind of rule."""

    policy: Policy
    place: Place
    cases: Sequence[Case]
    ordinary: Sequence[Facts]
    dwells_s: Sequence[int | None]

    def about(self, asked: Predicate, tried: int = 1, expected_s: int | None = None) -> Proposal:
        """The condition on the record; without ``expected_s``, how long waiting is normal is taken from there."""
        kind, node = self.place
        waits = Waits(0, None, None)
        if node is not None:
            waits = waits_of(self._waits(asked))
            expected_s = expected_s or self._expected(waits, node)
        changed = replay(asked, kind, expected_s, self.cases)
        return Proposal(kind, node, asked, expected_s, count(asked, self.cases, self.ordinary, tried), waits, changed)

    def _waits(self, asked: Predicate) -> Iterator[int]:
        for facts, dwell_s in zip(self.ordinary, self.dwells_s, strict=True):
            if dwell_s is not None and holds(asked, facts):
                yield dwell_s
        for case in self.cases:
            if holds(asked, case.facts):
                yield from (alarm.dwell_s for alarm in case.alarms if alarm.left)

    def _expected(self, waits: Waits, node: Node) -> int | None:
        """Never unlimited: as long as 95 of 100 have waited, and no longer than the policy and the ceiling allow."""
        rules = self.policy.learning
        if waits.p95_s is None or waits.samples < rules.least_waits:
            return None
        most = min(rules.longest_wait, self.policy.node(node).ceiling)
        return min(max(waits.p95_s, 1), int(most.total_seconds()))


def learn_rules(
    engine: Engine, policy: Policy, run_id: str, link: str, now: datetime, asked: Asked | None = None
) -> dict[str, Any]:
    """Look once per run; new proposals are told to their role. A dry run keeps nothing and tells nobody.

    A proposal that is still open gets today's evidence and no second one beside it. Returns what was found.
    """
    asked = asked or Asked()
    since = now - (asked.window or policy.learning.window)
    with engine.begin() as conn:
        alarms = store.read_alarms(conn, policy, since, now)
        live, ended = store.read_live(conn), store.read_ended(conn)
        found = [_at(conn, policy, place, alarms, live, ended, since, now) for place in PLACES]
        proposals = [proposal for proposed, _ in found for proposal in proposed]
        evidence = [one for _, known in found for one in known]
        numbers: list[int | None] = [None] * len(proposals)
        if not asked.dry_run:
            for rule_id, proposal in evidence:
                _renew(conn, rule_id, run_id, since, now, proposal)
            numbers = [_propose(conn, run_id, since, now, proposal) for proposal in proposals]
            _tell(conn, policy, run_id, list(zip(numbers, proposals, strict=True)), link, now)
    said = [
        {"rule": number, "kind": one.kind, "asked": say_predicate(one.asked, "en"),
         "false_alarms": one.counts.false_alarms, "would_hide": one.hidden}
        for number, one in zip(numbers, proposals, strict=True)
    ]  # fmt: skip
    log.info("learned rules: %s proposed, %s updated, of %s alarms", len(said), len(evidence), len(alarms))
    return {"alarms": len(alarms), "proposed": said, "updated": len(evidence), "dry_run": asked.dry_run}


def in_words(found: dict[str, Any]) -> str:
    """One line for the label beside the task."""
    if not found["proposed"]:
        return f"nothing new in {found['alarms']} alarms; {found['updated']} rules have newer evidence"
    first = found["proposed"][0]
    more = f" and {len(found['proposed']) - 1} more" if len(found["proposed"]) > 1 else ""
    return f"proposed: {first['asked']} ({first['false_alarms']} false alarms, would hide {first['would_hide']}){more}"


def judge_again(conn: Connection, policy: Policy, place: Place, asked: Predicate, now: datetime) -> Proposal:
    """A condition that a person has written, on the record of the policy's window."""
    since = now - policy.learning.window
    alarms = store.read_alarms(conn, policy, since, now)
    return _recorded(conn, policy, place, alarms, since, now).about(asked)


def _at(
    conn: Connection, policy: Policy, place: Place, alarms: Sequence[Alarm], live: Sequence[Row[Any]],
    ended: Sequence[tuple[Kind, Node | None, Ended]], since: datetime, now: datetime,
) -> tuple[list[Proposal], list[tuple[int, Proposal]]]:  # fmt: skip
    """New proposals of one kind in one place, and the evidence of those that are open or in the shadow there."""
    kind, node = place
    here = [row for row in live if (row.kind, row.node) == (kind, None if node is None else int(node))]
    cases = cases_of(alarms, kind, node)
    if not here and sum(case.label == "false" for case in cases) < policy.learning.least_support:
        return [], []
    recorded = _recorded(conn, policy, place, alarms, since, now)
    evidence, explained = [], []
    for row in here:
        condition = predicate(row.asked)
        fixed_s = None if row.state == "proposed" else row.expected_s
        proposal = recorded.about(condition, row.tried, fixed_s)
        if row.state == "active" or is_enough(proposal.counts, policy.learning):
            explained.append(condition)
        evidence.append((row.rule_id, proposal))
    open_cases = [case for case in cases if not any(holds(one, case.facts) for one in explained)]
    was = [one for of_kind, of_node, one in ended if (of_kind, of_node) == place]
    found = mine(open_cases, recorded.ordinary, policy.learning, was)
    return list(_complete(recorded, found)), evidence


def _recorded(
    conn: Connection, policy: Policy, place: Place, alarms: Sequence[Alarm], since: datetime, now: datetime
) -> Recorded:
    kind, node = place
    ordinary, dwells_s = store.read_ordinary(conn, policy, node, since, now)
    return Recorded(policy, place, cases_of(alarms, kind, node), ordinary, dwells_s)


def _complete(recorded: Recorded, found: Sequence[Found]) -> Iterator[Proposal]:
    """An exemption of which nobody knows how long it waits, or that would have spared nobody an alarm, is none."""
    for one in found:
        proposal = recorded.about(one.asked, tried=one.counts.tried)
        if proposal.kind == "exemption" and (
            proposal.expected_s is None or all(change.instead == "later" for change in proposal.changed)
        ):
            log.info("no exemption for %s: %s", say_predicate(one.asked, "en"), proposal.waits)
            continue
        yield proposal


def _propose(conn: Connection, run_id: str, since: datetime, now: datetime, proposal: Proposal) -> int | None:
    """The number of the new rule; none where the same one has come into being meanwhile."""
    number = store.propose(conn, proposal.kind, proposal.node, proposal.asked, proposal.expected_s, BY, now)
    if number is not None:
        _keep(conn, number, run_id, since, now, proposal)
    return number


def _renew(conn: Connection, rule_id: int, run_id: str, since: datetime, now: datetime, proposal: Proposal) -> None:
    """Today's figures; how long waiting is normal follows them only while the rule is a proposal."""
    if proposal.expected_s is not None:
        run(conn, "rules/set_expected", rule_id=rule_id, expected_s=proposal.expected_s)
    _keep(conn, rule_id, run_id, since, now, proposal)


def _keep(conn: Connection, rule_id: int, run_id: str, since: datetime, now: datetime, proposal: Proposal) -> None:
    store.keep_evidence(
        conn, rule_id, run_id, since, now, proposal.counts, proposal.waits, proposal.changed,
        incidents_less(proposal.changed), proposal.hidden,
    )  # fmt: skip


def _tell(
    conn: Connection,
    policy: Policy,
    run_id: str,
    found: Sequence[tuple[int | None, Proposal]],
    link: str,
    now: datetime,
) -> None:
    """Plan the messages to the role that decides on rules, once per run and person."""
    new = [(number, proposal) for number, proposal in found if number is not None]
    if not new:
        return
    announcement = Announcement(policy, None, now, link)

    def items_in(language: Language) -> list[dict[str, Any]]:
        return [_item(rule_id, proposal, policy, language) for rule_id, proposal in new]

    for notice in plan_to_role("rules", policy.learning.owner, LEVEL, (), duty_of(conn, policy, now)):
        plan_text(conn, notice, f"rules:{run_id}:{notice.sink}:{notice.recipient}", items_in, announcement)


def _item(rule_id: int, proposal: Proposal, policy: Policy, language: Language) -> dict[str, Any]:
    node, expected = proposal.node, proposal.expected_s
    return {
        "rule": str(rule_id),
        "asked": say_predicate(proposal.asked, language),
        "exemption": proposal.kind == "exemption",
        "node": policy.node(node).title.say(language) if node else "",
        "expected": say_duration(timedelta(seconds=expected), language, largest="h") if expected else "",
        "hits": str(proposal.counts.false_alarms),
        "of": str(proposal.counts.false_alarms + proposal.counts.real),
        "hidden": str(proposal.hidden),
        "incidents": str(incidents_less(proposal.changed)),
    }
