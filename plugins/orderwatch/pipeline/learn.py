"""Learn from the company's own history, and keep what was learned as a version that nothing can change."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, Row

from orderwatch.core.illustration import Standing, illustrate
from orderwatch.core.learning import Limits, learn_limits
from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.formula import completed
from orderwatch.core.models.model import ModelError
from orderwatch.core.models.passages import NEVER
from orderwatch.core.models.terms import terms_of
from orderwatch.core.policy import Policy
from orderwatch.core.policy.thresholds import Mode
from orderwatch.core.rest import Rest
from orderwatch.core.retraining import Lesson, Progress, School, sample
from orderwatch.core.steadiness import steady
from orderwatch.core.words import CODES, NODES
from orderwatch.store import scans
from orderwatch.store.database import as_json, run
from orderwatch.store.detection import read_calendars
from orderwatch.store.scans import Pull

log = logging.getLogger(__name__)
INSTANTS: Final = ("ordered_s", "entered_s", "left_s", "promised_s")
MOST_JUDGED: Final = 1_000_000  # passages that clocks by promises learn from and are judged by; more say nothing new
AUTOMATION: Final = "automation"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants learned: from how far back, by which mode, from which candidates; none: as the policy says.

    ``node``: the limits of this step only, everything else stays as it is in force. ``dry``: only looked at.
    """

    window: timedelta | None = None
    mode: Mode | None = None
    candidates: tuple[str, ...] = ()
    node: str | None = None
    dry: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What a month taught, before anybody has decided about it; ``evidence`` is what its pictures show."""

    limits: Limits
    lesson: Lesson
    passages: int
    counts: Mapping[str, int]
    window_from: datetime
    window_to: datetime
    evidence: Mapping[str, Any] = field(default_factory=dict)


def read_passages(conn: Connection, window_from: datetime, window_to: datetime) -> pd.DataFrame:
    """Every passage that ended inside the window or goes on; see ``core.models.passages``, and ``had_anomaly`` and
    ``exempt`` for those that are marked."""
    rows = run(conn, "thresholds/read_passages", window_from=window_from, window_to=window_to)
    frame = pd.DataFrame(rows.all(), columns=list(rows.keys()))
    known = {name: frame[name].fillna(NEVER).astype(np.int64) for name in INSTANTS}
    keys = {name: pd.Categorical(frame[name]) for name in ("category", "region", "channel")}
    return frame.assign(node=frame["node"].map(CODES), **known, **keys)


def learn(
    conn: Connection, policy: Policy, scan_id: int, now: datetime, asked: Asked, progress: Progress = log.info
) -> Learned:
    """Learn limits for every cell and, where the mode says so, a clock that goes by promises.

    Raises ``ModelError`` when a feed of this history load did not come in, or the history does not cover every node.
    """
    _refuse_incomplete(scans.read_pulls(conn, scan_id))
    terms = terms_of(policy)
    window_from = now - (asked.window or policy.thresholds.history)
    rest = Rest(country=policy.thresholds.clock.holidays)
    clocks = Clocks(ZoneInfo(policy.calendars.business_zone), read_calendars(conn), rest)
    passages = read_passages(conn, window_from, now)
    progress(f"{len(passages)} passages since {window_from:%Y-%m-%d}")
    finished = completed(passages, terms, clocks)
    limits = learn_limits(finished, policy)
    for node in limits.ceiling_only:
        log.warning("no passage of the step %s took any time: it has no limit but its ceiling", node.code)
    kept = _keep_others(conn, _keep_steady(conn, limits, finished, policy), asked.node)
    rules = policy.thresholds.clock
    if asked.candidates:
        rules = rules.model_copy(update={"candidates": asked.candidates})
    judged, one_in = sample(passages, MOST_JUDGED)
    school = School(judged, terms, rules, clocks, int(now.timestamp()))
    mode = asked.mode or rules.mode
    stays = _as_in_force(conn) if asked.node else None
    lesson = stays or school.learn_clock(mode, progress)
    counts, evidence = {**_count(passages, finished, kept), "one_in": one_in}, {}
    if not stays:
        progress(f"{lesson.model}: what it would have done")
        evidence = illustrate(school, lesson, _standing(conn), mode, int(window_from.timestamp()))
    return Learned(kept, lesson, len(finished), counts, window_from, now, evidence)


def publish(conn: Connection, learned: Learned, policy: Policy, run_id: str | None, now: datetime) -> tuple[int, bool]:
    """Keep what was learned as a version; whether it is held for a person, else it is free to be put in force."""
    lesson = learned.lesson
    active = run(conn, "thresholds/read_active").one_or_none()
    report = {
        "reason": lesson.reason,
        "candidates": [one.as_row() for one in lesson.candidates],
        "refused": dict(lesson.refused),
        "counts": dict(learned.counts),
        "before": active.version if active else None,
        **learned.evidence,
    }
    version: int = run(
        conn,
        "thresholds/insert_version",
        model=lesson.model,
        now=now,
        window_from=learned.window_from,
        window_to=learned.window_to,
        stages=learned.passages,
        policy_version=policy.version,
        run_id=run_id,
        document=None if lesson.document is None else as_json(lesson.document),
        report=as_json(report),
    ).scalar_one()
    rows = learned.limits.rows.assign(node=learned.limits.rows["node"].map(NODES))
    cells = as_json(rows.astype(object).where(rows.notna(), None).to_dict("records"))
    run(conn, "thresholds/insert_thresholds", version=version, thresholds=cells)
    held = _needs_word(policy, lesson, active)
    if held:
        decide(conn, version, "held", AUTOMATION, lesson.reason, now)
    return version, held


def learn_thresholds(
    engine: Engine, policy: Policy, scan_id: int, now: datetime, run_id: str | None, asked: Asked
) -> dict[str, Any]:
    """Learn, and keep a version unless it is a dry run.

    Returns the version (none of a dry run), its clock and why, whether it waits for a person, and the counts.
    """
    with engine.connect() as conn:
        learned = learn(conn, policy, scan_id, now, asked)
    version, held = None, False
    if not asked.dry:
        with engine.begin() as conn:
            version, held = publish(conn, learned, policy, run_id, now)
    about = {"version": version, "held": held, "model": learned.lesson.model, "reason": learned.lesson.reason}
    return {**about, **learned.counts}


def decide(conn: Connection, version: int, decision: str, by: str, reason: str, now: datetime) -> None:
    """Write down what becomes of a version; the database refuses what contradicts an earlier decision."""
    run(conn, "thresholds/decide", version=version, decision=decision, by=by, reason=reason, now=now)


def _needs_word(policy: Policy, lesson: Lesson, active: Row[Any] | None) -> bool:
    """Whether a person has to agree: always, never, or where another clock would decide than the one in force."""
    approval = policy.thresholds.clock.approval
    if active is None or approval == "never":
        return False
    return approval == "always" or lesson.model != active.model


def _as_in_force(conn: Connection) -> Lesson | None:
    """The clock of the version in force, unchanged; none where there is no version."""
    active = run(conn, "thresholds/read_active").one_or_none()
    if active is None:
        return None
    return Lesson(active.model, active.document, (), {}, "one step was learned anew; the clock stays")


def _standing(conn: Connection) -> Standing | None:
    """The clock in force, and how far back it learned where that was kept; none where there is no version."""
    active = run(conn, "thresholds/read_active").one_or_none()
    if active is None:
        return None
    report = run(conn, "thresholds/read_version", version=active.version).one().report
    return Standing(active.model, report.get("chosen", {}).get("window", "all"))


def _keep_others(conn: Connection, limits: Limits, node: str | None) -> Limits:
    """The new limits of one step beside those in force of all others; all new ones where no step is named."""
    active = run(conn, "thresholds/read_active").one_or_none()
    if node is None or active is None:
        return limits
    rows = run(conn, "thresholds/read_limits", version=active.version)
    old = pd.DataFrame(rows.all(), columns=list(rows.keys())).rename(columns={"samples": "n"})
    old = old.assign(node=old["node"].map(CODES), kept=True)
    mine = limits.rows[limits.rows["node"] == node]
    return Limits(pd.concat([mine, old[old["node"] != node]], ignore_index=True), limits.ceiling_only)


def _keep_steady(conn: Connection, limits: Limits, finished: pd.DataFrame, policy: Policy) -> Limits:
    active = run(conn, "thresholds/read_active").one_or_none()
    if active is None:
        return limits
    rows = run(conn, "thresholds/read_limits", version=active.version)
    old = pd.DataFrame(rows.all(), columns=list(rows.keys()))
    old = old.assign(node=old["node"].map(CODES))
    rules = policy.thresholds.clock
    return Limits(steady(limits.rows, old, finished, rules.most_change, rules.least_new), limits.ceiling_only)


def _count(passages: pd.DataFrame, finished: pd.DataFrame, limits: Limits) -> dict[str, int]:
    kept = limits.rows["kept"] if "kept" in limits.rows else pd.Series(False, index=limits.rows.index)
    return {
        "passages": len(passages),
        "completed": len(finished),
        "open": int((passages["left_s"] >= NEVER).sum()),
        "promised": int((passages["promised_s"] < NEVER).sum()),
        "had_anomaly": int(passages["had_anomaly"].sum()),
        "exempt": int(passages["exempt"].sum()),
        "cells": len(limits.rows),
        "limits_kept": int(kept.sum()),
    }


def _refuse_incomplete(pulls: Iterable[Pull]) -> None:
    """Half a history looks like a fast company: what is learned from it would alert people to nothing."""
    for pull in pulls:
        if pull.state != "applied":
            raise ModelError(
                f"{pull.source}/{pull.feed} of this run is {pull.state} ({pull.error or 'it was not brought in'}); "
                f"mend the cause and clear the run from {pull.source}.pull on"
            )
