"""One set of rules through the whole time that is replayed, scan by scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection

from orderwatch.core.models.model import ModelError
from orderwatch.local.replay.installation import Installation
from orderwatch.local.replay.paper import Answers, Paper
from orderwatch.local.replay.rules import Rules
from orderwatch.local.replay.story import Story
from orderwatch.store.database import connect, run

Progress = Callable[[str, int, int], None]  # rules, scans done, scans in all


@dataclass(frozen=True, slots=True)
class Span:
    """What is replayed: the first scan, the instant after the last one, and the seconds between two."""

    begins: int
    ends: int
    every: int

    @property
    def scans(self) -> range:
        return range(self.begins + self.every, self.ends + 1, self.every)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What one set of rules did.

    ``late``: order and node found late, when and in which incident; ``silent``: late and nobody told, with the reasons;
    of both, those that were so already when the replay began are marked ``standing``. ``effects``: what would have gone
    out. ``versions``: what was learned when, or why nothing was.
    """

    rules: Rules
    incidents: pd.DataFrame
    late: pd.DataFrame
    silent: pd.DataFrame
    effects: pd.DataFrame
    kept_back: Mapping[str, int]
    versions: Sequence[tuple[datetime, str]]


def run_course(url: str, rules: Rules, story: Story, span: Span, answers: Answers, progress: Progress) -> Course:
    """Replay on the database at ``url``, whose tables are there and empty.

    Raises ModelError where nothing can be learned at the beginning.
    """
    engine = connect(url, pooled=True)
    try:
        here = Installation(engine, rules.policy)
        paper = Paper(engine, rules, answers)
        start = here.set_time(span.begins)
        here.follow_policy(start)
        here.load(start, story.known(span.begins))
        versions = [(start, _say_learned(here.learn(start)))]
        here.scan(start, {})
        with engine.begin() as conn:
            run(conn, "replay/dismiss_standing", now=start)
        before, month = span.begins, _month(start, rules)
        for done, at in enumerate(span.scans):
            now = here.set_time(at)
            if _month(now, rules) != month:
                month = _month(now, rules)
                here.follow_policy(now)
                versions.append((now, _learn(here, now)))
            scan_id = here.scan(now, story.news(before, at))
            paper.work(scan_id, now)
            paper.send_waiting(now, start)
            before = at
            progress(rules.name, done + 1, len(span.scans))
        with engine.connect() as conn:
            return _read(conn, rules, paper, start, versions)
    finally:
        engine.dispose()


def _learn(here: Installation, now: datetime) -> str:
    """A month that teaches nothing leaves the version in force, as it does in production."""
    try:
        return _say_learned(here.learn(now))
    except ModelError as error:
        return f"kept: {error}"


def _say_learned(learned: Mapping[str, Any]) -> str:
    return f"version {learned['version']}, {learned['model']}: {learned['reason']}"


def _month(now: datetime, rules: Rules) -> str:
    return f"{now.astimezone(ZoneInfo(rules.policy.calendars.business_zone)):%Y-%m}"


def _read(
    conn: Connection, rules: Rules, paper: Paper, start: datetime, versions: Sequence[tuple[datetime, str]]
) -> Course:
    late, silent = _frame(conn, "replay/read_late"), _frame(conn, "replay/read_silent")
    return Course(
        rules=rules,
        incidents=_frame(conn, "replay/read_incidents", since=start),
        late=late.assign(standing=late["detected_at"] <= start),
        silent=silent.assign(standing=silent["at"] <= start),
        effects=_frame(conn, "replay/read_effects", since=start),
        kept_back=dict(paper.kept_back),
        versions=versions,
    )


def _frame(conn: Connection, name: str, **values: Any) -> pd.DataFrame:
    found = run(conn, name, **values)
    return pd.DataFrame(found.all(), columns=list(found.keys()))
